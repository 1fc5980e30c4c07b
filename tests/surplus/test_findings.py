"""What the system finds by itself beside what it refuses: grades that differ, a county whose border is not on file."""

import json
from typing import Any

import pytest

from apps.documents.states import AttachmentKind as K
from apps.land import parcels
from apps.surplus.findings import findings_of
from apps.surplus.queries import reported
from apps.surplus.rules import Finding
from tests.factories.ziyun import CITY, MEASURER, PROVINCE, Ziyun, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    return Ziyun.settled()


def found(ziyun: Ziyun, name: str) -> Finding:
    verification = ziyun.verification
    return next(each for each in findings_of(verification, reported(verification)) if each.name == name)


def test_a_grade_that_the_measurer_found_otherwise_is_named_and_bars_nothing(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    assert found(ziyun, "grade").holds
    parts = ziyun.parts()
    number, declared = next((each["parcel_no"], each["grade_after"]) for each in parts if each["grade_after"])
    for each in parts:
        if each["parcel_no"] == number:
            each["grade_after"] = declared + 1
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-21 09:00")
    ziyun.both(MEASURER, "verification.report", "01-21 09:00", **report(parts))
    finding = found(ziyun, "grade")
    assert (finding.holds, finding.bars) == (False, False)
    assert f"{number}（申报{declared}等，核定{declared + 1}等）" in finding.text
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.record()
    ziyun.certify()


def test_where_no_border_is_on_file_reviewers_are_told_that_nothing_was_compared(
    ziyun: Ziyun, monkeypatch: pytest.MonkeyPatch
) -> None:
    ziyun.draft()
    ziyun.measure()
    finding = found(ziyun, "county")
    assert (finding.holds, finding.bars) == (False, False)
    assert "未比对" in finding.text
    ring = [[104.0, 24.0], [108.0, 24.0], [108.0, 28.0], [104.0, 28.0], [104.0, 24.0]]
    county = {"id": "520425", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    monkeypatch.setattr(parcels, "boundaries_of", lambda province: json.dumps({"features": [county]}))
    parcels._border.cache_clear()
    try:
        assert found(ziyun, "county").holds
    finally:
        parcels._border.cache_clear()
