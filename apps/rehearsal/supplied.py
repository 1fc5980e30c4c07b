"""What a rehearsal supplies where its script says nothing of it: evidence that an act asks for, polygons of parcels."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from apps.crossprovince.demand_evidence import REQUIRED as TO_DEMAND
from apps.crossprovince.evidence import REQUIRED as TO_ADJUST
from apps.crossprovince.inputs import given_in
from apps.crossprovince.models import SchemeRow
from apps.crossprovince.names import ADJUSTMENT_SUBMIT, DEMAND_PAY_IN, DEMAND_SUBMIT, SCHEME_IMPORT
from apps.crossprovince.schemes import both_sides
from apps.documents.commands import attach_made
from apps.documents.forms import IncomingForm
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.queries import attached_kinds
from apps.documents.states import AttachmentKind
from apps.funds.models import Account
from apps.funds.names import FUNDS_SPEND
from apps.funds.states import POOL
from apps.land.names import PROJECT_RECORD
from apps.land.queries import drawn_apart, with_polygons
from apps.listings.models import Listing
from apps.rehearsal.participants import attach_evidence
from apps.stages.application.names import LISTING_SUBMIT
from apps.stages.commitment.names import COMMITMENT_REPORT
from apps.stages.consent.names import AGREEMENT_CONSENT
from apps.stages.qualification.names import REGISTRATION_SUBMIT
from apps.stages.transfer.names import QUALITY_CLAIM
from apps.surplus.evidence import BEFORE_ACT
from apps.surplus.models import Part, Verification
from apps.surplus.names import VERIFICATION_AMEND, VERIFICATION_DRAFT, VERIFICATION_REPORT
from apps.surplus.queries import newest
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.cases.models import Case
from kernel.errors import Refused
from kernel.measures import parse_area
from kernel.web.opaque import shown

_OF_PARCELS = (VERIFICATION_DRAFT, VERIFICATION_AMEND, VERIFICATION_REPORT)


def asked_for(act: str, *, case_id: int) -> tuple[str, ...]:
    """The kinds of evidence without which an act on a case is refused, as its class or its process says."""
    lot = Listing.objects.filter(pk=case_id).first()
    if lot is not None and act == LISTING_SUBMIT:
        return (*lot.terms.to_list, *lot.papers)
    if lot is not None and act == AGREEMENT_CONSENT:
        return tuple(lot.trade.papers)
    if lot is not None and act == REGISTRATION_SUBMIT:
        return tuple(lot.terms.to_bid)
    if lot is not None and act == QUALITY_CLAIM:
        return ("retest_report",)
    if lot is not None and act == COMMITMENT_REPORT:
        return ("regrading_report",)
    if act in _TO_SUBMIT:
        return tuple(str(each) for each in _TO_SUBMIT[act])
    if _is_from_outside(act):
        return (str(AttachmentKind.INCOMING_DOCUMENT),)
    return tuple(str(each) for each in BEFORE_ACT.get(act, ()))


_TO_SUBMIT = {
    ADJUSTMENT_SUBMIT: TO_ADJUST,
    DEMAND_SUBMIT: TO_DEMAND,
    DEMAND_PAY_IN: (AttachmentKind.PAYMENT_VOUCHER,),
}
"""What the parties to quota across provinces hand in with an act."""
_OF_NO_CASE = ("", "pairing_id")
"""Subjects of acts whose incoming papers are of no case."""


def _is_from_outside(act: str) -> bool:
    """Whether an act enters what a body outside decided, each time by a paper of its own."""
    return issubclass(act_called(act).form, IncomingForm)


def subject_of(act: str, named: int) -> int:
    """What an act is on, where its script names a case: its pool of proceeds for those on proceeds."""
    if act_called(act).subject != "fund_id":
        return named
    return Account.objects.filter(source_id=named, bucket=POOL).values_list("pk", flat=True).first() or 0


def _case_of(act: str, data: Mapping[str, Any], *, subject_id: int, by: Actor) -> int | None:
    """The case that an act's papers are handed in for; None for what a body outside decides on no case."""
    if act == SCHEME_IMPORT:
        try:
            matched = both_sides(given_in(data), province=f"{by.region[:2]}0000")
        except Refused:
            return None
        return next(iter(matched.case_ids), None)
    subject = act_called(act).subject
    if subject == "scheme_id":
        rows = SchemeRow.objects.filter(scheme_id=subject_id).order_by("pk")
        return next((each.adjustment_id or each.demand_id for each in rows), None)
    return None if subject in _OF_NO_CASE and _is_from_outside(act) else subject_id


