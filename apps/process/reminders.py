"""Reminders (提醒): one day, one hour and ten minutes before what somebody has to do, and to nobody else.

A pulse looks at what falls due within a day. Who is reminded follows from the stored state alone; a reminder is told
once for each deadline, instant and lead, so a pulse that comes twice, late, or not at all for a while changes nothing
but what can no longer be in time. A deadline that moves is reminded of anew.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db.models import F

from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.names import (
    ADJUSTMENT_REPORT_DEADLINE,
    ADJUSTMENT_RETURN_NOTICE_DEADLINE,
    ADJUSTMENT_REVIEW_DEADLINE,
    ADJUSTMENT_TRANSFER_DEADLINE,
    DEMAND_PAY_IN_DEADLINE,
    DEMAND_PUBLISH_DEADLINE,
    DEMAND_REPORT_DEADLINE,
    DEMAND_RETURN_NOTICE_DEADLINE,
    DEMAND_REVIEW_DEADLINE,
    FINAL_AUDIT_DEADLINE,
    PAY_IN_DEADLINE,
    QUARTER_REPORT_DEADLINE,
    SCHEME_PUBLISH_DEADLINE,
    YEAR_AUDIT_DEADLINE,
)
from apps.crossprovince.process import ADJUSTMENT
from apps.funds.names import ANSWER_DEADLINE, DISTRIBUTE_DEADLINE
from apps.listings.models import Listing
from apps.listings.names import BIDDING_CLOSE_DEADLINE, BIDDING_OPEN_DEADLINE, REGISTRATION_CLOSE_DEADLINE
from apps.listings.states import ListingStatus
from apps.notices.commands import tell_all
from apps.notices.queries import told
from apps.notices.rules import lead_due, once
from apps.notices.states import LEAD_LABELS, LEADS, Lead
from apps.objections.names import OBJECTION_ACCEPT_DEADLINE, OBJECTION_DECIDE_DEADLINE
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.stages.announcement.names import PORTAL_NOTE_DEADLINE
from apps.stages.application.names import REVIEW_DEADLINE
from apps.stages.commitment.names import COMMITMENT_DEADLINE, COMMITMENT_DECIDE_DEADLINE
from apps.stages.commitment.queries import open_report
from apps.stages.confirmation.names import CONFIRMATION_DEADLINE
from apps.stages.contract.models import Contract, Signature
from apps.stages.contract.names import CONTRACT_DEADLINE
from apps.stages.contract.states import Party
from apps.stages.deposit.names import DEPOSIT_REFUND_DEADLINE
from apps.stages.deposit.queries import admitted
from apps.stages.filing.names import FILING_DEADLINE
from apps.stages.payment.names import PAYMENT_DEADLINE
from apps.stages.publication.names import PUBLICATION_START_DEADLINE
from apps.stages.qualification.models import Registration
from apps.stages.qualification.names import QUALIFICATION_DEADLINE
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.names import RETURN_NOTICE_DEADLINE
from apps.stages.transfer.names import TRANSFER_DEADLINE
from apps.surplus.names import (
    CERTIFY_DEADLINE,
    CITY_REVIEW_DEADLINE,
    MEASURE_DEADLINE,
    PROVINCE_REVIEW_DEADLINE,
    RECORD_DEADLINE,
    VERIFICATION_RETURN_NOTICE_DEADLINE,
)
from apps.surplus.process import VERIFICATION
from apps.watching.queries import to_remind
from kernel.cases.models import Case
from kernel.cases.queries import named
from kernel.cases.registry import Process
from kernel.clock import ended
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Refused

logger = logging.getLogger(__name__)

_HORIZON = max(LEADS.values())
_MOST = 2000


@dataclass(frozen=True)
class Sort:
    """What a deadline asks of whom: the sentence's verb phrase, and the ids of the organisations that must act."""

    what: str
    whom: Callable[[Deadline, Listing], Iterable[int]]


def _office(capability: Can) -> Callable[[Deadline, Listing], Iterable[int]]:
    return lambda deadline, listing: [office(capability, province=listing.province).pk]


def _holders(deadline: Deadline, listing: Listing) -> Iterable[int]:
    return admitted(listing.pk)


