"""What the forms of quota that comes from other provinces (跨省域调入) begin with."""

from datetime import datetime

from django.http import HttpRequest

from apps.crossprovince import demand_queries as queries
from apps.crossprovince.names import (
    DEMAND_ACKNOWLEDGE,
    DEMAND_CLOSE,
    DEMAND_DECIDE,
    DEMAND_DISPUTE,
    DEMAND_REOPEN,
    DEMAND_REPORT,
    DEMAND_REVOKE,
    DEMAND_SETTLE,
    DEMAND_UNMATCH,
)
from apps.desks.demand_facts import amounts_of, figures_of
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.disclosure.evidence import visible_in_demand
from apps.funds.pay_ins import paid_of
from kernel.actors import Actor

DECIDED = (
    *(DEMAND_DECIDE, DEMAND_REOPEN, DEMAND_REPORT, DEMAND_ACKNOWLEDGE),
    *(DEMAND_UNMATCH, DEMAND_CLOSE, DEMAND_DISPUTE, DEMAND_SETTLE, DEMAND_REVOKE),
)
"""The acts that are decided on what stands beside the form."""
_YES_NO = {True: "yes", False: "no"}


def amend(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What was said to be needed last."""
    found = queries.demand_for(subject.pk, by=by)
    written = {
        "title": found.title,
        "amount": f"{found.amount}",
        "planning_scale": _YES_NO[found.planning_scale],
        "remainder": found.remainder,
    }
    return Prefill(written, figures=figures_of(found, now=now))


def decide(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Beside the form what it is decided on: papers to open, figures, amounts."""
    found = queries.demand_for(subject.pk, by=by)
    return Prefill(
        evidence=list(visible_in_demand(found, by=by).order_by("id")),
        figures=figures_of(found, now=now) + amounts_of(found),
    )


def pay_in(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What is still to be paid in, and the vouchers to read it from."""
    found = queries.demand_for(subject.pk, by=by)
    left = {} if found.price is None else {"amount": f"{found.price - paid_of(found.pk)}"}
    return Prefill(
        left,
        evidence=list(visible_in_demand(found, by=by).order_by("id")),
        figures=amounts_of(found),
    )


def receive(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """A line for each row of the scheme, its receipt's number to be filled in."""
    found = queries.demand_for(subject.pk, by=by)
    rows = [{"scheme_no": each.scheme.scheme_no, "row_no": each.row_no} for each in queries.rows_of(found)]
    return Prefill({"rows": rows}, figures=amounts_of(found))
