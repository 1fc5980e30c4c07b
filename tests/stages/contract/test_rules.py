"""Three signatures under one text, and what their want brings."""

from collections.abc import Collection
from itertools import combinations
from typing import Any

import pytest

from apps.listings.states import ListingStatus
from apps.stages.contract.rules import (
    Consequence,
    consequence,
    why_not_contract,
    why_not_revise,
    why_not_sign,
)
from apps.stages.contract.states import Party
from kernel.errors import Code
from tests.stages.moments import day


def _sign(
    status: ListingStatus = ListingStatus.CONFIRMED, signed: Collection[Party] = (), given: str = "a"
) -> Code | None:
    refusal = why_not_sign(
        status=status,
        party=Party.WINNER,
        signed=signed,
        signed_at=day(3),
        text_sha256="a",
        given_sha256=given,
    )
    return refusal.code if refusal else None


def test_each_party_signs_the_present_text_once() -> None:
    assert _sign() is None
    assert _sign(given="") is None
    assert _sign(given="b") is Code.TEXT_CHANGED
    assert _sign(signed=[Party.SELLER]) is None
    assert _sign(signed=[Party.WINNER]) is Code.ALREADY_SIGNED
    assert _sign(ListingStatus.SUSPENDED) is Code.SUSPENDED
    assert _sign(ListingStatus.CONTRACTED) is Code.WRONG_STATUS


@pytest.mark.parametrize("status", list(ListingStatus))
def test_the_text_changes_only_before_the_contract_is_in_force(status: ListingStatus) -> None:
    assert (why_not_revise(status=status) is None) == (status is ListingStatus.CONFIRMED)


@pytest.mark.parametrize(
    "signed", [set(some) for size in range(3) for some in combinations(list(Party), size)]
)
def test_who_has_not_signed_decides_what_the_deadline_does(signed: set[Party]) -> None:
    if Party.WINNER not in signed:
        wanted = Consequence.DEFAULT
    elif Party.SELLER not in signed:
        wanted = Consequence.TERMINATE
    else:
        wanted = Consequence.REMIND
    assert consequence(signed) is wanted


def test_a_contract_names_its_parties_in_full_and_the_account_that_is_paid() -> None:
    whole = {"name": "甲", "credit_code": "1", "representative": "乙", "address": "丙", "phone": "1"}
    terms: dict[str, Any] = {"parties": {"seller": whole, "winner": whole}, "fiscal_account": {"number": "1"}}
    assert why_not_contract(terms) is None
    refusal = why_not_contract(terms | {"parties": {"seller": whole | {"address": ""}}})
    assert refusal is not None
    assert (refusal.code, refusal.detail["missing"]) == (Code.MISSING_DOCUMENT, "地址")
    refusal = why_not_contract(terms | {"fiscal_account": None})
    assert refusal is not None
    assert refusal.detail == {"party": "seller"}
