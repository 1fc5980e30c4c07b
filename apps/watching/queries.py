"""One's own watch list. There is no query that asks who watches a lot, but the one that reminds them."""

from collections.abc import Collection

from django.db.models import QuerySet

from apps.watching.models import Watch
from kernel.actors import Actor


def watched_by(by: Actor) -> QuerySet[Watch]:
    """What the actor's own organisation watches, what closes first on top."""
    found = Watch.objects.filter(organisation_id=by.organisation_id).select_related("listing__seller")
    return found.order_by("listing__closes_at", "id")


def watch_of(*, listing_id: int, by: Actor) -> Watch | None:
    """The actor's own watch on a lot; None where it does not watch it."""
    return Watch.objects.filter(organisation_id=by.organisation_id, listing_id=listing_id).first()


def to_remind(listing_ids: Collection[int]) -> list[tuple[int, int]]:
    """(lot, organisation) of those who want to be reminded. For reminders alone: it is shown to nobody."""
    found = Watch.objects.filter(listing_id__in=listing_ids, reminds=True).order_by(
        "listing_id", "organisation_id"
    )
    return list(found.values_list("listing_id", "organisation_id"))
