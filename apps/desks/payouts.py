"""Money that leaves, on finance's desk: what of it waits for its second person, what it binds, who is paid."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.money.gate import province_of
from apps.money.models import Payment, Refund
from apps.money.names import REFUND_RELEASE, REFUND_RELEASE_ONE, REMITTANCE_RELEASE
from apps.money.queries import due_orders_of, refunds_due
from apps.parties.queries import offices
from apps.parties.roles import Can
from kernel.access.models import Preparation
from kernel.access.queries import waiting_for
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.acts.bound import Bound
from kernel.acts.perform import bound_of, slot_of
from kernel.errors import Refused

PAYS = frozenset({REFUND_RELEASE, REFUND_RELEASE_ONE, REMITTANCE_RELEASE})
"""Acts that pay."""


def _prepared(by: Actor) -> list[Preparation]:
    """What the province's finance offices have prepared to be paid, the earliest last."""
    bodies = [each.pk for each in offices(Can.BOOK_MONEY, province=province_of(by))]
    found = Preparation.objects.filter(act__in=PAYS, decided_at=None, organisation_id__in=bodies)
    return list(found.order_by("-prepared_at", "-id"))


def waiting_refunds(refunds: Iterable[Refund], *, by: Actor) -> dict[int, Preparation]:
    """By which preparation each refund waits, whether it is released by itself or with all of its payee."""
    alone, together = {}, {}
    for each in _prepared(by):
        if each.act == REFUND_RELEASE_ONE:
            alone[each.subject_id] = each
        elif each.act == REFUND_RELEASE:
            together[each.subject_id, each.slot] = each
    found = {}
    for refund in refunds:
        account = refund.entry.sub_account
        key = (account.case_id, str(account.organisation_id)) if account else (0, "")
        those = [each for each in (alone.get(refund.pk), together.get(key)) if each is not None]
        if those:
            found[refund.pk] = min(those, key=lambda each: (each.prepared_at, each.pk))
    return found


def waiting_orders(by: Actor) -> dict[int, Preparation]:
    """By which preparation each order waits: of several of one lot the one that is due."""
    prepared = {each.subject_id: each for each in _prepared(by) if each.act == REMITTANCE_RELEASE}
    return {pk: prepared[lot] for lot, pk in due_orders_of(prepared).items()}


def waiting_instead(act: Act, subject_id: int, data: Mapping[str, Any], *, by: Actor) -> Preparation | None:
    """What waits already of that which a form would prepare; None where there is something to prepare."""
    if not act.two_persons:
        return None
    if act.name == REFUND_RELEASE_ONE:
        due = refunds_due(by).filter(pk=subject_id)
        return waiting_refunds(due, by=by).get(subject_id)
    if act.name == REFUND_RELEASE:
        payee = str(data.get("organisation_id") or "")
        if not payee.isdecimal():
            return None
        due = refunds_due(by).filter(
            entry__sub_account__case_id=subject_id, entry__sub_account__organisation_id=int(payee)
        )
        return next(iter(waiting_refunds(due, by=by).values()), None)
    if act.slot_by:
        return None
    return waiting_for(act=act.name, slot=slot_of(act, data), subject_id=subject_id, by=by)


def bound_payment(act: Act, subject_id: int, data: Mapping[str, Any], *, by: Actor) -> Bound | None:
    """Whom a form would pay how much, to be read above its button; None for other acts, and while nobody is chosen."""
    if act.name not in PAYS:
        return None
    try:
        return bound_of(act, subject_id, data, by=by)
    except Refused:
        return None


@dataclass(frozen=True)
class Paid:
    """One payment that was released, with whom it pays: of a masked one the account's number alone."""

    payment: Payment
    name: str
    number: str


def paid(payments: Iterable[Payment], *, masked: Collection[int]) -> list[Paid]:
    """Released payments with their payees; `masked` are refunds whose payee must not be named."""
    made = []
    for each in payments:
        name, _bank, number = each.payee
        hidden = isinstance(each, Refund) and each.pk in masked
        made.append(Paid(each, "" if hidden else name, number))
    return made
