"""Instants for tests of rules: days of March 2026 on Beijing's clock."""

from datetime import datetime

from kernel.clock import BEIJING


def day(number: int, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of that day."""
    return datetime(2026, 3, number, hour, minute, tzinfo=BEIJING)
