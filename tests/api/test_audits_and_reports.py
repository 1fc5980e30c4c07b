"""Audits of allocated money and reports of promised quality by the API: who reads which, in two provinces."""

from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from apps.crossprovince.models import AuditRound
from apps.parties.models import Membership
from apps.parties.roles import Role
from kernel import clock
from kernel.clock import iso
from tests.factories.across import (
    AUDITOR,
    COUNTY,
    COUNTY_FINANCE,
    FAR_COUNTY,
    FAR_PROVINCE,
    PROVINCE,
    Across,
    moment,
)
from tests.factories.actors import enrol, token_for
from tests.factories.deal import CENTRE, SELLER, A, B, at
from tests.factories.deal import PROVINCE as DEALS_PROVINCE
from tests.factories.promised import Promised

pytestmark = pytest.mark.django_db


def client(member: Membership) -> APIClient:
    cache.clear()
    made = APIClient(raise_request_exception=False)
    made.credentials(HTTP_AUTHORIZATION=f"Token {token_for(member.person)}")
    return made


def test_audits_are_read_by_whom_their_case_is_shown_and_keep_their_secret() -> None:
    across = Across.with_ministry("400.0000")
    across.match(across.row("400.0000", "26.6667"))
    across.implementing()
    across.allocate("108000000.00")
    across.distribute("64800000.00", "32400000.00", "10800000.00")
    with clock.simulated(moment("10-22 10:00")):
        read = {
            key: client(across.people[key][0]).get("/api/v1/fund-audits/").data["results"]
            for key in (PROVINCE, COUNTY, AUDITOR, COUNTY_FINANCE, FAR_PROVINCE, FAR_COUNTY)
        }
    final, year = AuditRound.objects.get(year=0), AuditRound.objects.get(year=2026)
    seen: dict[str, list[int]] = {key: [row["id"] for row in rows] for key, rows in read.items()}
    newest = sorted((final.pk, year.pk), reverse=True)
    assert (seen[PROVINCE], seen[COUNTY], seen[AUDITOR]) == (newest, newest, newest)
    assert (seen[FAR_PROVINCE], seen[FAR_COUNTY]) == ([], [])
    row = next(each for each in read[COUNTY] if each["id"] == year.pk)
    assert (row["year_label"], row["commitment"], row["secret"]) == ("2026年度审计", year.commitment, "")
    assert (row["drawn_at"], row["outcome_label"], "sealed_secret" in row) == (None, "", False)


def test_reports_of_quality_are_read_by_both_parties_and_the_offices_of_their_province() -> None:
    deal = Promised.stocked()
    deal.handed_over()
    enrol(deal, "far", "贵州省自然资源厅", role=Role.PROVINCIAL_DNR, region="520000")
    report = deal.report()

    def rows(key: str) -> list[dict[str, Any]]:
        with clock.simulated(at("08-03 11:00")):
            found: list[dict[str, Any]] = (
                client(deal.people[key][0]).get("/api/v1/commitment-reports/").data["results"]
            )
        return found

    for key in (SELLER, A, DEALS_PROVINCE, CENTRE):
        assert [each["id"] for each in rows(key)] == [report], key
    assert (rows(B), rows("far")) == ([], [])
    [row] = rows(SELLER)
    assert (row["listing_id"], row["grade"], row["grade_decided"]) == (deal.listing_id, 8, None)
    assert row["reported_at"] == iso(at("08-03 10:00"))
