"""What a rehearsal supplies where its script says nothing of it: evidence that an act asks for, polygons of parcels."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.documents.queries import attached_kinds
from apps.documents.states import AttachmentKind
from apps.land.names import PROJECT_RECORD
from apps.land.queries import drawn_apart, with_polygons
from apps.listings.models import Listing
from apps.pairing.names import PAIRING_END, PAIRING_RECORD
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
from kernel.measures import parse_area

_OF_OUTSIDE = (PAIRING_RECORD, PAIRING_END)
"""What a body outside decides on no case: each time by a paper of its own."""
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
    if act in _OF_OUTSIDE:
        return (str(AttachmentKind.INCOMING_DOCUMENT),)
    return tuple(str(each) for each in BEFORE_ACT.get(act, ()))


def attach(act: str, *, case_id: int | None, by: Actor, only: Collection[str] | None, now: datetime) -> None:
    """Attach what an act asks for and the organisation has not attached yet; `only` these where the script says so.

    Each report of a measurer or of a retest is a new one.
    """
    kinds = [each for each in asked_for(act, case_id=case_id or 0) if only is None or each in only]
    case_id = None if act in _OF_OUTSIDE else case_id
    if case_id is not None and act not in (VERIFICATION_REPORT, QUALITY_CLAIM, COMMITMENT_REPORT):
        there = attached_kinds(case_id=case_id, organisation_id=by.organisation_id)
        kinds = [each for each in kinds if each not in there]
    attach_evidence(by=by, case_id=case_id, kinds=kinds, now=now)


def completed(act: str, data: dict[str, Any], *, subject_id: int) -> dict[str, Any]:
    """The facts of an act with a polygon for every parcel that has none, apart from all others in its county.

    A parcel of a verification that was declared before keeps its ground; a report without parcels is of those declared.
    """
    if act == PROJECT_RECORD:
        return with_polygons(data)
    return _on_ground(data, verification_id=subject_id) if act in _OF_PARCELS else data


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
