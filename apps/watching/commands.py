"""Watching a lot, and no longer. A setting of one's own: no act, no record, and nobody is told."""

from datetime import datetime

from django.db import transaction

from apps.listings.queries import published
from apps.watching.models import Watch
from kernel.actors import Actor
from kernel.errors import Code, Refused, not_found

MOST = 200
"""So many lots an organisation may watch."""


@transaction.atomic
def watch(*, listing_id: int, reminds: bool, by: Actor, now: datetime) -> Watch:
    """Watch a published lot, with or without reminders; the same again changes only whether one is reminded.

    Refuses: not_found, not_permitted (not signed in), amount_exceeds (watches too many).
    """
    if not by.is_person:
        raise Refused.because(Code.NOT_PERMITTED, "请先登录，再关注项目。")
    if not published().filter(pk=listing_id).exists():
        raise not_found("挂牌项目")
    own = Watch.objects.filter(organisation_id=by.organisation_id)
    if own.exclude(listing_id=listing_id).count() >= MOST:
        raise Refused.because(
            Code.AMOUNT_EXCEEDS, f"最多关注{MOST}个项目，请先取消不再需要的关注。", most=str(MOST)
        )
    kept, _ = Watch.objects.update_or_create(
        organisation_id=by.organisation_id,
        listing_id=listing_id,
        defaults={"reminds": reminds},
        create_defaults={"reminds": reminds, "since": now},
    )
    return kept


@transaction.atomic
def unwatch(*, listing_id: int, by: Actor) -> None:
    """Watch a lot no longer; nothing happens where one did not."""
    Watch.objects.filter(organisation_id=by.organisation_id, listing_id=listing_id).delete()
