"""When an award may be confirmed (成交确认书)."""

from apps.listings.states import LABELS, ListingStatus
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in


def why_not_issue(
    *, status: ListingStatus, open_objections: int, unanswered_objections: int = 0
) -> Refusal | None:
    """`wrong_status` unless closed with a winner, `suspended` while it stands still, `objection_open` meanwhile.

    An objection to the announcement that nobody has answered stopped no bidding; it is answered before the award binds.
    """
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可出具成交确认书。", {"status": str(status)})
    refusal = why_not_in(status, [ListingStatus.CLOSED], labels=LABELS)
    if refusal is None and open_objections:
        refusal = Refusal(
            Code.OBJECTION_OPEN,
            f"尚有{open_objections}件异议未办结，办结后方可出具成交确认书。",
            {"open": str(open_objections)},
        )
    if refusal is None and unanswered_objections:
        refusal = Refusal(
            Code.OBJECTION_OPEN,
            f"尚有{unanswered_objections}件公告期内提出的异议未决定是否受理，决定后方可出具成交确认书。",
            {"unanswered": str(unanswered_objections)},
        )
    return refusal
