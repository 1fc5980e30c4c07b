"""Who may bid on a lot."""

from apps.stages.deposit.models import Certificate


def admitted(listing_id: int, *, except_for: int | None = None) -> list[int]:
    """The organisations with a paddle on a lot, but one, in the order in which they applied: they alone may bid.

    For telling each of them; before close nobody may see who they are.
    """
    found = Certificate.objects.filter(listing_id=listing_id).order_by("registration_id")
    others = found.exclude(registration__organisation_id=except_for or 0)
    return list(others.values_list("registration__organisation_id", flat=True))


def paddles(listing_id: int) -> list[int]:
    """All paddles of a lot, in order of their numbers. Not for anybody's eyes before close."""
    return list(Certificate.objects.filter(listing_id=listing_id).values_list("paddle", flat=True))
