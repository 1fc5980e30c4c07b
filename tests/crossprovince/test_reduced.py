"""A re-check finds less (核减) of quota that is applied for across provinces: no 亩 leaves that was not made."""

import pytest

from apps.quota.models import Claim
from kernel.access.models import Preparation
from kernel.deadlines.models import Deadline
from kernel.errors import Code
from tests.crossprovince.test_chain import refused, sound
from tests.factories.across import COUNTY, PROVINCE, Across

pytestmark = pytest.mark.django_db

FOUND = {"amount": "250.0000", "finding_no": "黔核减〔2026〕1号", "reason": "复核发现地块未复垦"}


def reduce(across: Across, when: str, **changes: str) -> list[Preparation]:
    """What its approver was shown of it, too."""
    seen: list[Preparation] = []
    across.look = seen.append
    across.both(
        PROVINCE, "verification.reduce", when, subject=across.ziyun.verification_id, **FOUND | changes
    )
    across.look = None
    return seen


@pytest.mark.parametrize("stage", ["review", "passed", "consented", "with_ministry", "unmatched"])
def test_what_is_applied_for_goes_back_and_is_applied_for_anew_without_what_is_missing(stage: str) -> None:
    across = Across.certified()
    across.draft()
    across.submit()
    if stage != "review":
        across.both(PROVINCE, "adjustment.decide", "04-10 10:00", outcome="pass", reason="")
    if stage in ("consented", "with_ministry", "unmatched"):
        across.incoming(PROVINCE, "adjustment.consent", "04-20 10:00", "黔府函〔2026〕1号", body="省人民政府")
    if stage in ("with_ministry", "unmatched"):
        across.both(PROVINCE, "adjustment.report", "04-21 10:00")
    if stage == "unmatched":
        across.incoming(PROVINCE, "adjustment.unmatch", "05-02 10:00", "未匹配1号")
    [shown] = reduce(across, "05-10 10:00")
    told = {each["label"]: each["value"] for each in shown.bound["facts"]}
    assert told["将退回的跨省域调剂申请"] == f"{across.adjustment.case.number} {across.adjustment.title}"
    assert (across.status, across.quota(), str(Claim.objects.get().left)) == (
        "returned",
        {"frozen": "800.0000"},
        "250.0000",
    )
    assert not Deadline.objects.filter(case_id=across.adjustment_id, status="pending").exists()
    no = refused(lambda: across.both(COUNTY, "adjustment.submit", "05-11 10:00"))
    assert no.code is Code.QUOTA_ENCUMBERED
    across.alone(COUNTY, "adjustment.amend", "05-12 09:00", **across.facts("600.0000"))
    no = refused(lambda: across.both(COUNTY, "adjustment.submit", "05-12 10:00"))
    assert no.code is Code.QUOTA_ENCUMBERED, "50 亩 are still missing"
    across.alone(COUNTY, "adjustment.amend", "05-13 09:00", **across.facts("550.0000"))
    across.both(COUNTY, "adjustment.submit", "05-13 10:00")
    assert (across.status, across.quota()) == (
        "province_review",
        {"frozen": "550.0000", "written_off": "250.0000"},
    )
    assert Claim.objects.get().left == 0
    sound()


def test_what_is_matched_goes_on_and_what_stands_free_is_taken_first() -> None:
    across = Across.with_ministry("500.0000")
    [shown] = reduce(across, "05-10 10:00")
    assert {each["label"]: each["value"] for each in shown.bound["facts"]}["将退回的跨省域调剂申请"] == "无"
    assert (across.status, across.quota()) == (
        "with_ministry",
        {"available": "50.0000", "frozen": "500.0000", "written_off": "250.0000"},
    )
    across.match(across.row("500.0000", "33.3333"))
    reduce(across, "09-20 10:00", amount="100.0000", finding_no="黔核减〔2026〕2号")
    assert (across.status, str(Claim.objects.latest("id").left)) == ("matched", "50.0000")
    sound()
