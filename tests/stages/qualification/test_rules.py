"""Who applies to bid, and how an application is decided."""

from datetime import timedelta
from typing import Any

import pytest

from apps.documents.states import AttachmentKind
from apps.listings.states import ListingStatus
from apps.stages.qualification import rules
from apps.stages.qualification.states import RegistrationStatus
from kernel.errors import Code
from tests.stages.moments import day

GOOD: dict[str, Any] = {
    "status": ListingStatus.ANNOUNCED,
    "now": day(18),
    "closes_at": day(18) + timedelta(microseconds=1),
    "is_seller": False,
    "shares_people": False,
    "is_subordinate": False,
    "kind": "county_government",
    "allowed_kinds": {"county_government"},
    "barred_until": None,
    "earlier": None,
}


def _code(**changes: Any) -> Code | None:
    refusal = rules.why_not_register(**GOOD | changes)
    return refusal.code if refusal else None


def test_an_organisation_of_an_allowed_kind_applies_until_registration_closes() -> None:
    assert _code() is None
    assert _code(earlier=RegistrationStatus.CORRECT) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": ListingStatus.SUSPENDED}, Code.SUSPENDED),
        ({"now": day(18) + timedelta(microseconds=1)}, Code.TOO_LATE),
        ({"status": ListingStatus.APPROVED}, Code.WRONG_STATUS),
        ({"is_seller": True}, Code.SELF_DEALING),
        ({"is_subordinate": True}, Code.SELF_DEALING),
        ({"shares_people": True}, Code.SELF_DEALING),
        ({"kind": "site_project_unit"}, Code.NOT_PERMITTED),
        ({"barred_until": day(30)}, Code.BARRED),
        ({"earlier": RegistrationStatus.SUBMITTED}, Code.DUPLICATE_REQUEST),
        ({"earlier": RegistrationStatus.REJECTED}, Code.DUPLICATE_REQUEST),
    ],
)
def test_who_may_not_apply_is_told_why(changes: dict[str, Any], code: Code) -> None:
    assert _code(**changes) is code


def test_an_application_is_decided_once_with_reasons_unless_it_qualifies() -> None:
    def code(
        outcome: RegistrationStatus,
        reason: str = "",
        status: RegistrationStatus = RegistrationStatus.SUBMITTED,
        listing: ListingStatus = ListingStatus.ANNOUNCED,
    ) -> Code | None:
        refusal = rules.why_not_decide(status=status, outcome=outcome, reason=reason, listing=listing)
        return refusal.code if refusal else None

    assert code(RegistrationStatus.QUALIFIED) is None
    assert code(RegistrationStatus.REJECTED, "资金证明不足") is None
    assert code(RegistrationStatus.REJECTED, " ") is Code.INVALID
    assert code(RegistrationStatus.CORRECT) is Code.INVALID
    assert code(RegistrationStatus.SUBMITTED, "理由") is Code.INVALID
    assert code(RegistrationStatus.QUALIFIED, status=RegistrationStatus.QUALIFIED) is Code.WRONG_STATUS
    assert code(RegistrationStatus.QUALIFIED, listing=ListingStatus.SUSPENDED) is Code.SUSPENDED
    assert code(RegistrationStatus.QUALIFIED, listing=ListingStatus.CLOSED) is Code.WRONG_STATUS


@pytest.mark.parametrize("kind", [AttachmentKind.FUND_PROOF, AttachmentKind.PAYMENT_VOUCHER])
@pytest.mark.parametrize("mine", [None, *RegistrationStatus])
@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("may_apply", [True, False])
def test_evidence_of_a_bidder_is_taken_while_it_applies_and_of_a_deal_later(
    kind: AttachmentKind, mine: RegistrationStatus | None, is_open: bool, may_apply: bool
) -> None:
    no = rules.why_not_from_bidder(
        status=ListingStatus.ANNOUNCED, kind=kind, is_open=is_open, mine=mine, may_apply=may_apply
    )
    code = no.code if no else None
    if mine is None:
        assert code is (None if is_open and may_apply else Code.NOT_PERMITTED)
    elif mine is RegistrationStatus.CORRECT or (is_open and mine is RegistrationStatus.SUBMITTED):
        assert code is None
    else:
        of_its_deal = kind is AttachmentKind.PAYMENT_VOUCHER and mine is not RegistrationStatus.REJECTED
        assert code is (None if of_its_deal else Code.WRONG_STATUS)
