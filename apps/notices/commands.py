"""Telling organisations what concerns them: in their inbox, and by e-mail through the outbox."""

from datetime import datetime

from django.db import transaction

from apps.notices.models import Notice
from apps.parties.queries import people_of
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.outbox import commands as outbox


def tell(
    *,
    organisation_id: int,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    listing_id: int | None = None,
    about: str = "",
) -> Notice:
    """Tell one organisation, once per kind, listing and `about`. E-mail goes to its members who have an address."""
    once = f"{kind}:{organisation_id}:{listing_id or 0}:{about}"
    notice, is_new = Notice.objects.get_or_create(
        once=once,
        defaults={
            "organisation_id": organisation_id,
            "listing_id": listing_id,
            "kind": kind,
            "title": title,
            "text": text,
            "at": now,
        },
    )
    if is_new:
        addresses = sorted({each.person.email for each in people_of(organisation_id) if each.person.email})
        if addresses:
            outbox.put(topic="email", key=once, payload={"notice_id": notice.pk, "to": addresses}, now=now)
    return notice


@transaction.atomic
def read(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Mark a notice of one's own organisation as read. Refuses: not_found."""
    notice = (
        Notice.objects.select_for_update().filter(pk=notice_id, organisation_id=by.organisation_id).first()
    )
    if notice is None:
        raise not_found("通知")
    if notice.read_at is None:
        notice.read_at = now
        notice.save(update_fields=["read_at"])
    return notice
