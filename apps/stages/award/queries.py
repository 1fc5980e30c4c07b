"""The award of a lot: who won, under which paddle, which lines."""

from django.db.models import QuerySet

from apps.listings.queries import lines_of
from apps.quota.ledger import Line
from apps.stages.award.models import Award


def award_of(listing_id: int) -> Award | None:
    """The award of a lot, with its listing, winner and paddle; None while there is none."""
    return _with_what_it_names().filter(listing_id=listing_id).first()


def awarded(listing_id: int) -> Award:
    """The award of a lot that was sold, with its listing, winner and paddle."""
    return _with_what_it_names().get(listing_id=listing_id)


def _with_what_it_names() -> QuerySet[Award]:
    return Award.objects.select_related("listing", "winner", "registration__certificate")


def awarded_lines(award: Award) -> list[Line]:
    """What the winner gets out of which batch: all that the listing sells."""
    return lines_of(award.listing)


def paddle_of(award: Award) -> str:
    """The paddle that won, in three digits; empty where nobody bid.

    It names nobody by itself; whose it is stays hidden until confirmation.
    """
    if award.registration is None:
        return ""
    return f"{award.registration.certificate.paddle:03d}"
