"""What came from outside counts up wherever people read it: on the ledger's page and in the quarterly report."""

import re

import pytest

from apps.funds.states import BUCKET_LABELS, EXTERNAL, MARGIN, as_read
from kernel.access.models import Preparation
from kernel.deadlines.runner import run_due
from kernel.money import Yuan
from tests.crossprovince.test_pages import browser, read
from tests.factories.across import COUNTY, COUNTY_FINANCE, Across, moment

PAID_IN = "200,000,000.00"


def test_only_what_lies_outside_is_read_with_the_other_sign() -> None:
    for bucket in BUCKET_LABELS:
        assert as_read(bucket, Yuan(-1)) == Yuan(1 if bucket == EXTERNAL else -1)


@pytest.mark.django_db
def test_the_ledgers_page_and_the_quarterly_report_say_it_alike() -> None:
    across = Across.with_ministry("400.0000")
    across.match(across.row("400.0000", "26.6667"))
    across.implementing()
    across.allocate("108000000.00")
    across.distribute("64800000.00", "32400000.00", "10800000.00")
    page, _ = read(browser(across, COUNTY_FINANCE), f"/desk/funds/{across.pool.pk}/", "10-22 10:00")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
    assert said.count(f"外部来源 {PAID_IN}") == 1, "what stands is read as it is held"
    assert said.count(f"外部来源 -{PAID_IN}") == 1, "what was booked comes to nothing together"
    run_due(now=moment("2027-01-01 00:00"))
    across.alone(COUNTY, "adjustment.quarter", "2027-01-05 10:00", quarter="2026Q4", remarks="")
    bound = Preparation.objects.get(act="adjustment.quarter", decided_at=None).bound
    facts = {each["label"]: each["value"] for each in bound["facts"]}
    label = BUCKET_LABELS[EXTERNAL]
    assert facts[f"季末：{label}"] == facts[f"本季度变动：{label}"] == f"{PAID_IN}元"
    assert facts[f"季末：{BUCKET_LABELS[MARGIN]}"] == "80,000,000.00元"
