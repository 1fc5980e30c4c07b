"""Signals for supervision (异常提示): computed from what is stored, each a sentence with figures and its evidence.

A signal proves nothing; it says where to look. Nothing here speaks of who bids on a lot before its close.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.db.models import F, Max, OuterRef, Q, Subquery

from apps.disclosure.deadlines import of_visible_cases
from apps.insight.pledges import pledged
from apps.insight.signal import Signal
from apps.listings.models import Listing
from apps.listings.queries import before_close, visible_to
from apps.money.models import BankEntry, Purpose, SubAccount
from apps.money.names import MONEY_IMPORT, MONEY_LINE
from apps.parties.models import Organisation, Person
from apps.quota.models import Movement
from apps.stages.announcement.names import ANNOUNCEMENT_AMEND
from apps.stages.application.names import LISTING_AMEND
from apps.stages.bidding.models import Bid
from apps.stages.contract.names import CONTRACT_REVISE
from apps.stages.deposit.models import Certificate
from apps.stages.deposit.names import DEPOSIT_REFUND_DEADLINE
from apps.stages.qualification.models import Registration
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.states import SUBJECT_LABELS, Subject
from kernel.actors import Actor
from kernel.audit.models import AuditEntry
from kernel.cases.queries import named
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of, kinds_told
from kernel.deadlines.states import DeadlineStatus
from kernel.transparency import Told

LAST_SECONDS = timedelta(seconds=10)
HASTY = timedelta(minutes=1)
FAILED_LOGINS = 5
MOST = 100
"""So many signals of one sort are shown, the newest first."""


def signals(*, by: Actor, now: datetime) -> list[tuple[str, list[Signal]]]:
    """Every sort of signal with what was found, on the actor's lots whose bidders are no secret any more."""
    open_lots = _open_lots(by)
    found = []
    for label, make in _SORTS:
        rows = list(make(open_lots, by, now))[:MOST]
        found.append((label, rows))
    return found


def _open_lots(by: Actor) -> dict[int, Listing]:
    """Announced lots of the actor's province that are past their close, by id."""
    lots = visible_to(by).filter(announced_at__isnull=False).exclude(before_close())
    return {lot.pk: lot for lot in lots}


def _desk(listing_id: int) -> str:
    return f"/desk/listings/{listing_id}/"


Lots = dict[int, Listing]


