"""Tickets (票据): a page's short signed word to the live process. Checked by its signature alone, without a session.

A watcher's ticket says that its reader holds a paddle; it opens nothing that the public may not see, and lets the
control room count how many bidders are connected. A bidding ticket says who bids for which organisation on one lot;
what they may do is read anew under the lot's lane with every bid, so that a right taken away, a password changed or a
log-out ends it at once.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

_SALT = "exchange.live.ticket"
_BIDDING_SALT = "exchange.live.bidding"
LASTS = timedelta(hours=12)
BIDDING_LASTS = timedelta(minutes=15)
_CREDENTIAL_SIGNS = 16


class BadTicket(Exception):
    """It is forged, for another lot, or too old."""


@dataclass(frozen=True)
class Ticket:
    """Whoever shows it may watch the lot as the holder of the paddle."""

    listing_id: int
    paddle: str


@dataclass(frozen=True)
class BiddingTicket:
    """Whoever shows it bids on the lot as this person for this organisation, until `until` (seconds of the epoch)."""

    listing_id: int
    person_id: int
    organisation_id: int
    credential: str
    until: int


def issue(*, listing_id: int, paddle: str, now: datetime) -> str:
    """A watcher's ticket as text for an address, good for twelve hours from `now`."""
    until = int((now + LASTS).timestamp())
    return signing.Signer(salt=_SALT).sign_object({"lot": listing_id, "paddle": paddle, "until": until})


def read(text: str, *, listing_id: int, now: datetime) -> Ticket:
    """The ticket behind the text. BadTicket where it is forged, for another lot, or past its time."""
    said = _opened(text, salt=_SALT, listing_id=listing_id)
    _require_time(said["until"], now=now)
    return Ticket(listing_id, said["paddle"])


def issue_bidding(
    *,
    listing_id: int,
    person_id: int,
    organisation_id: int,
    password: str,
    now: datetime,
    tickets_round: int = 0,
) -> str:
    """A bidding ticket for a header, good for a quarter of an hour, until the person logs out or changes the password.

    `password` is the hash that is kept of it, `tickets_round` the person's.
    """
    said = {
        "lot": listing_id,
        "person": person_id,
        "for": organisation_id,
        "credential": hashlib.sha256(f"{password}:{tickets_round}".encode()).hexdigest()[:_CREDENTIAL_SIGNS],
        "until": int((now + BIDDING_LASTS).timestamp()),
    }
    return signing.Signer(salt=_BIDDING_SALT).sign_object(said)


def read_bidding(text: str, *, listing_id: int) -> BiddingTicket:
    """The bidding ticket behind the text, whose time is for the caller to look at. BadTicket as above."""
    said = _opened(text, salt=_BIDDING_SALT, listing_id=listing_id)
    return BiddingTicket(listing_id, said["person"], said["for"], said["credential"], said["until"])


def require_fresh(ticket: BiddingTicket, *, now: datetime) -> None:
    """BadTicket for one past its time."""
    _require_time(ticket.until, now=now)


def _opened(text: str, *, salt: str, listing_id: int) -> dict[str, Any]:
    try:
        said: dict[str, Any] = signing.Signer(salt=salt).unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise BadTicket("the signature is wrong") from error
    if said["lot"] != listing_id:
        raise BadTicket("it is for another lot")
    return said


def _require_time(until: int, *, now: datetime) -> None:
    if now.timestamp() >= until:
        raise BadTicket("it is too old")
