"""Who may bid on a lot."""

from apps.stages.deposit.models import Certificate


def paddles(listing_id: int) -> list[int]:
    """All paddles of a lot, in order of their numbers. Not for anybody's eyes before close."""
    return list(Certificate.objects.filter(listing_id=listing_id).values_list("paddle", flat=True))
