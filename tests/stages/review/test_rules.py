"""Three opinions by three people, with every point ticked and what does not hold answered."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import pytest

from apps.listings.states import ListingStatus
from apps.rulebook.presets import parameters
from apps.stages.review import rules
from apps.stages.review.states import Outcome, Subject
from kernel.errors import Code, Refusal
from tests.factories.papers import CHECKLIST

FIRST = next(iter(Subject))


def _code(refusal: Refusal | None) -> Code | None:
    return refusal.code if refusal else None


def _decide(**changes: Any) -> Code | None:
    given: dict[str, Any] = {
        "status": ListingStatus.UNDER_REVIEW, "subject": FIRST, "outcome": Outcome.PASS, "reason": "",
        "decided": [], "deciders": [], "person_id": 1,
    }  # fmt: skip
    return _code(rules.why_not_decide(**given | changes))


def test_each_opinion_is_given_once_by_a_person_of_its_own() -> None:
    assert _decide() is None
    assert _decide(decided=[FIRST]) is Code.DUPLICATE_REQUEST
    assert _decide(deciders=[1]) is Code.SAME_PERSON
    assert _decide(deciders=[2]) is None
    assert _decide(status=ListingStatus.APPROVED) is Code.WRONG_STATUS


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.PASS])
def test_an_opinion_that_does_not_pass_has_its_reason(outcome: Outcome) -> None:
    assert _decide(outcome=outcome) is Code.INVALID
    assert _decide(outcome=outcome, reason="验收文号不一致") is None


@pytest.mark.parametrize("subject", list(Subject))
def test_nothing_passes_with_a_point_unticked_or_a_finding_unanswered(subject: Subject) -> None:
    ticked = dict.fromkeys(CHECKLIST[subject], True)

    def code(items: dict[str, bool], wanting: dict[str, str], answers: dict[str, str]) -> Code | None:
        return _code(
            rules.why_not_pass(
                points=CHECKLIST[subject], outcome=Outcome.PASS, items=items, wanting=wanting, answers=answers
            )
        )

    assert code(ticked, {}, {}) is None
    point = next(iter(ticked))
    assert code(ticked | {point: False}, {}, {}) is Code.INVALID
    assert code(ticked, {"price": "高于指导价"}, {}) is Code.INVALID
    assert code(ticked, {"price": "高于指导价"}, {"price": "已公示"}) is None
    for absolute, refused in rules.ABSOLUTE.items():
        assert code(ticked, {absolute: "不符"}, {absolute: "已说明"}) is refused


def test_the_office_that_the_rules_name_gives_the_opinion() -> None:
    bodies = parameters("baseline").opinion_bodies
    for subject in Subject:
        wanted = getattr(bodies, subject)
        for role in ("trading_centre", "provincial_dnr"):
            refusal = rules.why_not_body(subject=subject, role=role, bodies=bodies)
            assert (refusal is None) == (wanted in ("either", role))


@pytest.mark.parametrize(
    ("outcomes", "passed"),
    [
        ([Outcome.PASS] * 3, True),
        ([Outcome.PASS] * 2, False),
        ([], False),
        ([Outcome.PASS, Outcome.PASS, Outcome.FAIL], False),
    ],
)
def test_a_review_is_passed_by_three_favourable_opinions(outcomes: Collection[Outcome], passed: bool) -> None:
    assert rules.is_passed(outcomes) is passed


def test_an_application_goes_back_over_an_unfavourable_opinion_with_reasons() -> None:
    def code(outcomes: list[Outcome], reason: str, status: Any = ListingStatus.UNDER_REVIEW) -> Code | None:
        return _code(rules.why_not_return(status=status, outcomes=outcomes, reason=reason))

    assert code([Outcome.FAIL], "材料不全") is None
    assert code([Outcome.PASS], "材料不全") is Code.WRONG_STATUS
    assert code([Outcome.FAIL], " ") is Code.INVALID
    assert code([Outcome.FAIL], "材料不全", ListingStatus.DRAFT) is Code.WRONG_STATUS


def test_a_price_is_held_against_the_median_of_its_band() -> None:
    assert [rules.band_of(each) for each in (1, 4, 5, 12, 13, 15)] == [
        (1, 4),
        (1, 4),
        (5, 8),
        (9, 12),
        (13, 15),
        (13, 15),
    ]
    assert rules.median([Decimal("300.00"), Decimal("100.00"), Decimal("200.00")]) == Decimal("200.00")
    assert rules.median([Decimal("100.00"), Decimal("100.01")]) == Decimal("100.01")
    assert rules.distance(Decimal("120.00"), of=Decimal("100.00")) == Decimal("0.20")
    assert rules.distance(Decimal("79.99"), of=Decimal("100.00")) > Decimal("0.20")
