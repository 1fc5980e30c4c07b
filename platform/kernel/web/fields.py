"""Form fields for exact values: strict about what comes in, Chinese about what is wrong with it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from kernel.money import Yuan, parse_yuan
from kernel.quantity import parse_area, parse_capacity


class YuanInput(serializers.Field[Yuan, Any, str, Any]):
    """An amount in yuan with at most two decimals, given as text or whole number; never as a binary fraction."""

    default_error_messages = {"type": "金额须为文本形式的数字，例如 50000.00"}

    def to_internal_value(self, data: Any) -> Yuan:
        """The exact amount."""
        if isinstance(data, bool) or not isinstance(data, (str, int, Decimal)):
            self.fail("type")
        try:
            return parse_yuan(str(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Yuan) -> str:
        """Two decimals, no separators."""
        return str(value)


class AreaInput(serializers.Field[Decimal, Any, str, Any]):
    """An area in mu (亩) with at most four decimals."""

    default_error_messages = {"type": "面积须为文本形式的数字，例如 20.0000"}

    def to_internal_value(self, data: Any) -> Decimal:
        """The exact area in mu."""
        if isinstance(data, bool) or not isinstance(data, (str, int, Decimal)):
            self.fail("type")
        try:
            return parse_area(str(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Decimal) -> str:
        """Four decimals."""
        return f"{value:.4f}"


class CapacityInput(serializers.Field[Decimal, Any, str, Any]):
    """A grain capacity in whole kilograms (公斤)."""

    default_error_messages = {"type": "产能须为整数公斤，例如 18000"}

    def to_internal_value(self, data: Any) -> Decimal:
        """The exact capacity in kg."""
        if isinstance(data, bool) or not isinstance(data, (str, int, Decimal)):
            self.fail("type")
        try:
            return parse_capacity(str(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Decimal) -> str:
        """A whole number."""
        return f"{value:.0f}"


def years_in_range(value: datetime) -> None:
    """Refuse instants that no calendar of this trade reaches (before 2000, after 2100)."""
    if not 2000 <= value.year <= 2100:
        raise serializers.ValidationError("日期须在2000年至2100年之间")


class InstantInput(serializers.DateTimeField):
    """An instant; without an offset it is Beijing time."""

    default_error_messages = {
        "invalid": "时间格式不正确，请写成“2026-03-01 09:30”的样子。",
        "date": "须写明日期和时间，如“2026-03-01 09:30”。",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(years_in_range)
