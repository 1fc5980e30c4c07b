"""Inputs and outputs made of the table of kinds: one for each, where a form or a row says that they stand."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from apps.kinds.table import Measure, QuotaClass, QuotaKind, kinds_of
from kernel.web.fields import AreaInput, CapacityInput

Made = Callable[[QuotaKind], serializers.Field[Any, Any, Any, Any]]
_INPUTS = {Measure.MU: AreaInput, Measure.KILOGRAM: CapacityInput}


def amount_field(kind: QuotaKind, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    """An amount of one kind with its decimals, exact both ways."""
    return _INPUTS[kind.measure](**options)


def amount_input(kind: QuotaKind) -> serializers.Field[Any, Any, Any, Any]:
    """An input for an amount of one kind that may be left out, called as the kind: 耕地数量（亩）."""
    return amount_field(kind, label=kind.heading, required=False)


def amount_output(kind: QuotaKind) -> serializers.Field[Any, Any, Any, Any]:
    """An amount of one kind as programs get it, out of a row's `quantities`."""
    return amount_field(kind, read_only=True, source=f"quantities.amounts.{kind}")


def amount_of_any(kind: QuotaKind) -> serializers.Field[Any, Any, Any, Any]:
    """The same for rows of every class: nothing of the kinds of other classes than the row's."""
    return amount_field(kind, read_only=True, source=f"quantities.amounts.{kind}", default=Decimal(0))


class EachKind(serializers.Field[Any, Any, Any, Any]):
    """Stands in a form of `WithKinds` for one field a kind of a class, under the kind's code; `made` makes each.

    Without a class (None) there is one for every kind of all classes.
    """

    def __init__(self, made: Made, quota_class: QuotaClass | None = QuotaClass.SUPPLEMENTARY) -> None:
        super().__init__()
        self.made = made
        self.quota_class = quota_class


class WithKinds(serializers.BaseSerializer[Any]):
    """For forms and rows that have a field a kind, those of a class where `EachKind` stands."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The fields as declared, those of the kinds in their place."""
        found: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
        for name, field in super().get_fields().items():  # type: ignore[misc]
            found |= (
                {str(kind): field.made(kind) for kind in kinds_of(field.quota_class)}
                if isinstance(field, EachKind)
                else {name: field}
            )
        return found
