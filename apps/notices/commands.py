"""Telling organisations what concerns them: in their inbox, and by e-mail through the outbox."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.notices.models import Notice, Preference
from apps.notices.queries import wishes_of
from apps.notices.rules import once, reachable
from apps.notices.states import Lead
from apps.parties.queries import people_of_all
from kernel import bulk
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
    case_id: int | None = None,
    about: str = "",
    lead: Lead | None = None,
) -> None:
    """Tell one organisation, once per kind, case and `about`.

    Its inbox always has it. E-mail and text messages go to those of its members who have an address, or a number,
    and want them; `lead` says which reminder it is.
    """
    tell_all(
        organisation_ids=[organisation_id],
        kind=kind,
        title=title,
        text=text,
        now=now,
        case_id=case_id,
        about=about,
        lead=lead,
    )


@transaction.atomic
def tell_all(
    *,
    organisation_ids: Sequence[int],
    kind: str,
    title: str,
    text: str,
    now: datetime,
    case_id: int | None = None,
    about: str = "",
    lead: Lead | None = None,
) -> None:
    """The same for several organisations, in as many statements as for one."""
    rows = [
        {
            "organisation_id": each,
            "case_id": case_id,
            "kind": kind,
            "once": once(kind=kind, organisation_id=each, case_id=case_id, about=about),
            "title": title,
            "text": text,
            "at": now,
        }
        for each in dict.fromkeys(organisation_ids)
    ]
    made = bulk.insert(Notice, rows, unless_there=["once"])
    if made:
        _send(list(Notice.objects.filter(pk__in=made).order_by("pk")), lead, now=now)


def _send(notices: list[Notice], lead: Lead | None, *, now: datetime) -> None:
    members = people_of_all([each.organisation_id for each in notices])
    wishes = wishes_of([each.person_id for each in members])
    told = []
    for notice in notices:
        people = [each.person for each in members if each.organisation_id == notice.organisation_id]
        ways = {
            "email": [(each.email, wishes[each.pk]) for each in people if wishes[each.pk].by_email],
            "sms": [(each.phone, wishes[each.pk]) for each in people if wishes[each.pk].by_sms],
        }
        for topic, addresses in ways.items():
            to = reachable(addresses, lead)
            if to:
                told.append(outbox.NewMessage(topic, {"notice_id": notice.pk, "to": to}, notice.once[:80]))
    outbox.enqueue_all(told, now=now)


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


def read_about(*, case_id: int, by: Actor, now: datetime) -> int:
    """Mark what one's own organisation was told about a lot as read, because somebody has acted on it.

    What is told at this very moment is new.
    """
    told = Notice.objects.filter(organisation_id=by.organisation_id, case_id=case_id, read_at=None)
    return told.filter(at__lt=now).update(read_at=now)


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
