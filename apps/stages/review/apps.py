from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "apps.stages.review"
    label = "review"
    verbose_name = "三重审查"
