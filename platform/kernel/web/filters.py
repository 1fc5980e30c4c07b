"""What stands after the question mark, read strictly: a bounded whole number or an exact amount, never arithmetic.

`int(Decimal("-1e1000000"))` takes a minute in C code that lets no other thread of the process run, so numbers are never
made out of anything but a short run of digits.
"""

from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from kernel.money import parse_yuan

MOST_ID = 2**63 - 1
"""The largest number of a row."""
MOST_SEQUENCE = 2**31 - 1
"""The largest number within a lot, such as a bid's."""
_MOST_DIGITS = 19
_MOST_AMOUNT_SIGNS = 20


def whole_number(text: str | None, *, most: int = MOST_ID) -> int | None:
    """The number that a run of digits 0–9 writes, from 0 to `most`; None for everything else."""
    if text is None or len(text) > _MOST_DIGITS or not text.isascii() or not text.isdecimal():
        return None
    number = int(text)
    return number if number <= most else None


class WholeNumberField(forms.CharField):
    """A whole number, as `whole_number` reads it."""

    def clean(self, value: Any) -> Any:
        """The number; None where nothing was asked."""
        text = str(value or "")
        if not text:
            return None
        number = whole_number(text)
        if number is None:
            raise ValidationError("请填写不超过19位的整数，只用数字0至9。")
        return number


class AmountField(forms.CharField):
    """An amount in yuan, as forms and API read it."""

    def clean(self, value: Any) -> Any:
        """The exact amount; None where nothing was asked."""
        text = str(value or "")
        if not text:
            return None
        if len(text) > _MOST_AMOUNT_SIGNS:
            raise ValidationError("金额过长，请写成“50000.00”的样子。")
        try:
            return Decimal(str(parse_yuan(text)))
        except ValueError as error:
            raise ValidationError(str(error)) from error


@extend_schema_field(OpenApiTypes.INT64)
class WholeNumberFilter(django_filters.Filter):  # type: ignore[misc]
    """Rows with one number."""

    field_class = WholeNumberField


@extend_schema_field(OpenApiTypes.DECIMAL)
class AmountFilter(django_filters.Filter):  # type: ignore[misc]
    """Rows by an amount in yuan."""

    field_class = AmountField


class StrictFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """The filters that a view names by field alone: whole columns, and keys of other rows, are read as above."""

    @classmethod
    def filter_for_field(cls, field: Any, field_name: str, lookup_expr: str | None = None) -> Any:
        """The filter of one field of a model."""
        name, target = (field_name, field)
        if isinstance(field, models.ForeignKey):
            name, target = f"{field_name}_id", field.target_field
        while isinstance(target, models.ForeignKey):
            target = target.target_field
        if isinstance(target, models.IntegerField):
            return WholeNumberFilter(field_name=name, label=field.verbose_name)
        if isinstance(field, models.ForeignKey):
            return django_filters.CharFilter(
                field_name=name, label=field.verbose_name, max_length=target.max_length
            )
        return super().filter_for_field(field, field_name, lookup_expr)


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]
    """The filter backend of the API."""

    filterset_base = StrictFilterSet
