"""Columns of workbooks made of the table of kinds: an amount of each."""

from decimal import Decimal

from apps.kinds.quantities import Quantities
from apps.kinds.table import Measure, QuotaClass, kinds_of
from kernel.sheets import AREA, WHOLE, Column

_FORMS = {Measure.MU: AREA, Measure.KILOGRAM: WHOLE}


def amount_columns(
    width: int, quota_class: QuotaClass | None = QuotaClass.SUPPLEMENTARY
) -> tuple[Column, ...]:
    """One column a kind of a class, or of every class for None, its unit in the heading: 耕地数量（亩）."""
    return tuple(Column(kind.heading, _FORMS[kind.measure], width) for kind in kinds_of(quota_class))


def amounts_in(quantities: Quantities) -> tuple[Decimal, ...]:
    """The cells below `amount_columns` of their class."""
    return tuple(quantities.amounts.values())


def amounts_among_all(quantities: Quantities) -> tuple[Decimal | None, ...]:
    """The cells below the columns of every class: those of another class stay empty."""
    return tuple(quantities.amounts.get(kind) for kind in kinds_of(None))
