"""What the forms of quota across provinces (跨省域调剂) begin with."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from apps.crossprovince import queries
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_CONSENT,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_REOPEN,
    ADJUSTMENT_REPORT,
    ADJUSTMENT_UNMATCH,
)
from apps.desks.adjustment_facts import amounts_of, figures_of
from apps.desks.form_fields import Choices
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.disclosure.evidence import visible_in_adjustment
from apps.quota.models import Batch
from apps.quota.queries import available_of
from kernel.actors import Actor

DECIDED = (
    *(ADJUSTMENT_DECIDE, ADJUSTMENT_REOPEN, ADJUSTMENT_CONSENT, ADJUSTMENT_REPORT),
    *(ADJUSTMENT_ACKNOWLEDGE, ADJUSTMENT_UNMATCH, ADJUSTMENT_ALLOCATE),
)
"""The acts that are decided on what stands beside the form."""
_YES_NO = {True: "yes", False: "no"}


def draft(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """A line of each of the county's own batches that may go to other provinces."""
    batches = _own_batches(by)
    lines = [{"batch": each.pk, "high_standard": "no", "amount": f"{available_of(each)}"} for each in batches]
    return Prefill({"lines": lines[:1], "remainder": "keep"}, _offered(batches))


def _own_batches(by: Actor) -> list[Batch]:
    found = Batch.objects.filter(owner_id=by.organisation_id, quota_class=queries.KIND.quota_class)
    return list(found.filter(circulation="state").order_by("id")[:500])


def _offered(batches: list[Batch]) -> dict[str, Choices]:
    return {"lines.batch": [(str(each.pk), f"{each.certificate_no} {each.title}") for each in batches]}


def amend(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What was applied for last; beside it how far the plan is from what it has to be."""
    found = queries.adjustment_for(subject.pk, by=by)
    return Prefill(_written(found), _offered(_own_batches(by)), figures=figures_of(found, now=now))


def _written(found: Adjustment) -> dict[str, Any]:
    return {
        "title": found.title,
        "remainder": found.remainder,
        "loan_source": found.loan_source,
        "income_tied": found.income_tied,
        "lines": [
            {"batch": each.batch_id, "high_standard": _YES_NO[each.high_standard], "amount": f"{each.amount}"}
            for each in queries.lines_of(found)
        ],
        "plan": [
            {
                "category": each.category,
                "item": each.item,
                "village": each.village,
                "amount": f"{each.amount}",
                "revitalisation": _YES_NO[each.revitalisation],
            }
            for each in queries.items_of(found)
        ],
    }


def decide(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Beside the form what it is decided on: papers to open, figures, amounts."""
    found = queries.adjustment_for(subject.pk, by=by)
    return Prefill(
        evidence=list(visible_in_adjustment(found, by=by).order_by("id")),
        figures=figures_of(found, now=now) + amounts_of(found),
    )


def transfer(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """A line for each row of the scheme, its receipt's number to be filled in."""
    found = queries.adjustment_for(subject.pk, by=by)
    rows = [
        {"scheme_no": each.scheme.scheme_no, "row_no": each.row_no}
        for each in found.rows.filter(scheme=found.scheme).select_related("scheme").order_by("id")
    ]
    return Prefill({"rows": rows}, figures=amounts_of(found))