def _same_payer(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """One bank account that paid the deposits of two bidders of a lot."""
    entries = BankEntry.objects.filter(
        sub_account__case_id__in=list(lots), sub_account__purpose=Purpose.DEPOSIT
    ).exclude(payer_account="")
    paid: dict[tuple[int, str], dict[str, BankEntry]] = defaultdict(dict)
    for entry in entries.select_related("sub_account__organisation").order_by("-id"):
        account = entry.sub_account
        if account is not None:
            paid[account.case_id, entry.payer_account][account.organisation.name] = entry
    for (listing_id, payer), bidders in paid.items():
        if len(bidders) > 1:
            yield Signal(
                "same_payer",
                f"{lots[listing_id]}：同一银行账户为{len(bidders)}个竞买人缴纳保证金（{'、'.join(bidders)}）。",
                (("付款账号", payer), ("流水号", "、".join(each.reference for each in bidders.values()))),
                _desk(listing_id),
                max(each.arrived_at for each in bidders.values()),
            )


_TIES: tuple[tuple[str, Callable[[Organisation], str]], ...] = (
    ("上级单位", lambda body: str(body.superior) if body.superior_id else ""),
    ("联系人", lambda body: body.contact.strip()),
    ("地址", lambda body: body.address.strip()),
    ("联系电话", lambda body: body.phone.strip()),
)


def _tied_bidders(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Bidders of one lot that share a superior, a contact, an address or a bank account."""
    bodies: dict[int, list[Organisation]] = defaultdict(list)
    rows = Registration.objects.filter(listing__in=list(lots)).select_related("organisation__superior")
    for row in rows.order_by("-id"):
        bodies[row.listing_id].append(row.organisation)
    for listing_id, bidders in bodies.items():
        for label, value_of in _TIES:
            shared: dict[str, list[str]] = defaultdict(list)
            for body in bidders:
                if value_of(body):
                    shared[value_of(body)].append(body.name)
            for value, names in shared.items():
                if len(names) > 1:
                    said = f"{lots[listing_id]}：{'、'.join(names)}的{label}相同。"
                    yield Signal(
                        "tied", said, ((label, value),), _desk(listing_id), lots[listing_id].closed_at
                    )


def _lonely_bids(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Lots with several admitted bidders of whom only one ever bid."""
    admitted: dict[int, set[int]] = defaultdict(set)
    for listing_id, pk in Certificate.objects.filter(listing__in=list(lots)).values_list("listing_id", "pk"):
        admitted[listing_id].add(pk)
    bid: dict[int, set[int]] = defaultdict(set)
    pairs = Bid.objects.filter(listing__in=list(lots)).order_by().values_list("listing_id", "certificate_id")
    for listing_id, certificate_id in pairs.distinct():
        bid[listing_id].add(certificate_id)
    for listing_id, certificates in admitted.items():
        if len(certificates) > 1 and len(bid[listing_id]) == 1:
            said = f"{lots[listing_id]}：{len(certificates)}个竞买人取得资格，仅1个报价。"
            figures = (("取得资格", str(len(certificates))), ("报价", "1"))
            yield Signal("lonely", said, figures, _desk(listing_id), lots[listing_id].closed_at)


def _last_seconds(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """A last bid by a single step within the last seconds before the close."""
    newest = Bid.objects.filter(listing=OuterRef("pk")).order_by("-sequence")
    rows = (
        Listing.objects.filter(pk__in=list(lots), closes_at__isnull=False)
        .annotate(
            last_at=Subquery(newest.values("received_at")[:1]),
            last_price=Subquery(newest.values("unit_price")[:1]),
        )
        .annotate(before=Subquery(newest.values("unit_price")[1:2]), bids_made=Max("bids__sequence"))
        .filter(last_at__gte=F("closes_at") - LAST_SECONDS, before__isnull=False)
    )
    for row in rows.order_by("-closes_at"):
        raised = row.last_price - row.before
        if row.increment is not None and raised == row.increment and row.closes_at is not None:
            left = (row.closes_at - row.last_at).total_seconds()
            said = f"{row}：截止前{left:.1f}秒以一个加价幅度（{raised:,}元）报出最后一价。"
            figures = (("报价时间", _second(row.last_at)), ("截止时间", _second(row.closes_at)))
            yield Signal("last_seconds", said, figures, _desk(row.pk), row.last_at)


def _second(at: datetime) -> str:
    return f"{beijing(at):%Y-%m-%d %H:%M:%S}"


def _late_refunds(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Deposits that went back after their deadline, or still have not."""
    rows = Deadline.objects.filter(kind=DEPOSIT_REFUND_DEADLINE, case_id__in=list(lots)).exclude(
        status=DeadlineStatus.CANCELLED
    )
    late = rows.filter(Q(breached_at__isnull=False) | Q(met_at=None, due_at__lte=now))
    names = dict(
        Registration.objects.filter(pk__in=late.values("subject_id")).values_list("pk", "organisation__name")
    )
    for row in late.order_by("-due_at"):
        state = f"于{_second(row.met_at)}退还" if row.met_at else "至今未退还"
        said = f"{lots[row.of_case]}：{names.get(row.subject_id, '竞买人')}的保证金逾期{state}。"
        yield Signal(
            "late_refund", said, (("应退期限", _second(row.due_at)),), _desk(row.of_case), row.due_at
        )


def _hasty_reviews(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Opinions given within a minute of the application, or of the same person's opinion on another lot."""
    mine = visible_to(by).order_by().values("pk")
    opinions = list(
        ReviewOpinion.objects.filter(listing__in=mine)
        .select_related("listing")
        .order_by("decided_by_id", "decided_at")
    )
    for place, each in enumerate(opinions):
        sent = each.listing.submitted_at
        label = SUBJECT_LABELS[Subject(each.subject)]
        if sent is not None and timedelta(0) <= each.decided_at - sent < HASTY:
            took = (each.decided_at - sent).total_seconds()
            said = f"{each.listing}：{each.decided_by_name}在申请提交后{took:.0f}秒出具{label}意见。"
        else:
            earlier = opinions[place - 1] if place else None
            if earlier is None or earlier.decided_by_id != each.decided_by_id:
                continue
            took = (each.decided_at - earlier.decided_at).total_seconds()
            if earlier.listing_id == each.listing_id or took >= HASTY.total_seconds():
                continue
            said = (
                f"{each.listing}：{each.decided_by_name}距其上一件审查意见仅{took:.0f}秒即出具{label}意见。"
            )
        yield Signal(
            "hasty", said, (("出具时间", _second(each.decided_at)),), _desk(each.listing_id), each.decided_at
        )


def _failed_logins(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Names at which many wrong passwords were tried; those of other provinces are for their own supervisors."""
    others = Person.objects.exclude(memberships__organisation__region__code__startswith=by.region[:2])
    rows = AccessAttempt.objects.filter(failures_since_start__gte=FAILED_LOGINS)
    rows = rows.exclude(username__in=others.values("username"))
    for row in rows.order_by("-attempt_time")[:MOST]:
        said = f"账号“{row.username}”自{row.ip_address}连续登录失败{row.failures_since_start}次。"
        yield Signal("logins", said, (("最近一次", _second(row.attempt_time)),), "", row.attempt_time)


def _failed_deadlines(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Deadlines that the exchange could not handle, of lots and of verifications."""
    rows = Deadline.objects.filter(of_visible_cases(by), status=DeadlineStatus.FAILED, case_id__isnull=False)
    found = list(rows.order_by("-due_at")[:MOST])
    cases = named(row.case_id for row in found)
    hidden = kinds_told(Told.SECRET)
    for row in found:
        if row.kind in hidden and row.case_id not in lots:
            continue
        said = (
            f"{cases[row.of_case].number}：{kind_of(row.kind).label}到期处理失败（已尝试{row.attempts}次）。"
        )
        yield Signal("deadline", said, (("期限届满", _second(row.due_at)),), "/desk/deadlines/", row.due_at)


_CORRECTIONS = {
    ANNOUNCEMENT_AMEND: "公告更正",
    CONTRACT_REVISE: "合同文本修改",
    LISTING_AMEND: "申请内容修改",
}


def _corrections(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Amounts that were put right: write-offs, bank entries sent twice with other facts, changed texts after close."""
    for move in Movement.objects.filter(reason="write_off", case_id__in=list(lots)).order_by("-id")[:MOST]:
        said = f"{lots[move.case_id or 0]}：复测不足，台账核减指标。"
        yield Signal("correction", said, (("核减时间", _second(move.at)),), _desk(move.case_id or 0), move.at)
    again = AuditEntry.objects.filter(
        verb__in=(MONEY_IMPORT, MONEY_LINE), outcome="refused", code="duplicate_request"
    )
    for entry in again.order_by("-id")[:MOST]:
        tried = entry.after.get("tried", {})
        if not _on_open_lots(tried, lots):
            continue
        said = f"流水{tried.get('reference', '')}以不同金额或账户再次导入，系统已拒绝。"
        figures = (("原金额（元）", str(entry.after.get("detail", {}).get("amount", ""))),)
        yield Signal("correction", said, figures, f"/desk/record/?entry={entry.pk}", entry.at)
    changed = AuditEntry.objects.filter(verb__in=list(_CORRECTIONS), outcome="done", case_id__in=list(lots))
    for entry in changed.order_by("-id")[:MOST]:
        listing = lots[entry.case_id or 0]
        said = f"{listing}：{entry.person_name}办理{_CORRECTIONS[entry.verb]}。"
        figures = (("时间", _second(entry.at)),)
        yield Signal("correction", said, figures, f"/desk/record/?entry={entry.pk}", entry.at)


def _on_open_lots(tried: dict[str, str], lots: Lots) -> bool:
    """Whether neither the account that was named nor the one booked before is that of another lot."""
    named = SubAccount.objects.filter(
        Q(number=str(tried.get("credited_number", "")))
        | Q(bank_entries__reference=str(tried.get("reference", "")))
    )
    return set(named.values_list("case_id", flat=True)) <= set(lots)


def _pledged(lots: Lots, by: Actor, now: datetime) -> Iterable[Signal]:
    """Quota pledged after its holder had declared otherwise; it speaks of no bidder, so lots before their close too."""
    return pledged(by, most=MOST)


_SORTS: tuple[tuple[str, Callable[[Lots, Actor, datetime], Iterable[Signal]]], ...] = (
    ("同一账户为多个竞买人缴纳保证金", _same_payer),
    ("同一项目的竞买人存在关联", _tied_bidders),
    ("多人取得资格而仅一人报价", _lonely_bids),
    ("截止前最后数秒的最小加价", _last_seconds),
    ("保证金逾期退还", _late_refunds),
    ("审查意见出具过快", _hasty_reviews),
    ("登录反复失败", _failed_logins),
    ("期限处理失败", _failed_deadlines),
    ("金额与文本更正", _corrections),
    ("声明未质押的指标登记质押", _pledged),
)
SORTS = tuple(label for label, _make in _SORTS)
"""What is looked for, in words."""
