"""When an opinion may be given, and when an application goes back."""

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal

from apps.listings.states import LABELS, ListingStatus
from apps.parties.roles import ROLE_LABELS
from apps.rulebook.parameters import OpinionBodies
from apps.stages.review.states import SUBJECT_LABELS, Outcome, Subject
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in


def why_not_decide(
    *,
    status: ListingStatus,
    subject: Subject,
    outcome: Outcome,
    reason: str,
    decided: Collection[Subject],
    deciders: Collection[int],
    person_id: int,
) -> Refusal | None:
    """Three opinions by three different people, each once in a round, each with a reason unless it passes."""
    refusal = why_not_in(status, [ListingStatus.UNDER_REVIEW], labels=LABELS)
    if refusal is not None:
        return refusal
    if subject in decided:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"本轮{SUBJECT_LABELS[subject]}意见已出具，不能重复出具。",
            {"opinion": str(subject)},
        )
    if person_id in deciders:
        return Refusal(
            Code.SAME_PERSON,
            "三项审查意见须由三名不同人员出具，您已出具其他意见。",
            {"opinion": str(subject)},
        )
    if outcome is not Outcome.PASS and not reason.strip():
        return Refusal(Code.INVALID, "补正或不通过的意见须写明理由。", {"field": "reason"})
    return None


ABSOLUTE: dict[str, Code] = {
    "quantity": Code.TOTALS_MISMATCH,
    "overlap": Code.PARCEL_CONFLICT,
    "encumbrance": Code.QUOTA_ENCUMBERED,
}
"""Findings that no answer can take away."""


def why_not_pass(
    *,
    points: Mapping[str, str],
    outcome: Outcome,
    items: Mapping[str, bool],
    wanting: Mapping[str, str],
    answers: Mapping[str, str],
) -> Refusal | None:
    """An opinion passes with every point of its checklist ticked and every finding that does not hold answered.

    `points` are the checklist of the opinion for the lot's class, `wanting` those findings, by point, in words. What
    the law makes absolute cannot be answered away.
    """
    if outcome is not Outcome.PASS:
        return None
    for item, said in wanting.items():
        if item in ABSOLUTE:
            return Refusal(
                ABSOLUTE[item], f"系统核查不符，不能通过：{said}。请出具补正或不通过意见。", {"item": item}
            )
    open_points = [label for item, label in points.items() if items.get(item) is not True]
    if open_points:
        return Refusal(
            Code.INVALID,
            f"审查要点尚未逐项确认，不能通过：{'、'.join(open_points)}。",
            {"items": "、".join(open_points)},
        )
    unanswered = {item: said for item, said in wanting.items() if not answers.get(item, "").strip()}
    if unanswered:
        return Refusal(
            Code.INVALID,
            f"系统核查不符的事项须书面说明后方可通过：{'；'.join(unanswered.values())}。",
            {"answers": "；".join(unanswered.values())},
        )
    return None


def why_not_body(*, subject: Subject, role: str, bodies: OpinionBodies) -> Refusal | None:
    """`not_permitted` unless the rules give this opinion to that office."""
    wanted = getattr(bodies, subject)
    if wanted in ("either", role):
        return None
    return Refusal(
        Code.NOT_PERMITTED,
        f"依现行规则，{SUBJECT_LABELS[subject]}意见由{ROLE_LABELS[wanted]}出具。",
        {"opinion": str(subject), "body": wanted},
    )


_BANDS = ((1, 4), (5, 8), (9, 12), (13, 15))


def band_of(grade: int) -> tuple[int, int]:
    """The first and last grade of the band in which grades are compared (spec: price and risk, strata)."""
    return next(each for each in _BANDS if each[0] <= grade <= each[1])


def median(prices: Collection[Decimal]) -> Decimal:
    """The middle one of some prices; of an even count the mean of both, half up to 分. At least one."""
    ordered = sorted(Decimal(each) for each in prices)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return ((ordered[half - 1] + ordered[half]) / 2).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def distance(price: Decimal, *, of: Decimal) -> Decimal:
    """By which share of it a price lies off another, either way."""
    return abs(price - of) / of


def is_passed(outcomes: Collection[Outcome]) -> bool:
    """Whether all three opinions are there and favourable."""
    return len(outcomes) == len(Subject) and all(outcome is Outcome.PASS for outcome in outcomes)


def why_not_return(*, status: ListingStatus, outcomes: Collection[Outcome], reason: str) -> Refusal | None:
    """An application goes back only over an unfavourable opinion, and with written reasons."""
    refusal = why_not_in(status, [ListingStatus.UNDER_REVIEW], labels=LABELS)
    if refusal is not None:
        return refusal
    if all(outcome is Outcome.PASS for outcome in outcomes):
        return Refusal(Code.WRONG_STATUS, "尚无补正或不通过的审查意见，不能退回。", {"status": str(status)})
    if not reason.strip():
        return Refusal(Code.INVALID, "退回须书面说明理由。", {"field": "reason"})
    return None
