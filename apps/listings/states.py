"""Where a listing stands, and where it may go from there (spec: the process, steps and side paths)."""

from enum import StrEnum

from kernel.transitions import Moves


class ListingStatus(StrEnum):
    """The status of a listing (挂牌项目)."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    ANNOUNCED = "announced"
    BIDDING = "bidding"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    UNSOLD = "unsold"
    CONFIRMED = "confirmed"
    CONTRACTED = "contracted"
    PAID = "paid"
    TRANSFERRED = "transferred"
    PUBLICISED = "publicised"
    COMPLETED = "completed"
    DEFAULTED = "defaulted"
    TERMINATED = "terminated"


S = ListingStatus

LABELS: dict[ListingStatus, str] = {
    S.DRAFT: "草稿",
    S.UNDER_REVIEW: "审查中",
    S.RETURNED: "退回补正",
    S.WITHDRAWN: "已撤回",
    S.APPROVED: "审查通过",
    S.ANNOUNCED: "公告中",
    S.BIDDING: "竞价中",
    S.SUSPENDED: "已中止",
    S.CLOSED: "已成交待确认",
    S.UNSOLD: "未成交",
    S.CONFIRMED: "已确认成交",
    S.CONTRACTED: "合同生效",
    S.PAID: "价款付清",
    S.TRANSFERRED: "指标已划转",
    S.PUBLICISED: "结果公示中",
    S.COMPLETED: "已办结",
    S.DEFAULTED: "违约终结",
    S.TERMINATED: "已终止",
}

MOVES: Moves[ListingStatus] = Moves(
    {
        S.DRAFT: [S.UNDER_REVIEW, S.WITHDRAWN],
        S.UNDER_REVIEW: [S.APPROVED, S.RETURNED, S.WITHDRAWN],
        S.RETURNED: [S.UNDER_REVIEW, S.WITHDRAWN],
        S.APPROVED: [S.ANNOUNCED, S.TERMINATED],
        S.ANNOUNCED: [S.BIDDING, S.CLOSED, S.SUSPENDED, S.TERMINATED],
        S.BIDDING: [S.CLOSED, S.UNSOLD, S.SUSPENDED, S.TERMINATED],
        S.SUSPENDED: [S.ANNOUNCED, S.BIDDING, S.CLOSED, S.CONFIRMED, S.CONTRACTED, S.PAID, S.TERMINATED],
        S.CLOSED: [S.CONFIRMED, S.SUSPENDED, S.TERMINATED],
        S.CONFIRMED: [S.CONTRACTED, S.DEFAULTED, S.SUSPENDED, S.TERMINATED],
        S.CONTRACTED: [S.PAID, S.DEFAULTED, S.SUSPENDED, S.TERMINATED],
        S.PAID: [S.TRANSFERRED, S.SUSPENDED],
        S.TRANSFERRED: [S.PUBLICISED],
        S.PUBLICISED: [S.COMPLETED],
    }
)

SUSPENDABLE = frozenset({S.ANNOUNCED, S.BIDDING, S.CLOSED, S.CONFIRMED, S.CONTRACTED, S.PAID})
TERMINABLE = frozenset({S.APPROVED, S.ANNOUNCED, S.BIDDING, S.SUSPENDED, S.CLOSED, S.CONFIRMED, S.CONTRACTED})
ENDED = frozenset({S.WITHDRAWN, S.UNSOLD, S.COMPLETED, S.DEFAULTED, S.TERMINATED})
BEFORE_PUBLICATION = frozenset({S.DRAFT, S.UNDER_REVIEW, S.RETURNED, S.WITHDRAWN, S.APPROVED})
OBJECTIONABLE = (S.ANNOUNCED, S.PUBLICISED)
"""Anyone may object during announcement and publication (process: objections)."""
BEFORE_CLOSE = frozenset({S.ANNOUNCED, S.BIDDING})
"""Identities of bidders stay hidden here (and while suspended from here)."""
DECIDED = (
    S.CONFIRMED,
    S.CONTRACTED,
    S.PAID,
    S.TRANSFERRED,
    S.PUBLICISED,
    S.COMPLETED,
)
"""The deal is confirmed and stands. Defaults and terminations are no sales."""
