"""Reviewers read how far a measurer's parcels are the county's own: who only copies measures nothing."""

from typing import Any

import pytest

from apps.documents.states import AttachmentKind as K
from kernel.access.models import Preparation
from tests.factories.ziyun import CITY, COUNTY, MEASURER, Ziyun, report

pytestmark = pytest.mark.django_db


def said_of(ziyun: Ziyun, parts: list[dict[str, Any]]) -> str:
    """What the city's approver reads of a report of these parcels."""
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    ziyun.both(MEASURER, "verification.report", "01-20 09:00", **report(parts))
    ziyun.submit()
    ziyun.alone(CITY, "verification.city_decide", "03-10 10:00", outcome="pass", reason="")
    waiting = Preparation.objects.get(act="verification.city_decide", decided_at=None)
    return str({each["label"]: each["value"] for each in waiting.bound["facts"]}["与申报地块比对"])


@pytest.fixture
def commissioned(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    ziyun = Ziyun.settled()
    ziyun.draft()
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip
    return ziyun


def test_a_report_that_copies_what_was_declared_is_called_so(commissioned: Ziyun) -> None:
    assert said_of(commissioned, commissioned.parts()) == "4个地块与申报逐块相同（地类、面积、等别、界址）"


def test_a_report_that_measured_otherwise_says_how_many_parcels(commissioned: Ziyun) -> None:
    parts = commissioned.parts()
    parts[0]["grade_after"], parts[3]["parcel_no"] = 9, "4-1"
    assert said_of(commissioned, parts) == "与申报相同2个、不同或新增2个、申报有而报告没有1个"
