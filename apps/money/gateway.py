"""Outgoing payments: the seam to the bank. The file gateway writes one instruction per request id."""

import json
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.money.models import Refund


class Gateway(Protocol):
    """Sends a payment instruction. Sending the same request id again pays nothing more."""

    def send(self, refund: Refund) -> None:
        """Hand the instruction over; an exception means that it may not have arrived and is sent again."""


class FileGateway:
    """Instructions as files for the bank's own import, named by request id, so that a repeat overwrites itself."""

    def send(self, refund: Refund) -> None:
        """Write the instruction."""
        folder = Path(settings.MEDIA_ROOT) / "bank"
        folder.mkdir(parents=True, exist_ok=True)
        instruction = {
            "request_id": str(refund.request_id),
            "amount": str(refund.amount),
            "payee": refund.entry.payer_name,
            "payee_account": refund.entry.payer_account,
            "reference": refund.entry.reference,
            "reason": refund.reason,
        }
        text = json.dumps(instruction, ensure_ascii=False, indent=1)
        (folder / f"{refund.request_id}.json").write_text(text, encoding="utf-8")


def gateway() -> Gateway:
    """The gateway that the site is configured with."""
    made: Gateway = import_string(settings.BANK_GATEWAY)()
    return made
