from django.apps import AppConfig


class CommitmentConfig(AppConfig):
    name = "apps.stages.commitment"
    label = "commitment"
    verbose_name = "质量提升承诺"
