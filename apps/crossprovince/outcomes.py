"""How one voucher was concluded (审计结论), by what auditors said of it."""

from collections.abc import Iterable
from typing import NamedTuple

from apps.funds.states import Outcome

WORST_FIRST = (Outcome.RECOVER, Outcome.CORRECT, Outcome.IN_ORDER)


class Said(NamedTuple):
    """What an auditor, by its key, said of a voucher in one finding: the outcome, None before it is concluded."""

    organisation_id: int
    outcome: str | None


def outcome_of(findings: Iterable[Said]) -> Outcome | None:
    """What auditors concluded of one voucher by findings in their order; None while one of them has not.

    Of each auditor the newest counts, of several the worst.
    """
    newest = {each.organisation_id: each.outcome for each in findings}
    there = {Outcome(each) for each in newest.values() if each is not None}
    if not newest or None in newest.values():
        return None
    return next(each for each in WORST_FIRST if each in there)
