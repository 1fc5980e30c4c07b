"""Who may bid on a lot."""

from apps.money.queries import deposit_position
from apps.stages.deposit.models import Certificate
from apps.stages.qualification.models import Registration


def paddle_of(registration: Registration) -> Certificate | None:
    """The certificate of a bidder, if it has one."""
    return Certificate.objects.filter(registration=registration).first()


def paddles(listing_id: int) -> list[int]:
    """All paddles of a lot, in order of their numbers. Not for anybody's eyes before close."""
    return list(Certificate.objects.filter(listing_id=listing_id).values_list("paddle", flat=True))


def deposit_is_full(registration: Registration) -> bool:
    """Whether a bidder's deposit is held in full now."""
    required = registration.listing.deposit_amount
    return required is not None and deposit_position(registration.sub_account_id).held >= required
