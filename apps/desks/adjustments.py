"""Quota that goes to other provinces (跨省域调剂) on the desks: the list, and one application."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.crossprovince import queries
from apps.crossprovince.beginning import why_not_begin
from apps.crossprovince.models import Adjustment, Scheme
from apps.crossprovince.names import ADJUSTMENT_DRAFT, SCHEME_IMPORT, SCHEME_PUBLISH
from apps.crossprovince.queries import prices_of, rows_of
from apps.crossprovince.standing import Standing, standing_for
from apps.crossprovince.states import LABELS, OUTCOME_LABELS, Outcome
from apps.crossprovince.states import AdjustmentStatus as S
from apps.desks.access import desk
from apps.desks.adjustment_facts import amounts_of, figures_of, lines_of, plan_of
from apps.desks.adjustment_money import money_of
from apps.desks.downloads import download
from apps.desks.evidence import MOST_FILES, Wanted, not_entered, take_files
from apps.desks.incoming import entered_on_page
from apps.desks.next_steps import in_order, publication_of
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.documents import readable_in_adjustment
from apps.disclosure.evidence import visible_in_adjustment
from apps.documents.incoming import WITH_ENTERED, entered_with
from apps.documents.models import Attachment
from apps.documents.sent import sent
from apps.documents.states import AttachmentKind
from apps.funds.allocations import noticed_by
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.roles import Can
from apps.process import uploads
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import not_found
from kernel.money import Yuan
from kernel.web.methods import post_from
from kernel.web.opaque import shown

_MOST_SCHEMES = 20


@require_safe
@desk(Can.WORK_ON_ADJUSTMENTS)
def adjustments(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What the actor may see, the newest first, by status; for the province also the ministry's schemes."""
    found = queries.visible_to(by).order_by("-pk").defer("rules")
    status = request.GET.get("status", "")
    if status in list(S):
        found = found.filter(status=status)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    context = {
        "rows": [(each, LABELS[each.state]) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "statuses": [(str(each), LABELS[each]) for each in S],
        "status": status,
        "draft": ADJUSTMENT_DRAFT if _begins(ADJUSTMENT_DRAFT, by) else "",
        "import": SCHEME_IMPORT if _begins(SCHEME_IMPORT, by) else "",
        "publish": SCHEME_PUBLISH if _begins(SCHEME_PUBLISH, by) else "",
        "schemes": list(_schemes(by)[:_MOST_SCHEMES]),
    }
    return render(request, "desks/adjustments.html", context)


def _begins(name: str, by: Actor) -> bool:
    """Whether an operator of the actor's office begins this act."""
    return by.can(act_called(name).capability) and by.duty is Duty.OPERATOR


def _schemes(by: Actor) -> QuerySet[Scheme]:
    return queries.schemes_of(by).order_by("-pk")


@require_safe
@desk(Can.WORK_ON_ADJUSTMENTS)
def adjustment(request: HttpRequest, *, by: Actor, now: datetime, adjustment_id: int) -> HttpResponse:
    """One application: what is to do, its quota, plan, amounts, opinions, incoming papers, evidence, periods."""
    of = standing_for(adjustment_id, by=by)
    found = of.found
    papers = visible_in_adjustment(found, by=by).select_related(*WITH_ENTERED, "incoming__allocation")
    files = list(papers.order_by("id"))
    entered = entered_with(files)
    of.notices = noticed_by(entered)
    wanted = _wanted(found, not_entered(files, entered), by=by)
    context: dict[str, Any] = {
        "adjustment": found,
        "by": by,
        "status": LABELS[found.state],
        "acts": [*publication_of(found, by=by), *_acts_on(of, by=by)],
        "fund_id": of.fund_id,
        "lines": lines_of(of),
        "plan": plan_of(of),
        "figures": figures_of(of, now=now),
        "amounts": amounts_of(of),
        **money_of(of),
        "rows": rows_of(found) if found.scheme_id else [],
        "addition": Yuan(prices_of(found).addition) if found.scheme_id else None,
        "opinions": [(OUTCOME_LABELS[Outcome(each.outcome)], each) for each in of.opinions],
        "objections": list(objections_visible_to(by).filter(case=found.pk).order_by("id")),
        "incoming": entered_on_page(entered, by=by),
        "documents": list(readable_in_adjustment(found, by=by)),
        "deadlines": _deadlines(of),
        "files": [each for each in files if not any(each in kind.files for kind in wanted)],
        "wanted": wanted,
        "upload_rows": range(min(MOST_FILES, len(wanted))),
        "upload_address": f"/desk/adjustments/{found.pk}/evidence/",
        "packaged": bool(found.package_sha256),
    }
    return render(request, "desks/adjustment.html", context)


@post_from("/desk/adjustments/{adjustment_id}/#evidence")
@desk(Can.UPLOAD_EVIDENCE)
def upload(request: HttpRequest, *, by: Actor, now: datetime, adjustment_id: int) -> HttpResponse:
    """Hand in files as evidence in an application, each under its kind."""
    found = queries.adjustment_for(adjustment_id, by=by)

    def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
        return uploads.take_for_adjustment(found, kind=kind, name=name, content=content, by=by, now=now)

    take_files(request, allowed=uploads.wanted_for_adjustment(found, by=by), take=take)
    return redirect(f"/desk/adjustments/{adjustment_id}/")


@require_safe
@desk(Can.WORK_ON_ADJUSTMENTS)
def package(request: HttpRequest, *, by: Actor, now: datetime, adjustment_id: int) -> HttpResponse:
    """What was sent to the ministry (报送包). Refuses: not_found before it was."""
    found = queries.adjustment_for(adjustment_id, by=by)
    if not found.package_sha256:
        raise not_found("报送包")
    return download(
        sent(found.package_sha256), content_type="application/zip", name=f"{found.case.number}.zip"
    )


def _wanted(found: Adjustment, files: list[Attachment], *, by: Actor) -> list[Wanted]:
    own = [each for each in files if each.organisation_id == by.organisation_id]
    return [
        Wanted(str(kind), kind.label, required, [each for each in own if each.kind == kind])
        for kind, required in uploads.wanted_for_adjustment(found, by=by).items()
    ]


def _deadlines(of: Standing) -> list[tuple[str, Deadline]]:
    rows = (each for each in of.periods if each.status != DeadlineStatus.CANCELLED)
    return [(kind_of(each.kind).label, each) for each in rows]


def _acts_on(of: Standing, *, by: Actor) -> list[dict[str, Any]]:
    """The acts that the actor can begin on it as it stands, or release, in the order of the process."""
    return [
        {
            "label": act.label,
            "url": f"/desk/preparations/{shown(of.waiting[act.name], 'preparation')}/"
            if act.name in of.waiting
            else f"/desk/acts/{act.name}/{of.found.pk}/",
            "waiting": act.name in of.waiting,
        }
        for act in in_order()
        if act.subject == "adjustment_id"
        and by.can(act.capability)
        and (act.name in of.waiting or not (act.two_persons and by.duty is Duty.APPROVER))
        and why_not_begin(of, act, by=by) is None
    ]
