"""Recording pairings (对口关系) and ending them, as documents of outside say."""

from datetime import datetime

from django.db import transaction

from apps.documents.incoming import Incoming, enter
from apps.pairing import rules
from apps.pairing.models import Pairing
from apps.pairing.names import PAIRING_END, PAIRING_RECORD
from apps.pairing.queries import pairing_for
from apps.pairing.rules import Stated
from apps.parties.models import Organisation, Region
from apps.parties.roles import Can, kinds_that
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, refuse


@transaction.atomic
def record(*, stated: Stated, incoming: Incoming, by: Actor, now: datetime) -> Pairing:
    """Record that quota may be handed over by agreement between two regions, or to the unit of a major project.

    One person prepares, another releases. Refuses: not_permitted, same_person, invalid (no such region, of another
    province, both sorts or neither, a unit that is none, a document of the future), missing_document
    (incoming_document), duplicate_request (the document recorded one before).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=PAIRING_RECORD, subject_id=0, by=by, now=now, slot=incoming.document_no)
    refuse(rules.why_not_record(stated, province=by.region))
    _require_there(stated)
    document = enter(incoming, act=PAIRING_RECORD, case_id=None, by=by, now=now)
    made = Pairing.objects.create(
        province=by.region,
        giving_region=stated.giving_region,
        taking_region=stated.taking_region,
        major_project_no=stated.major_project_no,
        project_unit_id=stated.project_unit_id,
        classes=list(stated.classes),
        valid_from=stated.valid_from,
        valid_to=stated.valid_to,
        document=document,
        recorded_by_id=by.person_id,
        recorded_at=now,
    )
    after = {"pairing": str(made), "classes": made.class_labels, **incoming.as_said()}
    audit.record(verb=PAIRING_RECORD, by=by, now=now, subject=made, after=after)
    return made


def _require_there(stated: Stated) -> None:
    for field in ("giving_region", "taking_region"):
        region = getattr(stated, field)
        if region and not Region.objects.filter(pk=region.ljust(6, "0")).exists():
            raise Refused.because(Code.INVALID, f"没有行政区划代码{region}，请按GB/T 2260填写。", field=field)
    only_buy = set(kinds_that(Can.BUY)) - set(kinds_that(Can.SELL))
    units = Organisation.objects.filter(kind__in=only_buy, active=True)
    if stated.project_unit_id is not None and not units.filter(pk=stated.project_unit_id).exists():
        raise Refused.because(
            Code.INVALID, "项目单位须为已登记的单独选址项目单位，请核对。", field="project_unit"
        )


@transaction.atomic
def end(*, pairing_id: int, incoming: Incoming, by: Actor, now: datetime) -> Pairing:
    """End a pairing of the own province. What was consented to or submitted under it before goes on.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, duplicate_request (it is
    over), invalid (a document of the future), missing_document (incoming_document).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=PAIRING_END, subject_id=pairing_id, by=by, now=now)
    pairing_for(pairing_id, by=by)
    found = Pairing.objects.select_for_update(of=("self",)).get(pk=pairing_id)
    refuse(rules.why_not_end(ended=found.ended_at is not None))
    found.ended_by = enter(incoming, act=PAIRING_END, case_id=None, by=by, now=now)
    found.ended_at = now
    found.save(update_fields=["ended_by", "ended_at"])
    audit.record(verb=PAIRING_END, by=by, now=now, subject=found, after=incoming.as_said())
    return found
