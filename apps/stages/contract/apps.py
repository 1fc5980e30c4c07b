from django.apps import AppConfig


class ContractConfig(AppConfig):
    name = "apps.stages.contract"
    label = "contract"
    verbose_name = "三方合同"
