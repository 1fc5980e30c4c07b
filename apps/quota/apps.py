from django.apps import AppConfig

from apps.kinds.table import sql_of_classes
from kernel.database_functions import register_sql


class QuotaConfig(AppConfig):
    name = "apps.quota"
    label = "quota"
    verbose_name = "指标"

    def ready(self) -> None:
        """The database knows of which class a kind is."""
        register_sql("classes", sql_of_classes)
