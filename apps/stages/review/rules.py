"""When an opinion may be given, and when an application goes back."""

from collections.abc import Collection

from apps.listings.states import LABELS, ListingStatus
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
