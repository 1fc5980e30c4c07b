"""What the forms of quota across provinces (跨省域调剂) begin with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from apps.crossprovince import queries
from apps.crossprovince.inputs import AdjustmentLineForm, PlanLineForm
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_CLOSE,
    ADJUSTMENT_CONSENT,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_REOPEN,
    ADJUSTMENT_REPORT,
    ADJUSTMENT_UNMATCH,
    SCHEME_DISPUTE,
    SCHEME_REVOKE,
    SCHEME_SETTLE,
)
from apps.crossprovince.rules import PlanItem
from apps.crossprovince.standing import Standing
from apps.desks.adjustment_facts import Planning, amounts_of, figures_of
from apps.desks.form_fields import Choices
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.disclosure.evidence import visible_in_adjustment
from apps.quota.batch_models import Batch
from apps.quota.queries import available_accounts, available_of
from kernel.actors import Actor
from kernel.errors import Refused

DECIDED = (
    *(ADJUSTMENT_DECIDE, ADJUSTMENT_REOPEN, ADJUSTMENT_CONSENT, ADJUSTMENT_REPORT),
    *(ADJUSTMENT_ACKNOWLEDGE, ADJUSTMENT_UNMATCH, ADJUSTMENT_ALLOCATE, ADJUSTMENT_CLOSE),
    *(SCHEME_DISPUTE, SCHEME_SETTLE, SCHEME_REVOKE),
)
"""The acts that are decided on what stands beside the form."""
_NOTHING = Decimal("0.0000")
_YES_NO = {True: "yes", False: "no"}


def draft(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """A line of each of the county's own batches that may go to other provinces."""
    batches = _own_batches(by)
    lines = [
        {"batch": each.pk, "high_standard": "no", "amount": f"{available_of(each)}"} for each in batches[:1]
    ]
    data = {"lines": lines, "remainder": "keep"}
    written = written_so_far(data, subject, by=by, now=now)
    return Prefill(data, _offered(batches, by=by), figures=written.figures() if written else [])


def written_so_far(data: Mapping[str, Any], subject: Subject, *, by: Actor, now: datetime) -> Planning | None:
    """What a form has of an application so far, rows that are not whole left out; None where no rules are in force."""
    lines = [AdjustmentLineForm(data=each) for each in _rows(data, "lines")]
    plan = [PlanLineForm(data=each) for each in _rows(data, "plan")]
    try:
        stored = (
            queries.stored_rules(subject.adjustment.found, now=now)
            if subject.adjustment is not None
            else queries.rules_now(province=f"{by.region[:2]}0000", now=now)
        )
    except Refused:
        return None
    return Planning(
        [each.validated_data["line"] for each in lines if each.is_valid()],
        [each.validated_data["item"] for each in plan if each.is_valid()],
        stored,
        subject.adjustment.found.region_id if subject.adjustment is not None else by.region,
    )


def _rows(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = data.get(name)
    return [each for each in rows if isinstance(each, Mapping)] if isinstance(rows, list) else []


def _own_batches(by: Actor) -> list[Batch]:
    found = Batch.objects.filter(owner_id=by.organisation_id, quota_class=queries.KIND.quota_class)
    return list(found.filter(circulation="state").order_by("id")[:500])


def _offered(batches: list[Batch], *, by: Actor) -> dict[str, Choices]:
    """Each batch with what of it is available."""
    found = available_accounts(holder_id=by.organisation_id, kind=queries.KIND)
    left = dict(found.values_list("batch_id", "balance"))
    return {
        "lines.batch": [
            (str(each.pk), f"可用{left.get(each.pk, _NOTHING):,}亩 {each.certificate_no} {each.title}")
            for each in batches
        ]
    }


def amend(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What was applied for last; beside it how far the plan is from what it has to be."""
    of = _of(subject)
    return Prefill(_written(of), _offered(_own_batches(by), by=by), figures=figures_of(of, now=now))


def _of(subject: Subject) -> Standing:
    """The application that a form is about."""
    if subject.adjustment is None:
        raise TypeError("the form is about no application")
    return subject.adjustment


def _written(of: Standing) -> dict[str, Any]:
    found = of.found
    return {
        "title": found.title,
        "remainder": found.remainder,
        "loan_source": found.loan_source,
        "income_tied": found.income_tied,
        "lines": [
            {"batch": each.batch_id, "high_standard": _YES_NO[each.high_standard], "amount": f"{each.amount}"}
            for each in of.lines
        ],
        "plan": _planned(of.items),
    }


def _planned(items: Sequence[PlanItem]) -> list[dict[str, Any]]:
    return [
        {
            "category": each.category,
            "item": each.item,
            "village": each.village,
            "amount": f"{each.amount}",
            "revitalisation": _YES_NO[each.revitalisation],
        }
        for each in items
    ]


def decide(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Beside the form what it is decided on: papers to open, figures, amounts."""
    of = _of(subject)
    return Prefill(
        evidence=list(visible_in_adjustment(of.found, by=by).order_by("id")),
        figures=figures_of(of, now=now) + amounts_of(of),
    )


def plan_amendment(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The plan in force with the numbers of its lines; beside it how far it is from what it has to be."""
    of = _of(subject)
    items = of.items
    numbered = [{**line, "no": item.no} for line, item in zip(_planned(items), items, strict=True)]
    return Prefill({"plan": numbered}, figures=figures_of(of, now=now))


def plan_acceptance(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The version that waits."""
    of = _of(subject)
    proposed = of.proposed
    return Prefill({"version": proposed.plan.version} if proposed else {}, figures=figures_of(of, now=now))


def quarter(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The oldest quarter that is owed."""
    owed = _of(subject).owed
    return Prefill(
        {"quarter": owed[0].code} if owed else {}, {"quarter": [(each.code, each.label) for each in owed]}
    )


def transfer(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """A line for each row of the scheme, its receipt's number to be filled in."""
    of = _of(subject)
    rows = [
        {"scheme_no": each.scheme.scheme_no, "row_no": each.row_no}
        for each in of.found.rows.filter(scheme=of.found.scheme).select_related("scheme").order_by("id")
    ]
    return Prefill({"rows": rows}, figures=amounts_of(of))
