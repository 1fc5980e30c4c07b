from django.apps import AppConfig


class PaymentConfig(AppConfig):
    name = "apps.stages.payment"
    label = "payment"
    verbose_name = "价款"
