"""Verifications of surplus quota (节余指标核定) on the desks: the list of one's own, and one with all that is known."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.evidence import MOST_FILES, Wanted, take_files
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.evidence import visible_in_verification
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.parties.roles import Can
from apps.process import uploads
from apps.surplus.findings import findings_of
from apps.surplus.models import Measurement, Opinion, Verification
from apps.surplus.names import VERIFICATION_RETURN
from apps.surplus.queries import account_of, newest, opinion_of, unfavourable, verification_for, visible_to
from apps.surplus.states import LABELS, LEVEL_LABELS, OUTCOME_LABELS, Level, Origin, Outcome
from apps.surplus.states import VerificationStatus as S
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import Act, all_acts
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
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
    text = request.GET.get("q", "").strip()[:60].replace("\x00", "")
    if status in list(S):
        found = found.filter(status=status)
    if text:
        found = found.filter(
            Q(title__icontains=text) | Q(acceptance_no__icontains=text) | Q(case__number__icontains=text)
            | Q(holder__name__icontains=text) | Q(region__name__icontains=text)
        )  # fmt: skip
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
        "may_draft": by.can(Can.APPLY_FOR_VERIFICATION) and by.duty is Duty.OPERATOR,
    }
    return render(request, "desks/verifications.html", context)


@require_safe
@desk(Can.WORK_ON_VERIFICATIONS)
def verification(request: HttpRequest, *, by: Actor, now: datetime, verification_id: int) -> HttpResponse:
    """One verification: what is to do, figures, findings, parcels on a map, opinions, evidence, periods."""
    found = verification_for(verification_id, by=by)
    measured = newest(found)
    files = list(visible_in_verification(found, by=by).order_by("id"))
    wanted = _wanted(found, files, by=by)
    context: dict[str, Any] = {
        "verification": found,
        "status": LABELS[found.state],
        "acts": _acts_on(found, by=by),
        "deadlines": _deadlines(found),
        "opinions": [_said(each) for each in found.opinions.order_by("id")],
        "files": [each for each in files if not any(each in kind.files for kind in wanted)],
        "wanted": wanted,
        "upload_rows": range(min(MOST_FILES, len(wanted))),
        "upload_address": f"/desk/verifications/{found.pk}/evidence/",
        "measurement": measured,
        "reported": measured is not None and measured.origin == Origin.REPORT,
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


def _said(opinion: Opinion) -> tuple[str, str, Opinion]:
    return LEVEL_LABELS[Level(opinion.level)], OUTCOME_LABELS[Outcome(opinion.outcome)], opinion


def _deadlines(found: Verification) -> list[tuple[str, Deadline]]:
    rows = Deadline.objects.filter(case_id=found.pk).exclude(status=DeadlineStatus.CANCELLED).order_by("id")
    return [(kind_of(each.kind).label, each) for each in rows]


def _figures(found: Verification, measured: Measurement) -> dict[str, Any]:
    account = account_of(measured)
    parts = list(measured.parts.select_related("ground").order_by("id"))
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
        "account": account,
        "figures": [
            (_("复垦为农用地"), account.reclaimed),
            (_("安置区建设用地"), measured.resettlement),
            (_("节余指标合计"), account.surplus),
            (_("归还周转指标"), found.returned),
            (_("村内预留"), found.reserved),
            (_("可交易指标"), account.tradeable),
            (_("附带耕地"), account.carried_farmland),
            (_("附带水田"), account.carried_paddy),
            (_("可按高标准农田价格跨省调剂"), account.high_standard),
        ],
        "findings": findings_of(found, measured),
        "parts": [(each, each.facts.before.label, each.facts.after.label) for each in parts[:MOST_SHOWN]],
        "part_count": len(parts),
        "collection": {"type": "FeatureCollection", "features": features},
    }


def _acts_on(found: Verification, *, by: Actor) -> list[dict[str, Any]]:
    """The acts that the actor can begin on it as it stands, in the order of the chain."""
    prepared = {each.name: each for each in waiting(by).filter(subject_id=found.pk, case_id=found.pk)}
    return [
        {
            "label": act.label,
            "url": f"/desk/preparations/{shown(prepared[act.name].pk, 'preparation')}/"
            if act.name in prepared
            else f"/desk/acts/{act.name}/{found.pk}/",
            "waiting": act.name in prepared,
        }
        for act in all_acts()
        if act.subject == "verification_id" and _can_begin(act, found, by=by)
    ]


def _can_begin(act: Act, found: Verification, *, by: Actor) -> bool:
    if not by.can(act.capability) or found.status not in act.statuses:
        return False
    if by.duty is Duty.APPROVER and act.two_persons:
        return False
    if act.capability is Can.MEASURE:
        return found.measurer_id == by.organisation_id
    if act.capability is Can.APPLY_FOR_VERIFICATION:
        return by.organisation_id in (found.holder_id, found.filed_by_id)
    if act.name == VERIFICATION_RETURN:
        level = Level.CITY if by.can(Can.REVIEW_FOR_CITY) else Level.PROVINCE
        at = S.CITY_REVIEW if level is Level.CITY else S.PROVINCE_REVIEW
        return found.state is at and unfavourable(found) is not None
    if found.state in (S.CITY_REVIEW, S.PROVINCE_REVIEW):
        return opinion_of(found, Level.CITY if found.state is S.CITY_REVIEW else Level.PROVINCE) is None
    return True
