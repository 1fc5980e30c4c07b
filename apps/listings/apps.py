from django.apps import AppConfig

from apps.kinds.classes import sql_of_graded
from apps.kinds.prices import sql_of_units
from apps.kinds.trade import sql_of_commitments, sql_of_left_out
from kernel.database_functions import register_sql


class ListingsConfig(AppConfig):
    name = "apps.listings"
    label = "listings"
    verbose_name = "挂牌项目"

    def ready(self) -> None:
        """Tell the database what each kind of quota is priced in, which classes are graded, what forms leave out."""
        register_sql("kinds", sql_of_units)
        register_sql("graded", sql_of_graded)
        register_sql("forms", sql_of_left_out)
        register_sql("commitments", sql_of_commitments)
