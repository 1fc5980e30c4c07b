"""How values leave: exact numbers as text, instants on Beijing's clock."""

from typing import Any

from rest_framework import serializers

from kernel import clock
from kernel.web.fields import YuanInput


class Instant(serializers.DateTimeField):
    """An instant in ISO 8601 with Beijing's offset."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, default_timezone=clock.BEIJING, **kwargs)


def yuan(**kwargs: Any) -> YuanInput:
    """An amount in yuan, two decimals."""
    return YuanInput(read_only=True, **kwargs)
