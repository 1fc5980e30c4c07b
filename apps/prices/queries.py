"""Which price tables are in force, and who sees which computed guide price."""

from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from apps.kinds.table import QuotaKind
from apps.parties.roles import Can
from apps.prices.models import Computation
from apps.prices.rules import PricedLot, judging
from apps.rulebook.models import Rulebook
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters
from apps.rulebook.queries import in_force, in_force_or_never
from kernel.actors import Actor
from kernel.cases.registry import process_called
from kernel.clock import beijing
from kernel.errors import not_found


def tables_in_force(*, province: str, now: datetime) -> Rulebook | None:
    """The version of a province's prices that is in force; None when there is none."""
    return in_force(province=province, subject=PRICES, now=now)


def parameters_of(book: Rulebook) -> PriceParameters:
    """What a version of a province's prices says."""
    return PriceParameters.model_validate(book.parameters)


def copy_for(lot: PricedLot, *, province: str, now: datetime) -> dict[str, Any]:
    """What a lot keeps of the price tables with its rules, under `prices`; nothing where there never were any.

    Refuses: rule_expired (there were, and they have lapsed).
    """
    book = in_force_or_never(province=province, subject=PRICES, now=now)
    if book is None:
        return {}
    rows = judging(parameters_of(book), lot, day=beijing(now).date())
    return {"prices": {"name": book.name, "version": book.version, **rows.as_json()}}


def own(by: Actor) -> QuerySet[Computation]:
    """The guide prices that this very person computed for this organisation, the newest first."""
    found = Computation.objects.filter(organisation_id=by.organisation_id, made_by_id=by.person_id)
    return found.select_related("region", "norms", "case")


def computation_for(computation_id: int, *, by: Actor) -> Computation:
    """One of the actor's own, or one that came to an office with an application. Refuses: not_found."""
    found = Computation.objects.select_related("region", "norms", "case").filter(pk=computation_id).first()
    if found is None or not (_is_own(found, by) or _came_to(found, by)):
        raise not_found("测算结果")
    return found


def _is_own(found: Computation, by: Actor) -> bool:
    return (found.organisation_id, found.made_by_id) == (by.organisation_id, by.person_id)


def _came_to(found: Computation, by: Actor) -> bool:
    """Whether it was attached to an application that the actor's office works on."""
    case = found.case
    return (
        case is not None
        and found.attached_at is not None
        and by.can(Can.SEE_CASES)
        and process_called(case.process).may_see(case.pk, by)
    )


def newest_for(case_id: int, *, kind: QuotaKind, grade: int) -> Computation | None:
    """The owner's newest guide price for its case, of just this kind and grade: what comes to the application.

    One of another kind or grade is left with its maker: both are the lot's as it stands.
    """
    return _of_owner(case_id, kind, grade).first()


def attached_to(case_id: int, *, kind: QuotaKind, grade: int) -> Computation | None:
    """The guide price that came last with the application of a case, of the lot's present kind and grade."""
    return _of_owner(case_id, kind, grade).filter(attached_at__isnull=False).first()


def _of_owner(case_id: int, kind: QuotaKind, grade: int) -> QuerySet[Computation]:
    found = Computation.objects.filter(
        case_id=case_id, organisation_id=F("case__owner_id"), kind=str(kind), grade=grade
    )
    return found.select_related("region", "norms").order_by("-id")


def in_force_on(day: date) -> QuerySet[Rulebook]:
    """The newest approved version of each province's prices that is valid on a day, by province."""
    valid = Rulebook.objects.filter(subject=PRICES.code, approved_at__isnull=False, valid_from__lte=day)
    valid = valid.exclude(valid_to__lt=day)
    return valid.order_by("province", "-version").distinct("province")