def attach(
    act: str,
    *,
    subject_id: int,
    by: Actor,
    only: Collection[str] | None,
    now: datetime,
    data: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Attach what an act asks for and the organisation has not attached yet; `only` these where the script says so.

    Each report of a measurer or of a retest is a new one, and so is each paper of a body outside.
    """
    kinds = [each for each in asked_for(act, case_id=subject_id) if only is None or each in only]
    case_id = _case_of(act, data, subject_id=subject_id, by=by)
    if case_id is not None and not Case.objects.filter(pk=case_id).exists():
        return  # the act says so
    anew = act in (VERIFICATION_REPORT, QUALITY_CLAIM, COMMITMENT_REPORT, DEMAND_PAY_IN) or _is_from_outside(
        act
    )
    if case_id is not None and not anew:
        there = attached_kinds(case_id=case_id, organisation_id=by.organisation_id)
        kinds = [each for each in kinds if each not in there]
    attach_evidence(by=by, case_id=case_id, kinds=kinds, now=now)


def completed(
    act: str, data: dict[str, Any], *, subject_id: int, by: Actor | None, now: datetime
) -> dict[str, Any]:
    """The facts of an act with a polygon for every parcel that has none, apart from all others in its county.

    A parcel of a verification that was declared before keeps its ground; a report without parcels is of those declared.
    A payment of which no voucher's copy is named gets a new one.
    """
    if act == FUNDS_SPEND and by is not None and "attachment" not in data:
        return {**data, "attachment": _voucher(data, fund_id=subject_id, by=by, now=now)}
    if act == PROJECT_RECORD:
        return with_polygons(data)
    return _on_ground(data, verification_id=subject_id) if act in _OF_PARCELS else data


def _voucher(data: Mapping[str, Any], *, fund_id: int, by: Actor, now: datetime) -> int:
    """The copy of a payment's voucher, as the form names it; 0 where there are no such proceeds."""
    pool = Account.objects.filter(pk=fund_id).first()
    if pool is None:
        return 0
    kind = AttachmentKind.FUND_VOUCHER
    copies = Attachment.objects.filter(case_id=pool.source_id, kind=kind).count()
    made = attach_made(
        kind=kind,
        name=f"{kind}.pdf",
        content=small_pdf(kind.label, [f"演练凭证 {copies + 1}", str(data.get("voucher_no", ""))]),
        organisation_id=by.organisation_id,
        uploaded_by_id=by.person_id,
        case_id=pool.source_id,
        now=now,
    )
    return shown(made.pk, "attachment")


def _on_ground(data: dict[str, Any], *, verification_id: int) -> dict[str, Any]:
    found = Verification.objects.filter(pk=verification_id).first()
    last = newest(found) if found is not None else None
    known = {each.parcel_no: each for each in last.parts.select_related("ground")} if last is not None else {}
    given = data.get("parts", [_as_declared(each) for each in known.values()])
    parts = [dict(each) for each in given if isinstance(each, dict)]
    for each in parts:
        if each.get("geometry") is None and each.get("parcel_no") in known:
            each["geometry"] = known[each["parcel_no"]].ground.geometry
    missing = [each for each in parts if each.get("geometry") is None]
    region = str(data.get("region") or (found.region_id if found is not None else ""))
    try:
        areas: list[Decimal] = [parse_area(each.get("area")) for each in missing]
        polygons = drawn_apart(region=region, areas_mu=areas)
    except ValueError:
        return data
    for each, polygon in zip(missing, polygons, strict=True):
        each["geometry"] = polygon
    return {**data, "parts": parts}


def _as_declared(part: Part) -> dict[str, Any]:
    names = (
        "parcel_no",
        "village",
        "class_before",
        "class_after",
        "grade_after",
        "high_standard_no",
        "demolition",
    )
    said: Mapping[str, Any] = {name: getattr(part, name) for name in names}
    return {**said, "area": str(part.area), "building_area": f"{part.building_area}"}