def _correcting(deadline: Deadline, listing: Listing) -> Iterable[int]:
    found = Registration.objects.filter(listing=listing, status=RegistrationStatus.CORRECT)
    return found.values_list("organisation_id", flat=True)


def _unsigned(deadline: Deadline, listing: Listing) -> Iterable[int]:
    contract = Contract.objects.filter(listing=listing).first()
    if contract is None:
        return [office(Can.RUN_TRADES, province=listing.province).pk]
    signed = set(Signature.objects.filter(contract=contract, voided_at=None).values_list("party", flat=True))
    parties = {
        Party.SELLER: listing.seller_id,
        Party.WINNER: contract.winner_id,
        Party.CENTRE: office(Can.RUN_TRADES, province=listing.province).pk,
    }
    return [organisation for party, organisation in parties.items() if party not in signed]


def _concerned(deadline: Deadline, listing: Listing) -> Iterable[int]:
    return [deadline.concerns_id] if deadline.concerns_id else []


def _buyer(deadline: Deadline, listing: Listing) -> Iterable[int]:
    return Contract.objects.filter(listing=listing).values_list("winner_id", flat=True)


def _unreported(deadline: Deadline, listing: Listing) -> Iterable[int]:
    return [] if open_report(listing.pk) is not None else [listing.seller_id]


SORTS: dict[str, Sort] = {
    REVIEW_DEADLINE: Sort("出具三重审查意见", _office(Can.RUN_TRADES)),
    RETURN_NOTICE_DEADLINE: Sort("发出退回补正书面通知", _office(Can.RUN_TRADES)),
    PORTAL_NOTE_DEADLINE: Sort("登记主管部门门户发布情况", _office(Can.RUN_TRADES)),
    QUALIFICATION_DEADLINE: Sort("审核竞买资格", _office(Can.RUN_TRADES)),
    REGISTRATION_CLOSE_DEADLINE: Sort("补正并重新提交竞买申请", _correcting),
    BIDDING_OPEN_DEADLINE: Sort("进入竞价大厅准备报价", _holders),
    BIDDING_CLOSE_DEADLINE: Sort("完成报价", _holders),
    CONFIRMATION_DEADLINE: Sort("出具成交确认书", _office(Can.RUN_TRADES)),
    CONTRACT_DEADLINE: Sort("签署三方合同", _unsigned),
    PAYMENT_DEADLINE: Sort("付清价款", _buyer),
    TRANSFER_DEADLINE: Sort("办理指标划转", _office(Can.DECIDE_FOR_PROVINCE)),
    COMMITMENT_DEADLINE: Sort("报告质量提升承诺完成情况", _unreported),
    COMMITMENT_DECIDE_DEADLINE: Sort("认定质量提升承诺", _office(Can.DECIDE_FOR_PROVINCE)),
    FILING_DEADLINE: Sort("报送备案", _office(Can.RUN_TRADES)),
    PUBLICATION_START_DEADLINE: Sort("发布结果公示", _office(Can.RUN_TRADES)),
    DEPOSIT_REFUND_DEADLINE: Sort("退还保证金", _office(Can.BOOK_MONEY)),
    DISTRIBUTE_DEADLINE: Sort("分配收益", _concerned),
    ANSWER_DEADLINE: Sort("答复审计意见", _concerned),
    OBJECTION_ACCEPT_DEADLINE: Sort("决定是否受理异议", _office(Can.RUN_TRADES)),
    OBJECTION_DECIDE_DEADLINE: Sort("处理异议", _office(Can.RUN_TRADES)),
}

OF_VERIFICATIONS: dict[str, str] = {
    MEASURE_DEADLINE: "出具核定报告",
    CITY_REVIEW_DEADLINE: "出具市级初审意见",
    PROVINCE_REVIEW_DEADLINE: "出具省级终审意见",
    VERIFICATION_RETURN_NOTICE_DEADLINE: "发出核定退回补正书面通知",
    RECORD_DEADLINE: "登记部备案号",
    CERTIFY_DEADLINE: "发证入库",
}
"""What a period of a verification asks of the organisation that it concerns."""

