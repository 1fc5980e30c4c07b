"""A hundred and thirty-one seeds in two halves, each a module of its own, so that two processes walk them.

Sixty in a row each, and some that come where few do. Each half comes to every status, act and refusal
(`came_everywhere`); the search for what nobody thought of is `make simulate`.
"""

from collections.abc import Callable, Sequence

from apps.listings.states import ListingStatus
from kernel.acts.act import all_acts
from kernel.errors import Code
from tests.simulation.stations import Walked
from tests.simulation.walk import Seen

BLOCK = 10


def blocks(seeds: range, *rare: int) -> list[Sequence[int]]:
    """The seeds, a few to each test, and those that come where few do."""
    return [*(seeds[at : at + BLOCK] for at in range(0, len(seeds), BLOCK)), rare]


FIRST = blocks(range(60), 254, 266, 267, 270, 277, 295, 296, 338)
SECOND = blocks(range(250, 310), 0, 7, 17)


def name(seeds: Sequence[int]) -> str:
    """What a block of seeds is called."""
    return f"{seeds[0]}-{seeds[-1]}"


def everything_holds(walk: Callable[[int], Walked], seeds: Sequence[int]) -> None:
    """No walk of these seeds has broken anything."""
    broken = [result.report for seed in seeds if (result := walk(seed)).broken]
    assert not broken, "\n\n".join(broken)


def came_everywhere(walk: Callable[[int], Walked], half: list[Sequence[int]]) -> None:
    """The walks of one half have reached every status, act and refusal, but for a few that are seldom."""
    seen = Seen()
    for seeds in half:
        for seed in seeds:
            seen.add(walk(seed).seen)
    acts = {act.name for act in all_acts() if not act.name.startswith(_OTHER_PROCESSES)}
    assert acts >= _ELSEWHERE, "the list names acts that are"
    missed = {
        "statuses": {str(each) for each in ListingStatus} - set(seen.statuses),
        "acts": acts - set(seen.acts) - _ELSEWHERE - _SELDOM_ACTS,
        "codes": {str(each) for each in Code} - set(seen.codes) - _SELDOM,
    }
    assert not any(missed.values()), missed


_OTHER_PROCESSES = (
    *("verification.", "adjustment.", "demand.", "scheme.", "plan.", "funds.", "pairing.", "agreement."),
    *("commitment.", "objection.raise_on_case", "objection.refuse_together"),
)
"""Acts of cases that are no lots, on what only surplus quota brings, of agreements and of commitments: tests/surplus,
tests/funds, tests/crossprovince, tests/process/test_agreement.py and test_commitment.py walk them."""

_ELSEWHERE = {
    # A guide price moves nothing of a lot (tests/prices).
    "guide.compute",
    # Questions move nothing of a lot (tests/questions).
    "question.ask",
    "question.answer",
    # A slip in a paper moves nothing of a lot (tests/documents).
    "incoming.correct",
    "document.correct",
    # A trial of rules plays in a database of its own.
    "rulebook.try",
    # The end of a year, under rules that book use to the year (tests/quota).
    "year.close",
    # Quota with a term of use: no walk sells any (tests/surplus).
    "quota.extend_term",
}
"""Acts that no step of a walk takes, by the reason."""

_SELDOM_ACTS = {
    # It takes an unanswered objection, a lot that can be stopped and one choice in three; the other half does it.
    "objection.accept_and_suspend",
}
"""Acts that the walks of a half may miss."""

_SELDOM = {
    "barred",
    "bidding_not_open",
    "deposit_missing",
    "calendar_unconfirmed",
    "facts_frozen",
    "not_a_multiple",
    "below_start",
    "objection_open",
    # Two projects on one ground: every project of a walk has ground of its own (tests/quota).
    "parcel_conflict",
    "quota_frozen",
    "quota_insufficient",
    "stale_price",
    # No lot is refused so under the rules of a walk (tests/surplus, tests/crossprovince, tests/prices).
    "not_verified",
    "ban_list",
    "rule_expired",
    "price_out_of_guidance",
    "price_mismatch",
    "use_banned",
    # Proceeds of a class that no walk sells (tests/funds).
    "share_out_of_range",
    "voucher_used",
    "not_paired",
}
"""Refusals that the walks of a half may miss."""
