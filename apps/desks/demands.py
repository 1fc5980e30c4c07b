"""Quota that comes from other provinces (跨省域调入) on the desks: the list, and one demand."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.crossprovince import demand_queries as queries
from apps.crossprovince.demand_beginning import why_not_begin
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import LABELS
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.names import DEMAND_DRAFT
from apps.crossprovince.queries import prices_of
from apps.crossprovince.states import OUTCOME_LABELS, Outcome
from apps.desks.access import desk
from apps.desks.demand_facts import amounts_of, figures_of
from apps.desks.downloads import download
from apps.desks.evidence import MOST_FILES, Wanted, not_entered, take_files
from apps.desks.incoming import entered_on_page
from apps.desks.next_steps import in_order, publication_of
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.documents import readable_in_demand
from apps.disclosure.evidence import visible_in_demand
from apps.documents.incoming import WITH_ENTERED, entered_with
from apps.documents.models import Attachment
from apps.documents.sent import sent
from apps.documents.states import AttachmentKind
from apps.funds.pay_ins import pay_ins_of
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.roles import Can
from apps.process import uploads
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import not_found
from kernel.money import Yuan
from kernel.web.methods import post_from
from kernel.web.opaque import shown


@require_safe
@desk(Can.WORK_ON_DEMANDS)
def demands(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What the actor may see, the newest first, by status."""
    found = queries.demands_visible_to(by).order_by("-pk").defer("rules")
    status = request.GET.get("status", "")
    if status in list(S):
        found = found.filter(status=status)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    may_draft = by.can(act_called(DEMAND_DRAFT).capability) and by.duty is Duty.OPERATOR
    context = {
        "rows": [(each, LABELS[each.state]) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "statuses": [(str(each), LABELS[each]) for each in S],
        "status": status,
        "draft": DEMAND_DRAFT if may_draft else "",
    }
    return render(request, "desks/demands.html", context)


@require_safe
@desk(Can.WORK_ON_DEMANDS)
def demand(request: HttpRequest, *, by: Actor, now: datetime, demand_id: int) -> HttpResponse:
    """One demand: what is to do, what is needed, amounts, payments, opinions, incoming papers, evidence, periods."""
    found = queries.demand_for(demand_id, by=by)
    files = list(visible_in_demand(found, by=by).select_related(*WITH_ENTERED).order_by("id"))
    entered, payments = entered_with(files), list(pay_ins_of(found.pk))
    wanted = _wanted(found, not_entered(files, entered), by=by)
    context: dict[str, Any] = {
        "demand": found,
        "by": by,
        "status": LABELS[found.state],
        "acts": [*publication_of(found, by=by), *_acts_on(found, by=by)],
        "figures": figures_of(found, now=now),
        "amounts": amounts_of(found, payments),
        "payments": payments,
        "rows": list(queries.rows_of(found)) if found.scheme_id else [],
        "addition": Yuan(prices_of(found).addition) if found.scheme_id else None,
        "opinions": [(OUTCOME_LABELS[Outcome(each.outcome)], each) for each in found.opinions.order_by("id")],
        "incoming": entered_on_page(entered, by=by),
        "objections": list(objections_visible_to(by).filter(case=found.pk).order_by("id")),
        "documents": list(readable_in_demand(found, by=by)),
        "deadlines": _deadlines(found),
        "files": [each for each in files if not any(each in kind.files for kind in wanted)],
        "wanted": wanted,
        "upload_rows": range(min(MOST_FILES, len(wanted))),
        "upload_address": f"/desk/demands/{found.pk}/evidence/",
        "packaged": bool(found.package_sha256),
    }
    return render(request, "desks/demand.html", context)


@post_from("/desk/demands/{demand_id}/#evidence")
@desk(Can.UPLOAD_EVIDENCE)
def upload(request: HttpRequest, *, by: Actor, now: datetime, demand_id: int) -> HttpResponse:
    """Hand in files as evidence in a demand, each under its kind."""
    found = queries.demand_for(demand_id, by=by)

    def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
        return uploads.take_for_demand(found, kind=kind, name=name, content=content, by=by, now=now)

    take_files(request, allowed=uploads.wanted_for_demand(found, by=by), take=take)
    return redirect(f"/desk/demands/{demand_id}/")


@require_safe
@desk(Can.WORK_ON_DEMANDS)
def package(request: HttpRequest, *, by: Actor, now: datetime, demand_id: int) -> HttpResponse:
    """What was sent to the ministry (报送包). Refuses: not_found before it was."""
    found = queries.demand_for(demand_id, by=by)
    if not found.package_sha256:
        raise not_found("报送包")
    return download(
        sent(found.package_sha256), content_type="application/zip", name=f"{found.case.number}.zip"
    )


def _wanted(found: Demand, files: list[Attachment], *, by: Actor) -> list[Wanted]:
    own = [each for each in files if each.organisation_id == by.organisation_id]
    return [
        Wanted(str(kind), kind.label, required, [each for each in own if each.kind == kind])
        for kind, required in uploads.wanted_for_demand(found, by=by).items()
    ]


def _deadlines(found: Demand) -> list[tuple[str, Deadline]]:
    rows = Deadline.objects.filter(case_id=found.pk).exclude(status=DeadlineStatus.CANCELLED).order_by("id")
    return [(kind_of(each.kind).label, each) for each in rows]


def _acts_on(found: Demand, *, by: Actor) -> list[dict[str, Any]]:
    """The acts that the actor can begin on it as it stands, or release, in the order of the process."""
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
        if act.subject == "demand_id"
        and by.can(act.capability)
        and (act.name in prepared or not (act.two_persons and by.duty is Duty.APPROVER))
        and why_not_begin(found, act, by=by) is None
    ]
