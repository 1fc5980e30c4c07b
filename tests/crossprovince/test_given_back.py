"""What was allocated and is given back: to the province's finance alone; no quota leaves, and the close says it."""

from typing import Any

import pytest

from apps.crossprovince.closing_bound import close_bound
from apps.crossprovince.models import AuditRound
from apps.funds.models import Finding, Restitution
from apps.parties.commands import register_organisation, register_person
from apps.parties.roles import Role
from kernel.actors import SYSTEM, Duty
from kernel.errors import Code
from tests.crossprovince.test_chain import refused, sound
from tests.crossprovince.test_money import transferred
from tests.factories.across import AUDITOR, COUNTY_FINANCE, PROVINCE, Across, moment

pytestmark = pytest.mark.django_db


def give_back(across: Across, when: str, *, bucket: str, amount: str, to: str) -> Any:
    told = {"bucket": bucket, "amount": amount, "recipient": to, "reason": "中央收回"}
    return across.both(
        COUNTY_FINANCE, "funds.return", when, subject=across.pool.pk, attachment=across.copy(when), **told
    )


def allocated() -> Across:
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    return across


def test_no_quota_leaves_while_an_allocation_is_taken_back() -> None:
    across = allocated()
    give_back(across, "10-20 11:00", bucket="pool", amount="0.01", to="贵州省财政厅")
    no = refused(lambda: across.transfer())
    assert (no.code, no.detail["given_back"]) == (Code.WRONG_STATUS, "0.01")
    across.both(
        COUNTY_FINANCE,
        "funds.reverse",
        "10-21 10:00",
        subject=Restitution.objects.get().movement_id,
        reason="再次下达",
        attachment=across.copy("10-21 09:00"),
    )
    across.transfer()
    assert across.status == "transferred"
    sound()


def test_nobody_who_may_buy_is_given_what_another_province_paid() -> None:
    across = transferred()
    zone = register_organisation(
        kind=Role.DEVELOPMENT_ZONE, name="贵阳演示开发区管理委员会", region="520100", by=SYSTEM,
        now=moment("10-20 10:30"),
    )  # fmt: skip
    no = refused(
        lambda: give_back(across, "10-22 11:00", bucket="share:aftercare", amount="1.00", to=zone.name)
    )
    assert (no.code, no.detail["field"]) == (Code.INVALID, "recipient")


def test_the_close_says_what_was_given_back_and_to_whom() -> None:
    across = transferred()
    give_back(across, "10-22 11:00", bucket="share:aftercare", amount="21600000.00", to="贵州省财政厅")
    shown = {
        each.label: each.value for each in close_bound(across.adjustment_id, {}, across.actor(PROVINCE)).facts
    }
    assert shown["已退回贵州省财政厅（中央收回）"] == "21600000.00"


def test_a_case_of_which_all_was_given_back_is_closed_without_an_audit() -> None:
    across = transferred()
    for hour, (bucket, amount) in enumerate(
        (
            ("share:farmers", "129600000.00"),
            ("share:infrastructure", "64800000.00"),
            ("share:aftercare", "21600000.00"),
        ),
        start=10,
    ):
        give_back(across, f"10-23 {hour}:00", bucket=bucket, amount=amount, to="贵州省财政厅")
    assert AuditRound.objects.get(year=0).outcome == "none"
    across.both(PROVINCE, "adjustment.close", "10-24 10:00")
    assert across.status == "closed"
    sound()


def test_what_one_auditor_concluded_no_other_one_overrides() -> None:
    across = transferred()
    across.spend("farmers", "129600000.00", 1, "10-22 10:00")
    across.spend("infrastructure", "64800000.00", 2, "10-22 11:00")
    give_back(across, "10-22 12:00", bucket="share:aftercare", amount="21600000.00", to="贵州省财政厅")
    body = register_organisation(
        kind=Role.AUDITOR, name="紫云县审计局", region="520425", by=SYSTEM, now=moment("10-22 12:30")
    )
    across.people["local"] = [
        register_person(
            username=f"local.{duty}", name="李某", organisation=body, duty=duty, by=SYSTEM,
            now=moment("10-22 12:30"),
        )
        for duty in (Duty.OPERATOR, Duty.APPROVER)
    ]  # fmt: skip
    final = AuditRound.objects.get(year=0)
    for draw in final.draws.filter(sampled=True):
        movement_id = draw.spending.movement_id
        across.audited(movement_id, "10-23 10:00", "correct")
        across.both(
            "local", "funds.audit", "10-24 10:00", subject=across.pool.pk, text="复核", amount="0.00",
            movement_id=movement_id,
        )  # fmt: skip
        across.both(
            "local", "funds.conclude", "10-24 10:00", subject=Finding.objects.latest("id").pk, outcome="in_order",
            text="符合规定", amount="0.00",
        )  # fmt: skip
    final.refresh_from_db()
    assert final.outcome == ""
    assert (
        refused(lambda: across.alone(PROVINCE, "adjustment.close", "10-25 10:00")).code is Code.WRONG_STATUS
    )
    for draw in final.draws.filter(sampled=True):
        across.audited(draw.spending.movement_id, "10-26 10:00", "in_order")
    final.refresh_from_db()
    assert final.outcome == "in_order", f"{AUDITOR} itself found it mended"
