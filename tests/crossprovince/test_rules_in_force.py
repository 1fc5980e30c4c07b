"""Who may apply under which rules."""

from typing import Any

import pytest
from django.db import transaction

from apps.crossprovince.models import Adjustment
from apps.crossprovince.rules import why_not_verified
from apps.rulebook.cross_province import VALID_TO, parameters
from kernel.errors import Code, Refusal, Refused
from tests.crossprovince.across import Across

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
