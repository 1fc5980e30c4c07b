from django.apps import AppConfig


class QualificationConfig(AppConfig):
    name = "apps.stages.qualification"
    label = "qualification"
    verbose_name = "竞买申请"