OF_ADJUSTMENTS: dict[str, str] = {
    ADJUSTMENT_REVIEW_DEADLINE: "出具跨省域调剂审核意见",
    ADJUSTMENT_RETURN_NOTICE_DEADLINE: "发出退回补正书面通知",
    ADJUSTMENT_REPORT_DEADLINE: "将跨省域调剂申请报部",
    SCHEME_PUBLISH_DEADLINE: "公示调剂方案",
    PAY_IN_DEADLINE: "核对调入方缴款",
    ADJUSTMENT_TRANSFER_DEADLINE: "划转调剂指标",
    QUARTER_REPORT_DEADLINE: "提交调剂资金季度报告",
    YEAR_AUDIT_DEADLINE: "完成调剂资金年度审计",
    FINAL_AUDIT_DEADLINE: "完成调剂资金决算审计",
    OBJECTION_ACCEPT_DEADLINE: "决定是否受理异议",
    OBJECTION_DECIDE_DEADLINE: "处理异议",
    DISTRIBUTE_DEADLINE: "分配收益",
    ANSWER_DEADLINE: "答复审计意见",
}
"""The same of a case of quota that goes to other provinces."""

OF_DEMANDS: dict[str, str] = {
    DEMAND_REVIEW_DEADLINE: "出具调入需求审核意见",
    DEMAND_RETURN_NOTICE_DEADLINE: "发出调入需求退回补正书面通知",
    DEMAND_REPORT_DEADLINE: "将调入需求报部",
    DEMAND_PUBLISH_DEADLINE: "公示调剂方案",
    DEMAND_PAY_IN_DEADLINE: "缴入调剂资金",
}
"""The same of what comes from other provinces."""


@dataclass(frozen=True)
class Reminder:
    """One reminder of one moment of a case, and the ids of the organisations that it is for."""

    kind: str
    case_id: int
    title: str
    text: str
    about: str
    lead: Lead
    whom: tuple[int, ...]

    def once(self, organisation_id: int) -> str:
        """What it is told one organisation once under."""
        return once(kind=self.kind, organisation_id=organisation_id, case_id=self.case_id, about=self.about)


def remind(*, now: datetime) -> int:
    """Tell everybody whose deadline is near and who has not acted. Gives how many reminders were looked at."""
    due = [
        *_of_deadlines(now=now),
        *_of_cases(VERIFICATION, OF_VERIFICATIONS, now=now),
        *_of_cases(ADJUSTMENT, OF_ADJUSTMENTS, now=now),
        *_of_cases(DEMAND, OF_DEMANDS, now=now),
        *_of_deposits(now=now),
        *_of_watchers(now=now),
    ]
    known = told([each.once(one) for each in due for one in each.whom])
    for each in due:
        left = [one for one in each.whom if each.once(one) not in known]
        if left:
            tell_all(
                organisation_ids=left,
                kind=each.kind,
                title=each.title,
                text=each.text,
                now=now,
                case_id=each.case_id,
                about=each.about,
                lead=each.lead,
            )
    return sum(len(each.whom) for each in due)


def _of_deadlines(*, now: datetime) -> Iterator[Reminder]:
    near = _near(SORTS, now=now)
    listings = Listing.objects.in_bulk({each.case_id for each in near})
    for deadline in near:
        listing, lead = listings.get(deadline.case_id), lead_due(due_at=deadline.due_at, now=now)
        if listing is None or lead is None:
            continue
        sort = SORTS[deadline.kind]
        about = f"{deadline.kind}:{deadline.subject_id}"
        try:
            whom = sorted(set(sort.whom(deadline, listing)))
        except Refused:  # a province without that office: its own reminder is missing, and nobody else's
            logger.exception("nobody to remind of deadline %s", deadline.pk)
            continue
        yield _own(listing.pk, _name(listing), sort.what, deadline.due_at, lead, about=about, whom=whom)


def _near(kinds: Collection[str], *, now: datetime) -> list[Deadline]:
    """Those of these kinds that fall due within the horizon, the nearest first."""
    near = Deadline.objects.filter(
        kind__in=list(kinds), status=DeadlineStatus.PENDING, paused_at=None, due_at__gt=now
    )
    return list(near.filter(due_at__lte=now + _HORIZON).order_by("due_at", "id")[:_MOST])


