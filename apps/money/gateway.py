"""Outgoing payments: the seam to the bank. The file gateway writes one instruction per request id."""

from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.money import painfiles
from apps.money.models import Payment


class Gateway(Protocol):
    """Sends a payment instruction. Sending the same request id again pays nothing more."""

    def send(self, payment: Payment) -> None:
        """Hand the instruction over; an exception means that it may not have arrived and is sent again."""


class FileGateway:
    """Instructions as files for the bank's own import, named by request id, so that a repeat overwrites itself."""

    def send(self, payment: Payment) -> None:
        """Write the instruction as pain.001."""
        folder = Path(settings.MEDIA_ROOT) / "bank"
        folder.mkdir(parents=True, exist_ok=True)
        content = painfiles.written([payment], message_id=payment.request_id.hex)
        (folder / f"{payment.request_id}.xml").write_bytes(content)


def gateway() -> Gateway:
    """The gateway that the site is configured with."""
    made: Gateway = import_string(settings.BANK_GATEWAY)()
    return made
