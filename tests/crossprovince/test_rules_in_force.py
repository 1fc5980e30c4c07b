"""Who may apply under which rules."""

from typing import Any

import pytest
from django.db import transaction

from apps.crossprovince.models import Adjustment
from apps.crossprovince.rules import why_not_verified
from apps.parties.commands import note_debt, settle_debt
from apps.quota.batch_models import Batch
from apps.rulebook.cross_province import VALID_TO, parameters
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from tests.factories.across import COUNTY, PAPERS, Across
from tests.factories.taking import Taking
from tests.factories.ziyun import at

pytestmark = pytest.mark.django_db


def refused(call: Any) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def test_rules_that_have_lapsed_take_no_new_draft() -> None:
    across = Across.certified(until=VALID_TO["national-2018"])
    assert refused(across.draft).code is Code.RULE_EXPIRED
    assert not Adjustment.objects.exists()


def test_the_national_rules_take_quota_of_key_counties_alone() -> None:
    national = parameters("national-2018")
    assert (national.takes_from("520425"), national.takes_from("520422")) == (True, False)
    assert parameters("demonstration").takes_from("520422")
    across = Across.certified(rules={"eligible_counties": ["520422"]})
    assert refused(across.draft).code is Code.NOT_PERMITTED


@pytest.mark.parametrize(
    ("surplus", "own", "circulation", "allowed"),
    [
        (True, True, "state", True),
        (False, True, "state", False),
        (True, False, "state", False),
        (True, True, "province", False),
    ],
)
def test_what_may_not_leave_the_province_is_not_applied_for(
    surplus: bool, own: bool, circulation: str, allowed: bool
) -> None:
    no = why_not_verified(certificate_no="一号", surplus=surplus, own=own, circulation=circulation)
    assert (no is None) is allowed
    assert no is None or no.code is Code.NOT_VERIFIED


def test_a_yes_to_misuse_is_refused() -> None:
    across = Across.certified()
    no = refused(lambda: across.draft(income_tied=True))
    assert (no.code, no.detail["declaration"]) == (Code.USE_BANNED, "income_tied")
    assert not Adjustment.objects.exists()


def test_a_county_whose_proceeds_an_auditor_wants_back_applies_once_they_are() -> None:
    across = Across.certified()
    across.draft()
    across.attach(COUNTY, *PAPERS, when="04-02 09:00")
    note_debt(
        organisation_id=across.people[COUNTY][0].organisation_id, case_id=across.adjustment_id,
        reference="审计1", amount=Yuan(100), since=at("04-02 09:00"),
    )  # fmt: skip
    no = refused(lambda: across.alone(COUNTY, "adjustment.submit", "04-02 10:00"))
    assert (no.code, no.detail["owed"]) == (Code.USE_BANNED, "100.00")
    assert across.quota() == {"available": "800.0000"}
    settle_debt(reference="审计1", at=at("04-03 09:00"))
    across.both(COUNTY, "adjustment.submit", "04-03 10:00")
    assert across.quota() == {"frozen": "800.0000"}


def test_what_came_from_another_province_does_not_leave_again() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("400000000.00")
    taking.receive()
    batch = Batch.objects.get()
    facts = {
        "title": "再调出", "lines": [{"batch": batch.pk, "high_standard": "no", "amount": "1.0000"}], "plan": [],
        "remainder": "keep", "loan_source": False, "income_tied": False,
    }  # fmt: skip
    no = refused(lambda: taking.alone(COUNTY, "adjustment.draft", "10-26 10:00", subject=0, **facts))
    assert (no.code, no.detail["circulation"]) == (Code.NOT_VERIFIED, "county")
    assert "购入的指标" in no.sentence