def _of_cases(process: Process, sorts: Mapping[str, str], *, now: datetime) -> Iterator[Reminder]:
    """The periods of other processes say themselves whose they are."""
    found = _near(sorts, now=now)
    ours = _of_process(process, found)
    near = [each for each in found if each.case_id in ours]
    cases = named(each.case_id for each in near)
    for deadline in near:
        lead = lead_due(due_at=deadline.due_at, now=now)
        if lead is None or deadline.concerns_id is None:
            continue
        case = cases[deadline.of_case]
        yield _own(
            case.pk, f"{case.number} {case.title}", sorts[deadline.kind], deadline.due_at, lead,
            about=f"{deadline.kind}:{deadline.subject_id}", whom=[deadline.concerns_id],
        )  # fmt: skip


def _of_process(process: Process, found: Collection[Deadline]) -> set[int]:
    """The cases of a process among those of some deadlines."""
    ids = {each.case_id for each in found if each.case_id is not None}
    rows = Case.objects.filter(pk__in=ids, process=process.name) if ids else Case.objects.none()
    return set(rows.values_list("pk", flat=True))


def _of_deposits(*, now: datetime) -> Iterator[Reminder]:
    """The deposit's cut-off is a moment of the announcement, and concerns who has no paddle yet."""
    near = Listing.objects.filter(status=ListingStatus.ANNOUNCED, deposit_cutoff_at__gt=now)
    for listing in near.filter(deposit_cutoff_at__lte=now + _HORIZON).order_by("pk")[:_MOST]:
        cutoff = listing.deposit_cutoff_at
        lead = lead_due(due_at=cutoff, now=now) if cutoff else None
        if cutoff is None or lead is None:
            continue
        waiting = Registration.objects.filter(listing=listing, certificate=None)
        waiting = waiting.exclude(status=RegistrationStatus.REJECTED).order_by("pk")
        whom = waiting.values_list("organisation_id", flat=True)
        yield _own(listing.pk, _name(listing), "足额缴纳保证金", cutoff, lead, about="deposit", whom=whom)


_WATCHED: dict[str, tuple[str, str]] = {
    "registration_closes_at": ("报名截止", "watch_registration"),
    "opens_at": ("竞价开始", "watch_opening"),
    "listing_period_ends_at": ("竞价截止", "watch_closing"),
}
"""The moments of the announcement that who watches a lot is reminded of: what everybody may read on its page."""


def _of_watchers(*, now: datetime) -> Iterator[Reminder]:
    """Who watches a lot hears of its public moments, and of nothing else; what one must do oneself is told above."""
    running = Listing.objects.filter(status__in=[ListingStatus.ANNOUNCED, ListingStatus.BIDDING])
    for field, (what, about) in _WATCHED.items():
        near = running.filter(**{f"{field}__gt": now, f"{field}__lte": now + _HORIZON})
        if field == "listing_period_ends_at":  # a session of rounds has no period: it ends when nobody bids
            near = near.filter(listing_period_ends_at__gt=F("opens_at"))
        lots = {each.pk: each for each in near.order_by("pk")[:_MOST]}
        for listing_id, pairs in groupby(to_remind(lots), key=itemgetter(0)):
            listing, due_at = lots[listing_id], getattr(lots[listing_id], field)
            lead = lead_due(due_at=due_at, now=now)
            if lead is not None:
                yield Reminder(
                    kind="watch",
                    case_id=listing.pk,
                    title=f"关注的项目距{what}不足{LEAD_LABELS[lead]}",
                    text=f"{_name(listing)}将于{ended(due_at)}{what}。",
                    about=_moment(about, due_at, lead),
                    lead=lead,
                    whom=tuple(organisation_id for _, organisation_id in pairs),
                )


def _name(listing: Listing) -> str:
    return f"{listing} {listing.title}"


def _own(
    case_id: int, name: str, what: str, due_at: datetime, lead: Lead, *, about: str, whom: Iterable[int]
) -> Reminder:
    """A reminder of what somebody has to do."""
    return Reminder(
        kind="reminder",
        case_id=case_id,
        title=f"距期限不足{LEAD_LABELS[lead]}：{what}",
        text=f"{name}：请在{ended(due_at)}前{what}。",
        about=_moment(about, due_at, lead),
        lead=lead,
        whom=tuple(whom),
    )


def _moment(about: str, due_at: datetime, lead: Lead) -> str:
    return f"{about}:{due_at:%m%d%H%M%S%f}:{lead}"
