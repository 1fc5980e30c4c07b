"""Columns made of the table of kinds: an amount of each, in the kind's unit and with its decimals."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from apps.kinds.quantities import Quantities, QuotaKind


class AmountColumns(models.Model):
    """A row that holds an amount of each kind, in a column that bears the kind's code."""

    class Meta:
        abstract = True

    @property
    def quantities(self) -> Quantities:
        """The amount of each kind."""
        return Quantities.each(lambda kind: getattr(self, str(kind)))

    @quantities.setter
    def quantities(self, amounts: Quantities) -> None:
        for code, amount in amounts.by_code().items():
            setattr(self, code, amount)


for _kind in QuotaKind:
    AmountColumns.add_to_class(
        str(_kind), models.DecimalField(max_digits=16, decimal_places=_kind.places, default=0)
    )


def none_negative() -> Q:
    """No amount is below zero."""
    return Q(**{f"{kind}__gte": 0 for kind in QuotaKind})


def some() -> Q:
    """There is something of some kind."""
    return any_of(some_of(kind) for kind in QuotaKind)


def some_of(kind: str) -> Q:
    """There is something of one kind, by its code."""
    return Q(**{f"{kind}__gt": 0})


def any_of(conditions: Iterable[Q]) -> Q:
    """At least one of these conditions."""
    return reduce(or_, conditions)
