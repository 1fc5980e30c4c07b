"""What each office sees of a verification on its desk and of the quota that it makes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from kernel import clock
from tests.actors import token_for
from tests.surplus.ziyun import (
    CITY,
    COUNTY,
    FAR_CITY,
    FAR_PROVINCE,
    MEASURER,
    NEXT_COUNTY,
    PROVINCE,
    Ziyun,
    at,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Iterator[Ziyun]:
    """Ziyun with its certificate, on 1 April."""
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-05 09:00")) as moved:
        made = Ziyun.recorded(clock=moved)
        made.certify()
        moved.move_to(at("04-01 09:00"))
        yield made


def page(ziyun: Ziyun, key: str, address: str, *, status: int = 200) -> str:
    browser = Client()
    browser.force_login(ziyun.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(address)
    assert answer.status_code == status, f"{key} {address}: {answer.status_code}"
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace")


def test_who_may_see_it_sees_figures_parcels_and_opinions(ziyun: Ziyun) -> None:
    address = f"/desk/verifications/{ziyun.verification_id}/"
    for key in (COUNTY, MEASURER, CITY, PROVINCE):
        said = page(ziyun, key, address)
        for text in (
            "817.4000",
            "800.0000",
            "242.8200",
            "市级初审",
            "省级终审",
            "部备〔2026〕1号",
            "parcel-data",
        ):
            assert text in said, (key, text)
        assert "紫云县2025年拆旧复垦项目区" in page(ziyun, key, "/desk/verifications/")
    for key in (FAR_CITY, FAR_PROVINCE, NEXT_COUNTY):
        page(ziyun, key, address, status=404)
        assert "紫云县2025年拆旧复垦项目区" not in page(ziyun, key, "/desk/verifications/")


def test_a_measurer_sees_of_the_evidence_what_it_handed_in(ziyun: Ziyun) -> None:
    address = f"/desk/verifications/{ziyun.verification_id}/"
    assert "村民会议纪要" in page(ziyun, CITY, address)
    said = page(ziyun, MEASURER, address)
    assert "核定报告.pdf" in said
    assert "村民会议纪要.pdf" not in said


def test_the_quota_stands_in_the_countys_ledger_and_in_the_reserve(ziyun: Ziyun) -> None:
    number = ziyun.verification.certificate_no or ""
    for key, address in ((COUNTY, "/desk/quota/"), (PROVINCE, "/desk/reserve/")):
        said = page(ziyun, key, address)
        assert number in said
        assert "800.0000" in said
        page(ziyun, key, f"{address}?as=xlsx")
    assert number not in page(ziyun, FAR_PROVINCE, "/desk/reserve/")


def test_programs_read_it_too(ziyun: Ziyun) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(ziyun.people[COUNTY][0].person)}")
    (batch,) = client.get("/api/v1/batches/").data["results"]
    assert (batch["certificate_no"], batch["construction_area"]) == (
        ziyun.verification.certificate_no, "800.0000",
    )  # fmt: skip
    held = client.get("/api/v1/quota/holdings/").data["holdings"]
    assert {"kind": "construction_area", "bucket": "available", "amount": "800.0000"} in held
    assert len(client.get("/api/v1/quota/entries/").data["results"]) == 1
