"""Form fields for exact values: strict about what comes in, Chinese about what is wrong with it."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from kernel.clock import read_date, read_instant
from kernel.measures import parse_area, parse_capacity
from kernel.money import Yuan, parse_yuan
from kernel.text import DAMAGED, damaged_number, kept_line, kept_lines, kept_number, legible


class YuanInput(serializers.Field[Yuan, Any, str, Any]):
    """An amount in yuan with at most two decimals, given as text or whole number; never as a binary fraction."""

    default_error_messages = {"type": "金额须为文本形式的数字，例如“50000.00”。"}

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

    default_error_messages = {"type": "面积须为文本形式的数字，例如“20.0000”。"}

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

    default_error_messages = {"type": "产能须为整数公斤，例如“18000”。"}

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


_WHOLE = re.compile(r"0|-?[1-9][0-9]*")


class WholeInput(serializers.IntegerField):
    """A whole number in plain half-width digits: no signs but minus, separators, decimals or leading zeros."""

    default_error_messages = {"invalid": "须为整数，只能用半角数字书写，例如“12”。"}

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        text = data.strip() if isinstance(data, str) else data
        if isinstance(text, bool) or not isinstance(text, (str, int)) or not _WHOLE.fullmatch(str(text)):
            self.fail("invalid")
        return int(super().to_internal_value(text))


class LineInput(serializers.CharField):
    """One line of text as every sink can take it (`kernel.text.kept_line`): names, titles, contacts."""

    def run_validation(self, data: Any = empty) -> Any:
        """Lengths and blanks are measured on what is stored."""
        if isinstance(data, str) and data.strip():
            try:
                data = self.kept(data)
            except ValueError as error:
                raise serializers.ValidationError(str(error)) from error
        return super().run_validation(data)

    def kept(self, text: str) -> str:
        """The text as it is stored; ValueError with a sentence for what is refused."""
        return kept_line(text)


class LinesInput(LineInput):
    """Text of several lines (`kernel.text.kept_lines`): a line end counts as one sign, as browsers count it."""

    def kept(self, text: str) -> str:
        """As `kernel.text.kept_lines`."""
        return kept_lines(text)


class NumberInput(LineInput):
    """A number of a document, certificate, account or bank line (`kernel.text.kept_number`); text, never a number."""

    default_error_messages = {
        "invalid": "编号须为文本，不能是数字（会丢失前导零和末位）。",
        "damaged": DAMAGED,
    }

    def to_internal_value(self, data: Any) -> str:
        """The number as text."""
        if not isinstance(data, str):
            self.fail("invalid")
        found = super().to_internal_value(data)
        if damaged_number(found):
            self.fail("damaged")
        return found

    def kept(self, text: str) -> str:
        """As `kernel.text.kept_number`."""
        return kept_number(text)


class LegibleInput(LineInput):
    """A name that a bank wrote: what cannot be printed stands as 〓 (`kernel.text.legible`), money is booked anyway."""

    def kept(self, text: str) -> str:
        """As `kernel.text.legible`."""
        return legible(text)


class DayInput(serializers.DateField):
    """A day (`kernel.clock.read_date`)."""

    def to_internal_value(self, value: Any) -> date:
        """The day."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return read_date(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class InstantInput(serializers.DateTimeField):
    """A moment with its time of day (`kernel.clock.read_instant`); without an offset it is Beijing time."""

    def to_internal_value(self, value: Any) -> datetime:
        """The moment, aware."""
        try:
            return read_instant(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
