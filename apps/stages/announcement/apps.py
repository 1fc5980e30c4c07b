from django.apps import AppConfig


class AnnouncementConfig(AppConfig):
    name = "apps.stages.announcement"
    label = "announcement"
    verbose_name = "交易公告"
