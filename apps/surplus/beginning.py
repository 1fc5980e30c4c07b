"""What can be begun on a verification as it stands: one rule for menus, queues and forms. The commands decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.parties.roles import Can
from apps.surplus import rules
from apps.surplus.models import Measurement, Opinion, Verification
from apps.surplus.names import (
    VERIFICATION_CITY_DECIDE,
    VERIFICATION_PROVINCE_DECIDE,
    VERIFICATION_RETURN,
    VERIFICATION_SUBMIT,
)
from apps.surplus.queries import sides_of
from apps.surplus.states import Level, Outcome, VerificationStatus
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.errors import Code, Refusal

_LEVELS = {VERIFICATION_CITY_DECIDE: Level.CITY, VERIFICATION_PROVINCE_DECIDE: Level.PROVINCE}


@dataclass(frozen=True)
class Standing:
    """Whose the newest parts are, who has given an opinion in this round, and whether one asks for correction."""

    newest: str = ""
    given: frozenset[str] = frozenset()
    unfavourable: bool = False


def standings_of(rows: Sequence[Verification]) -> dict[int, Standing]:
    """How each of them stands, by its id; two queries."""
    ids = [each.pk for each in rows]
    newest = dict(
        Measurement.objects.filter(verification__in=ids)
        .order_by("verification_id", "-version")
        .distinct("verification_id")
        .values_list("verification_id", "origin")
    )
    said: dict[tuple[int, int], dict[str, str]] = {}
    opinions = Opinion.objects.filter(verification__in=ids).order_by("id")
    for pk, in_round, level, outcome in opinions.values_list(
        "verification_id", "review_round", "level", "outcome"
    ):
        said.setdefault((pk, in_round), {})[level] = outcome
    found = {}
    for each in rows:
        outcomes = said.get((each.pk, each.review_round), {})
        against = any(outcome != Outcome.PASS for outcome in outcomes.values())
        found[each.pk] = Standing(newest.get(each.pk, ""), frozenset(outcomes), against)
    return found


def why_not_begin(act: Act, found: Verification, standing: Standing, *, by: Actor) -> Refusal | None:
    """Why the actor cannot begin an act on it now; None where it can.

    `not_permitted` to others than those whose act it is, `wrong_status`, `text_changed` for a submission while parcels
    wait for a report, `duplicate_request` for a second opinion in a round.
    """
    if not by.can(act.capability) or not _is_its_business(act, found, by=by):
        return Refusal(Code.NOT_PERMITTED, "贵单位不办理本核定项目的这一事项。")
    statuses = [VerificationStatus(each) for each in act.statuses]
    if act.name == VERIFICATION_RETURN:
        statuses = [
            VerificationStatus.CITY_REVIEW
            if by.can(Can.REVIEW_FOR_CITY)
            else VerificationStatus.PROVINCE_REVIEW
        ]
    return rules.why_not_at(found.state, statuses) or _why_not_in_round(act, standing)


def _is_its_business(act: Act, found: Verification, *, by: Actor) -> bool:
    """County and measurer act on their own; offices on what they see."""
    if act.capability in (Can.APPLY_FOR_VERIFICATION, Can.MEASURE):
        return bool(sides_of(found, by=by))
    return True


def _why_not_in_round(act: Act, standing: Standing) -> Refusal | None:
    if act.name == VERIFICATION_SUBMIT:
        return rules.why_not_reported(origin=standing.newest)
    if act.name == VERIFICATION_RETURN:
        return rules.why_not_unfavourable(unfavourable=standing.unfavourable)
    if act.name in _LEVELS:
        return rules.why_not_again(decided=_LEVELS[act.name] in standing.given)
    return None
