"""Telling organisations what concerns them: in their inbox, and by e-mail through the outbox."""

from datetime import datetime

from django.db import transaction

from apps.notices.models import Notice, Preference
from apps.notices.queries import wishes_of
from apps.notices.rules import reachable
from apps.notices.states import Lead
from apps.parties.queries import people_of
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.outbox import commands as outbox


@transaction.atomic
def tell(
    *,
    organisation_id: int,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    listing_id: int | None = None,
    about: str = "",
    lead: Lead | None = None,
) -> Notice:
    """Tell one organisation, once per kind, listing and `about`.

    Its inbox always has it. E-mail and text messages go to those of its members who have an address, or a number,
    and want them; `lead` says which reminder it is.
    """
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
        _send(notice, lead, now=now)
    return notice


def _send(notice: Notice, lead: Lead | None, *, now: datetime) -> None:
    people = [each.person for each in people_of(notice.organisation_id)]
    wishes = wishes_of([each.pk for each in people])
    ways = {
        "email": [(each.email, wishes[each.pk]) for each in people if wishes[each.pk].by_email],
        "sms": [(each.phone, wishes[each.pk]) for each in people if wishes[each.pk].by_sms],
    }
    for topic, addresses in ways.items():
        to = reachable(addresses, lead)
        if to:
            payload = {"notice_id": notice.pk, "to": to}
            outbox.put(topic=topic, key=notice.once[:80], payload=payload, now=now)


def prefer(*, by_email: bool, by_sms: bool, leads: frozenset[Lead], by: Actor, now: datetime) -> Preference:
    """Keep how the person wants to be told, from the next notice on. A setting of one's own: no act, no record."""
    kept, _ = Preference.objects.update_or_create(
        person_id=by.person_id,
        defaults={
            "by_email": by_email,
            "by_sms": by_sms,
            "leads": sorted(str(each) for each in leads),
            "changed_at": now,
        },
    )
    return kept


def read_all(*, by: Actor, now: datetime) -> int:
    """Mark every notice of one's own organisation as read; gives how many."""
    return Notice.objects.filter(organisation_id=by.organisation_id, read_at=None).update(read_at=now)


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
