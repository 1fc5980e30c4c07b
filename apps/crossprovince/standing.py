"""An application as one page reads it: what is asked of it more than once is read once, and not before it is asked."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery

from apps.crossprovince import plans, queries, reporting
from apps.crossprovince.models import Adjustment, AdjustmentLine, AdjustmentOpinion, AuditRound, QuarterReport
from apps.crossprovince.names import QUARTER_REPORT_DEADLINE
from apps.crossprovince.open_ends import OpenEnds, ends_with, open_ends_of, read_with
from apps.crossprovince.periods import Quarter
from apps.crossprovince.plans import Version
from apps.crossprovince.rules import PlanItem, Wanted
from apps.crossprovince.states import REPORTING, AdjustmentStatus
from apps.funds import allocations
from apps.funds.models import Account, Allocation
from apps.funds.queries import within_reach as funds_reach
from apps.funds.states import POOL
from apps.parties.roles import Can
from kernel.access.queries import waiting_on_it
from kernel.actors import Actor
from kernel.deadlines.models import Deadline
from kernel.errors import not_found
from kernel.money import ZERO, Yuan

_WITH_MONEY = REPORTING | {AdjustmentStatus.CLOSED}


class Standing:
    """One application without a lock: what pages and forms say of it, and by what they tell what can be begun on it.

    Of the request that made it, and of no other. `waiting` are the open preparations of the actor's office on it, each
    its key by the act and slot; `fund_id` is the pool of its proceeds, for who works on them, 0 where there is none.
    Both are there when it was read by `standing_for`.
    """

    def __init__(
        self, found: Adjustment, *, waiting: Mapping[str, int] | None = None, fund_id: int = 0
    ) -> None:
        self.found = found
        self.waiting = waiting or {}
        self.fund_id = fund_id

    @cached_property
    def lines(self) -> list[AdjustmentLine]:
        """What it is of, in its order."""
        return queries.lines_of(self.found)

    @property
    def wanted(self) -> list[Wanted]:
        """The same as the formulas see it."""
        return [each.wanted for each in self.lines]

    @cached_property
    def versions(self) -> list[Version]:
        """Every version of its plan, the oldest first."""
        return plans.versions_of(self.found.pk)

    @property
    def items(self) -> Sequence[PlanItem]:
        """The lines of its plan as it stands."""
        standing = plans.in_force(self.versions)
        return standing.items if standing is not None else ()

    @property
    def proposed(self) -> Version | None:
        """The newest version of its plan, where that waits for the province's acceptance."""
        return plans.waiting_in(self.versions, status=self.found.state)

    @cached_property
    def opinions(self) -> list[AdjustmentOpinion]:
        """What the province decided, round by round."""
        return list(self.found.opinions.order_by("id"))

    @property
    def opinion(self) -> AdjustmentOpinion | None:
        """The opinion of this round."""
        mine = (each for each in self.opinions if each.review_round == self.found.review_round)
        return next(mine, None)

    @cached_property
    def notices(self) -> list[Allocation]:
        """What the centre allocated, the earliest first. A page that has read it with its papers says so itself."""
        return list(allocations.of_case(self.found.pk)) if self.found.scheme_id else []

    @property
    def allocated(self) -> Yuan:
        """What the notices come to."""
        return sum((each.amount for each in self.notices), ZERO)

    @cached_property
    def periods(self) -> list[Deadline]:
        """Every period of it, in the order in which they began, also those that were cancelled."""
        return list(Deadline.objects.filter(case_id=self.found.pk).order_by("id"))

    @cached_property
    def reports(self) -> list[QuarterReport]:
        """What was reported of its money by quarter: nothing before a quarter's report was due."""
        due = any(each.kind == QUARTER_REPORT_DEADLINE for each in self.periods)
        return list(self.found.quarter_reports.order_by("id")) if due else []

    @property
    def owed(self) -> list[Quarter]:
        """The quarters that are over and not reported, the oldest first."""
        ended = [each.subject_id for each in self.periods if each.kind == QUARTER_REPORT_DEADLINE]
        return reporting.owed(ended, reported=[each.quarter for each in self.reports])

    @cached_property
    def rounds(self) -> list[AuditRound]:
        """Its audits, also those that are void, the oldest first: there are none before its money moves."""
        return list(self.found.audit_rounds.all()) if self.found.state in _WITH_MONEY else []

    @cached_property
    def ends(self) -> OpenEnds:
        """What is still open of its money."""
        return ends_with(self.found) if hasattr(self.found, "holding") else open_ends_of(self.found)


def standing_for(adjustment_id: int, *, by: Actor) -> Standing:
    """One application with what its page says beside it, if the actor may see it; one query. Refuses: not_found."""
    along: dict[str, Any] = {"waiting": waiting_on_it(by)}
    if by.can(Can.SEE_FUNDS):
        pool = Account.objects.filter(funds_reach(by), source=OuterRef("pk"), bucket=POOL)
        along["fund_id"] = Subquery(pool.order_by("id").values("pk")[:1])
    if by.can(Can.DECIDE_FOR_PROVINCE):  # who closes it
        along |= read_with()
    found = queries.visible_to(by).select_related("parent__case").annotate(**along)
    row = found.filter(pk=adjustment_id).first()
    if row is None:
        raise not_found("跨省域调剂申请")
    waiting = row.waiting  # type: ignore[attr-defined]  # annotated above
    return Standing(row, waiting=_named(waiting), fund_id=getattr(row, "fund_id", None) or 0)


def _named(waiting: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """By the act, and its slot where it has one."""
    return {f"{each['act']}:{each['slot']}" if each["slot"] else each["act"]: each["pk"] for each in waiting}
