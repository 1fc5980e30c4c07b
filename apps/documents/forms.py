"""What is filled in for what a body outside decided (外部来文)."""

from typing import Any

from rest_framework import serializers

from apps.documents.incoming import Incoming
from kernel.web.fields import DayInput, LineInput, NumberInput


class IncomingForm(serializers.Serializer[Any]):
    """What a body outside decided, as its document says."""

    body = LineInput(label="来文机关", max_length=200)
    document_no = NumberInput(label="来文文号", max_length=80)
    document_date = DayInput(label="来文日期")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The incoming document as one value."""
        said = {name: attrs.pop(name) for name in ("body", "document_no", "document_date")}
        return {**attrs, "incoming": Incoming(**said)}
