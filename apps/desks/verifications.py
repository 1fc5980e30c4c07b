"""Verifications of surplus quota (节余指标核定) on the desks: the list of one's own, and one with all that is known."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.evidence import MOST_FILES, Wanted, not_entered, take_files
from apps.desks.incoming import entered_on_page
from apps.desks.next_steps import in_order
from apps.desks.verification_facts import figures_of, measured_by, said_of
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.documents import readable_beside
from apps.disclosure.evidence import visible_in_verification
from apps.disclosure.verifications import concerns_whole, visible_measurements
from apps.documents.incoming import WITH_ENTERED, entered_with
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.roles import Can
from apps.process import uploads
from apps.surplus.beginning import Standing, standings_of, why_not_begin
from apps.surplus.exports import is_sendable, may_export, waiting_for_record
from apps.surplus.findings import findings_of
from apps.surplus.models import Measurement, Verification
from apps.surplus.names import MEASURE_DEADLINE, VERIFICATION_DRAFT, VERIFICATION_SUBMIT
from apps.surplus.queries import named_so, parts_of, verification_for, visible_to
from apps.surplus.states import LABELS, Origin
from apps.surplus.states import VerificationStatus as S
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Code
from kernel.web.methods import post_from
from kernel.web.opaque import shown

MOST_SHOWN = 300
"""So many parcels stand on the page; the file has them all."""


@require_safe
@desk(Can.WORK_ON_VERIFICATIONS)
def verifications(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What the actor may see, the newest first, by status and words."""
    found = visible_to(by).order_by("-pk")
    status = request.GET.get("status", "")
    text = request.GET.get("q", "").strip()[:60]
    if status in list(S):
        found = found.filter(status=status)
    found = named_so(found, text)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "statuses": [(str(each), LABELS[each]) for each in S],
        "status": status,
        "text": text,
        "may_draft": by.can(act_called(VERIFICATION_DRAFT).capability),
        "may_export": may_export(by),
        "to_record": waiting_for_record(by).count() if may_export(by) else 0,
    }
    return render(request, "desks/verifications.html", context)


@require_safe
@desk(Can.WORK_ON_VERIFICATIONS)
def verification(request: HttpRequest, *, by: Actor, now: datetime, verification_id: int) -> HttpResponse:
    """One verification: what is to do, figures, findings, parcels on a map, opinions, evidence, periods.

    Its measurer sees what was declared and what it has measured itself, and nothing of how it is reviewed.
    """
    found = verification_for(verification_id, by=by)
    whole = concerns_whole(found, by=by)
    measured = visible_measurements(found, by=by).first()
    standing = standings_of([found])[found.pk]
    files = list(visible_in_verification(found, by=by).select_related(*WITH_ENTERED).order_by("id"))
    entered = entered_with(files)
    wanted = _wanted(found, not_entered(files, entered), by=by)
    context: dict[str, Any] = {
        "verification": found,
        "by": by,
        "status": LABELS[found.state],
        "acts": _acts_on(found, standing, by=by),
        "held_up": _held_up(found, standing, by=by),
        "deadlines": _deadlines(found, whole=whole),
        "whole": whole,
        "opinions": said_of(found) if whole else [],
        "objections": list(objections_visible_to(by).filter(case=found.pk).order_by("id")),
        "incoming": entered_on_page(entered, by=by) if whole else [],
        "files": [each for each in files if not any(each in kind.files for kind in wanted)],
        "wanted": wanted,
        "upload_rows": range(min(MOST_FILES, len(wanted))),
        "upload_address": f"/desk/verifications/{found.pk}/evidence/",
        "packaged": is_sendable(found, by=by),
        "documents": list(readable_beside(found, by=by)),
        "measurement": measured,
        "reported": measured is not None and measured.origin == Origin.REPORT,
        "findings": findings_of(found, measured) if measured and whole else [],
        **(_figures(found, measured) if measured else {}),
    }
    return render(request, "desks/verification.html", context)


@post_from("/desk/verifications/{verification_id}/#evidence")
@desk(Can.UPLOAD_EVIDENCE)
def upload(request: HttpRequest, *, by: Actor, now: datetime, verification_id: int) -> HttpResponse:
    """Hand in files as evidence in a verification, each under its kind."""
    found = verification_for(verification_id, by=by)

    def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
        return uploads.take_for_verification(found, kind=kind, name=name, content=content, by=by, now=now)

    take_files(request, allowed=uploads.wanted_for_verification(found, by=by), take=take)
    return redirect(f"/desk/verifications/{verification_id}/")  # at its top it says what came of each file


def _wanted(found: Verification, files: list[Attachment], *, by: Actor) -> list[Wanted]:
    """What the actor's side has to hand in now, with what it has handed in: a county and its bureau are one side."""
    county = {found.holder_id, found.filed_by_id}
    side = county if by.organisation_id in county else {by.organisation_id}
    own = [each for each in files if each.organisation_id in side]
    return [
        Wanted(str(kind), kind.label, required, [each for each in own if each.kind == kind])
        for kind, required in uploads.wanted_for_verification(found, by=by).items()
    ]


def _deadlines(found: Verification, *, whole: bool) -> list[tuple[str, Deadline]]:
    """All of them; of its measurer the measuring alone."""
    rows = Deadline.objects.filter(case_id=found.pk).exclude(status=DeadlineStatus.CANCELLED).order_by("id")
    rows = rows if whole else rows.filter(kind=MEASURE_DEADLINE)
    return [(kind_of(each.kind).label, each) for each in rows]


def _figures(found: Verification, measured: Measurement) -> dict[str, Any]:
    parts = parts_of(measured)
    features = [
        {
            "type": "Feature",
            "id": each.pk,
            "properties": {"name": each.parcel_no},
            "geometry": each.ground.geometry,
        }
        for each in parts[:MOST_SHOWN]
    ]
    return {
        "figures": figures_of(found, measured),
        "measured": measured_by(measured),
        "parts": [(each, each.facts.before.label, each.facts.after.label) for each in parts[:MOST_SHOWN]],
        "part_count": len(parts),
        "collection": {"type": "FeatureCollection", "features": features},
    }


def _acts_on(found: Verification, standing: Standing, *, by: Actor) -> list[dict[str, Any]]:
    """The acts that the actor can begin on it as it stands, or release, in the order of the chain."""
    prepared = {each.name: each for each in waiting(by).filter(subject_id=found.pk, case_id=found.pk)}
    return [
        {
            "label": act.label,
            "url": f"/desk/preparations/{shown(prepared[act.name].pk, 'preparation')}/"
            if act.name in prepared
            else f"/desk/acts/{act.name}/{found.pk}/",
            "waiting": act.name in prepared,
        }
        for act in in_order()
        if act.subject == "verification_id"
        and (act.name in prepared or not (act.two_persons and by.duty is Duty.APPROVER))
        and why_not_begin(act, found, standing, by=by) is None
    ]


def _held_up(found: Verification, standing: Standing, *, by: Actor) -> str:
    """Why it cannot be submitted although it is its turn: parcels were changed after the report."""
    no = why_not_begin(act_called(VERIFICATION_SUBMIT), found, standing, by=by)
    return no.sentence if no is not None and no.code is Code.TEXT_CHANGED else ""
