"""What the forms of a verification (节余指标核定) begin with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.desks.verification_facts import figures_of, measured_by, said_of
from apps.disclosure.evidence import visible_in_verification
from apps.disclosure.verifications import visible_measurements
from apps.documents.models import Attachment
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that
from apps.process import uploads
from apps.surplus.findings import findings_of
from apps.surplus.models import Measurement, Verification
from apps.surplus.queries import account_of, newest, verification_for
from kernel.actors import Actor
from kernel.clock import beijing


def draft(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The county's own division; nothing taken off."""
    nothing = dict.fromkeys(("resettlement", "returned", "reserved"), "0")
    return Prefill({"region": by.region[:6], **nothing})


def amend(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What was declared last."""
    found = verification_for(subject.pk, by=by)
    return Prefill({**_head(found), "parts": _parts(newest(found))})


def _head(found: Verification) -> dict[str, Any]:
    return {
        "title": found.title,
        "acceptance_no": found.acceptance_no,
        "region": found.region_id,
        "declared": f"{found.declared}",
        "resettlement": f"{found.resettlement}",
        "returned": f"{found.returned}",
        "reserved": f"{found.reserved}",
    }


def _parts(measurement: Measurement | None) -> list[dict[str, Any]]:
    if measurement is None:
        return []
    return [
        {
            "parcel_no": each.parcel_no,
            "village": each.village,
            "class_before": each.class_before,
            "class_after": each.class_after,
            "area": f"{each.area}",
            "grade_after": each.grade_after,
            "high_standard": "yes" if each.high_standard_no else "",
            "high_standard_no": each.high_standard_no,
            "building_area": f"{each.building_area}",
            "demolition": each.demolition,
            "geometry": each.ground.geometry,
        }
        for each in measurement.parts.select_related("ground").order_by("id")
    ]


def commission(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The measurers that are registered."""
    measurers = Organisation.objects.filter(kind__in=kinds_that(Can.MEASURE), active=True).order_by("name")
    return Prefill({}, {"measurer_id": [(str(each.pk), each.name) for each in measurers[:500]]})


def report(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The parcels as they were declared, or reported by the measurer itself, to be corrected by what it measured."""
    found = verification_for(subject.pk, by=by)
    measured = visible_measurements(found, by=by).first()
    return Prefill(
        {
            "declared": f"{account_of(measured).reclaimed if measured else found.declared}",
            "resettlement": f"{measured.resettlement if measured else found.resettlement}",
            "measured_on": beijing(now).date().isoformat(),
            "parts": _parts(measured),
        },
        hint=_missing(found, visible_in_verification(found, by=by), by=by),
    )


def _missing(found: Verification, files: Iterable[Attachment], *, by: Actor) -> str:
    """What has to be uploaded before this is handed in, said before anything is filled in."""
    there = {each.kind for each in files}
    wanted = uploads.wanted_for_verification(found, by=by)
    missing = [f"《{_(kind.label)}》" for kind, required in wanted.items() if required and kind not in there]
    return _("请先在项目页上传：%(kinds)s。") % {"kinds": "".join(missing)} if missing else ""


def decide(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Beside the form what it is decided on: papers to open, figures, findings, what was said before."""
    found = verification_for(subject.pk, by=by)
    measured = visible_measurements(found, by=by).first()
    said = [
        (level, f"{outcome}，{opinion.organisation_name}，{opinion.reason}".rstrip("，"))
        for level, outcome, opinion in said_of(found)
    ]
    files = list(visible_in_verification(found, by=by).order_by("id"))
    return Prefill(
        evidence=files,
        hint=_missing(found, files, by=by),
        figures=(figures_of(found, measured) + measured_by(measured) if measured else []) + said,
        checks=findings_of(found, measured) if measured else [],
    )
