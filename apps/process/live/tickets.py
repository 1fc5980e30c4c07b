"""Tickets (票据): a page's short signed word to the live process that its reader holds a paddle.

It names a lot and a paddle, no organisation and no person, and opens nothing that the public may not see: it lets the
control room count how many bidders are connected. Checked by its signature alone, without database or session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

_SALT = "exchange.live.ticket"
LASTS = timedelta(hours=12)


class BadTicket(Exception):
    """It is forged, for another lot, or too old."""


@dataclass(frozen=True)
class Ticket:
    """Whoever shows it may watch the lot as the holder of the paddle."""

    listing_id: int
    paddle: str


def issue(*, listing_id: int, paddle: str, now: datetime) -> str:
    """A ticket as text for an address, good for twelve hours from `now`."""
    until = int((now + LASTS).timestamp())
    return signing.Signer(salt=_SALT).sign_object({"lot": listing_id, "paddle": paddle, "until": until})


def read(text: str, *, listing_id: int, now: datetime) -> Ticket:
    """The ticket behind the text. BadTicket where it is forged, for another lot, or past its time."""
    try:
        said = signing.Signer(salt=_SALT).unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise BadTicket("the signature is wrong") from error
    if said["lot"] != listing_id:
        raise BadTicket("it is for another lot")
    if now.timestamp() >= said["until"]:
        raise BadTicket("it is too old")
    return Ticket(listing_id, said["paddle"])
