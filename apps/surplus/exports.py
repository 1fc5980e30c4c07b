"""The export for the ministry (报部备案材料): of which verifications, by whom, how much at once, and its record."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum

from apps.documents.models import Attachment
from apps.parties.roles import Can
from apps.surplus import national, queries, rules
from apps.surplus.models import Measurement, Verification
from apps.surplus.sent import sent_of
from apps.surplus.states import SENDABLE
from apps.surplus.states import VerificationStatus as S
from kernel import lanes
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.audit.commands import Note
from kernel.errors import Code, Refused, refuse


def may_export(by: Actor) -> bool:
    """Whether the actor's office has such packages: who records with the ministry, and supervisors; nobody else."""
    return by.can(Can.DECIDE_FOR_PROVINCE, Can.SUPERVISE)


def is_sendable(found: Verification, *, by: Actor) -> bool:
    """Whether the actor may have the package of one that it sees: once the province has passed it."""
    return may_export(by) and found.state in SENDABLE


def sendable_to(by: Actor) -> QuerySet[Verification]:
    """Those whose package the actor may have: of its province, once passed by it."""
    found = queries.visible_to(by) if may_export(by) else Verification.objects.none()
    return found.filter(status__in=SENDABLE)


def waiting_for_record(by: Actor, *, county: str = "") -> QuerySet[Verification]:
    """Those that wait for the ministry's record, the newest first; of a division where it is named."""
    found = sendable_to(by).filter(status=S.VERIFIED).order_by("-pk")
    return queries.in_division(found, county) if county else found


@transaction.atomic
def export_one(*, verification_id: int, by: Actor, now: datetime) -> bytes:
    """The package of one verification, also once it is recorded: what was to be sent. The record keeps its SHA-256.

    Refuses: not_found.
    """
    return _package(sendable_to(by), {verification_id}, by=by, now=now)


@transaction.atomic
def export_waiting(*, verification_ids: Collection[int], by: Actor, now: datetime) -> bytes:
    """One package of verifications that wait for the ministry's record. The record of each keeps its SHA-256.

    Refuses: invalid (none, or more than one export holds), not_found (one of them does not wait for the actor, or not
    any more).
    """
    return _package(waiting_for_record(by), set(verification_ids), by=by, now=now)


def _package(offered: QuerySet[Verification], wanted: Collection[int], *, by: Actor, now: datetime) -> bytes:
    """What is offered of those wanted, under their lanes, sent and written down. Refuses: not_found, invalid."""
    _require_all(offered, wanted)
    lanes.hold_all(lanes.CASE, wanted)
    cases = _require_all(offered, wanted)
    refuse(rules.why_not_export(count=len(cases), **_size_of(wanted)))
    content = national.system().package([sent_of(each) for each in cases])
    said = {"sha256": hashlib.sha256(content).hexdigest(), "count": len(cases)}
    audit.record_all(
        [
            Note("verification.export", by, now, each.pk, f"surplus.verification:{each.pk}", after=said)
            for each in cases
        ]
    )
    return content


def _require_all(offered: QuerySet[Verification], wanted: Collection[int]) -> list[Verification]:
    found = list(offered.filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        raise Refused.because(
            Code.NOT_FOUND, "所选核定项目未找到，或已不在待报部备案之列，请返回列表重新选择。"
        )
    return found


def _size_of(wanted: Collection[int]) -> dict[str, int]:
    """What an export of these may hold at most, before any of it is read."""
    papers = Attachment.objects.filter(case__in=wanted).aggregate(total=Sum("size"))["total"] or 0
    sets = Measurement.objects.filter(verification__in=wanted).order_by("verification_id", "-version")
    newest = sets.distinct("verification_id").values_list("part_count", flat=True)
    return {"paper_bytes": papers, "parcels": sum(newest)}
