"""Text messages (短信): the seam behind which a place puts its own gateway, and one that writes to the log.

`settings.SMS_GATEWAY` names a class without arguments that keeps to `Gateway`.
"""

from typing import Protocol

import structlog

_log = structlog.get_logger(__name__)


class Gateway(Protocol):
    """What a text-message gateway does."""

    def send(self, *, to: str, text: str, reference: str) -> None:
        """Send one message; an exception keeps it waiting, and it is tried again. `reference` tells doubles apart."""


class ConsoleGateway:
    """Writes the message to the log instead of sending it: for development and demonstrations."""

    def send(self, *, to: str, text: str, reference: str) -> None:
        """Log it; of the number only the last four digits."""
        _log.info("sms", to=f"****{to[-4:]}", text=text, reference=reference)
