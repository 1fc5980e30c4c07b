"""Columns of workbooks made of the table of kinds: an amount of each."""

from decimal import Decimal

from apps.kinds.quantities import Measure, Quantities, QuotaClass, kinds_of
from kernel.sheets import AREA, WHOLE, Column

_FORMS = {Measure.MU: AREA, Measure.KILOGRAM: WHOLE}


def amount_columns(width: int, quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY) -> tuple[Column, ...]:
    """One column a kind of a class, its unit in the heading: 耕地数量（亩）."""
    return tuple(Column(kind.heading, _FORMS[kind.measure], width) for kind in kinds_of(quota_class))


def amounts_in(quantities: Quantities) -> tuple[Decimal, ...]:
    """The cells below `amount_columns`."""
    return tuple(quantities.amounts.values())
