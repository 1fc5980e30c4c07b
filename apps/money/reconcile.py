"""Reconciliation (资金核对): every sub-account's sum, and the ledger against what the bank says, in both directions.

Alarms that mean different things: a stored row is not what was imported (`corrupted`), a line of the bank is not in
the books (`dropped`), what went out was ordered by nobody (`unordered`), what was ordered the bank never paid
(`unpaid`), the balance that another person read at the bank is not that of the closed statement (`disputed`), and
nobody has said for too long what the bank says (`stale`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Max, Q, Sum

from apps.money.models import (
    Account,
    BalanceReport,
    BankEntry,
    Bucket,
    OutgoingLine,
    Payment,
    Purpose,
    Refund,
    Remittance,
    Statement,
    SubAccount,
)
from apps.money.names import MONEY_IMPORT
from apps.money.queries import faults, fingerprint, payment_of, returned_in
from kernel.audit.models import AuditEntry
from kernel.clock import beijing
from kernel.money import ZERO, Yuan
from kernel.workdays import working_days_between
from kernel.workdays.queries import current

UNPAID_AFTER_WD = 3
"""An order is unpaid when the bank has said nothing of it for more than so many working days since it was sent."""
STALE_AFTER_WD = 1
"""A statement is stale when more than so many working days have passed since its end."""


class Alarm(StrEnum):
    """What is wrong."""

    CORRUPTED = "corrupted"
    DROPPED = "dropped"
    UNORDERED = "unordered"
    UNPAID = "unpaid"
    DISPUTED = "disputed"
    STALE = "stale"


ALARM_LABELS = {
    Alarm.CORRUPTED: "账目记录被改动",
    Alarm.DROPPED: "银行流水缺失",
    Alarm.UNORDERED: "未经办理的付款",
    Alarm.UNPAID: "银行未付的指令",
    Alarm.DISPUTED: "余额不符",
    Alarm.STALE: "对账单过期",
}


@dataclass(frozen=True)
class Finding:
    """One alarm: which, a sentence, and the figures behind it as (label, text)."""

    alarm: Alarm
    sentence: str
    figures: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None
    """Of what is said of a statement: up to when that goes."""

    @property
    def label(self) -> str:
        """The alarm in words."""
        return ALARM_LABELS[self.alarm]


@dataclass(frozen=True)
class Position:
    """One sub-account: received = applied + refunded + forfeited + held (+ kept as price + in suspense).

    `applied`, `forfeited` and `kept` are what was booked in, also after it left; `remitted` is what left of it, and
    `held_back` what stays of it.
    """

    account: SubAccount
    received: Yuan
    applied: Yuan
    refunded: Yuan
    forfeited: Yuan
    held: Yuan
    kept: Yuan
    suspense: Yuan
    remitted: Yuan
    held_back: Yuan

    @property
    def difference(self) -> Yuan:
        """What does not add up; zero when it does."""
        parts = (self.applied, self.refunded, self.forfeited, self.held, self.kept, self.suspense)
        return self.received - sum(parts, ZERO)


def positions(accounts: Iterable[SubAccount]) -> list[Position]:
    """How sub-accounts stand: received is what the bank entries say, the rest what the ledger says."""
    accounts = list(accounts)
    received: dict[int, Yuan] = {
        row["sub_account"]: row["total"]
        for row in BankEntry.objects.filter(sub_account__in=accounts)
        .order_by()
        .values("sub_account")
        .annotate(total=Sum("amount"))
    }
    buckets: dict[int, dict[str, Yuan]] = {}
    for row in Account.objects.filter(sub_account__in=accounts).values("sub_account", "bucket", "balance"):
        buckets.setdefault(row["sub_account"], {})[row["bucket"]] = row["balance"]
    return [_position(each, received.get(each.pk, ZERO), buckets.get(each.pk, {})) for each in accounts]


def _position(account: SubAccount, received: Yuan, buckets: dict[str, Yuan]) -> Position:
    def at(bucket: Bucket) -> Yuan:
        return buckets.get(str(bucket), ZERO)

    gone = at(Bucket.REMITTED) + at(Bucket.HELD_BACK)
    is_price, is_forfeit = account.purpose == Purpose.PRICE, str(Bucket.FORFEITED) in buckets
    return Position(
        account=account,
        received=received,
        applied=at(Bucket.APPLIED) + (ZERO if is_price or is_forfeit else gone),
        refunded=at(Bucket.REFUNDED) + at(Bucket.RETURNED),
        forfeited=at(Bucket.FORFEITED) + (gone if is_forfeit else ZERO),
        held=at(Bucket.HELD),
        kept=at(Bucket.RECEIVED) + (gone if is_price else ZERO),
        suspense=at(Bucket.SUSPENSE),
        remitted=at(Bucket.REMITTED),
        held_back=at(Bucket.HELD_BACK),
    )


@dataclass(frozen=True)
class Comparison:
    """One statement beside the ledger, over the span from the statement of its account before it to its own end.

    `refunds` is all that was sent out in it, refunds and remittances alike.
    """

    statement: Statement
    since: datetime | None
    count: int
    credits: Yuan
    refunds: Yuan

    @property
    def expected_closing(self) -> Yuan | None:
        """Opening + what the ledger took in − what the bank says went out; None without balances."""
        if self.statement.opening_balance is None:
            return None
        debits = self.refunds if self.statement.debit_total is None else self.statement.debit_total
        return self.statement.opening_balance + self.credits - debits

    @property
    def difference(self) -> Yuan | None:
        """Bank − ledger; zero when they agree; None without balances."""
        if self.statement.closing_balance is None or self.expected_closing is None:
            return None
        return self.statement.closing_balance - self.expected_closing

    @property
    def missing(self) -> tuple[int, Yuan] | None:
        """(count, amount) that the bank counts and the books do not; None where it said neither."""
        if self.statement.credit_count is None or self.statement.credit_total is None:
            return None
        return self.statement.credit_count - self.count, self.statement.credit_total - self.credits


def comparisons(*, province: str = "", most: int = 12) -> list[Comparison]:
    """The latest statements of the common account beside the ledger, the newest first; of one province where named."""
    rows = Statement.objects.filter(sub_account=None, province__startswith=province[:2])
    found = list(rows.order_by("-covers_until", "-id")[: most + 1])
    compared = []
    for place, statement in enumerate(found[:most]):
        before = next(
            (
                each
                for each in found[place + 1 :]
                if each.covers_until < statement.covers_until and each.account == statement.account
            ),
            None,
        )
        compared.append(_compared(statement, before.covers_until if before else None))
    return compared


def _compared(statement: Statement, since: datetime | None) -> Comparison:
    span = Q(arrived_at__lte=statement.covers_until)
    sent = Q(sent_at__lte=statement.covers_until)
    if since is not None:
        span &= Q(arrived_at__gt=since)
        sent &= Q(sent_at__gt=since)
    here = statement.province[:2]
    lines = BankEntry.objects.filter(span, province__startswith=here)
    entries = lines.aggregate(count=Count("id"), total=Sum("amount"))
    refunds = Refund.objects.filter(sent, entry__province__startswith=here).aggregate(total=Sum("amount"))
    remitted = Remittance.objects.filter(sent, province__startswith=here).aggregate(total=Sum("amount"))
    out = (refunds["total"] or ZERO) + (remitted["total"] or ZERO)
    returned = returned_in(statement.account, statement.province, since, statement.covers_until)
    return Comparison(statement, since, entries["count"], (entries["total"] or ZERO) + returned, out)


def findings(*, now: datetime, province: str = "", compared: list[Comparison] | None = None) -> list[Finding]:
    """Every alarm, the gravest first; empty when the books hold, the bank agrees and the statement is recent.

    Of one province where it is named; whether the books hold is everybody's.
    """
    compared = comparisons(province=province) if compared is None else compared
    return [
        *_corrupted(),
        *_dropped(compared),
        *_unordered(province),
        *_paid_twice(province),
        *_unpaid(province, now=now),
        *_disputed(province),
        *_stale(province, now=now),
    ]


def _unordered(province: str) -> list[Finding]:
    """Money that left, or came back, without a released order of that amount."""
    found = []
    for line in OutgoingLine.objects.filter(province__startswith=province[:2]).iterator(chunk_size=2000):
        payment = payment_of(line.request_id)
        if payment is not None and payment.amount == line.amount:
            continue
        ordered = f"{payment.amount:,}" if payment else "无"
        figures = (("银行金额（元）", f"{line.amount:,}"), ("指令金额（元）", ordered))
        said = f"银行付款流水{line.reference}（{line.amount:,}元）没有对应的已审核付款指令，请立即核查。"
        found.append(Finding(Alarm.UNORDERED, said, figures))
    return found


def _paid_twice(province: str) -> list[Finding]:
    """One order that the bank has paid more often than it has sent money back of it."""
    paid, back = Count("pk", filter=Q(outcome="paid")), Count("pk", filter=Q(outcome="rejected"))
    lines = OutgoingLine.objects.filter(province__startswith=province[:2]).order_by("request_id")
    rows = lines.values("request_id").annotate(times=paid - back, last=Max("reference")).filter(times__gt=1)
    found = []
    for row in rows:
        payment = payment_of(row["request_id"])
        if payment is None:  # nobody ordered it even once
            continue
        said = f"付款指令{payment.request_id.hex}（{payment.amount:,}元）银行已支付{row['times']}次，请立即向银行追回。"
        found.append(Finding(Alarm.UNORDERED, said, (("最近流水号", row["last"]), ("事由", payment.reason))))
    return found


def _unpaid(province: str, *, now: datetime) -> list[Finding]:
    """Orders that were sent and of which the bank has said nothing, where it says what it paid at all."""
    if not OutgoingLine.objects.filter(province__startswith=province[:2]).exists():
        return []
    waiting = {"sent_at__lt": now, "paid_at": None, "rejected_at": None}
    refunds = Refund.objects.filter(entry__province__startswith=province[:2], **waiting)
    remitted = Remittance.objects.filter(province__startswith=province[:2], **waiting)
    found = []
    payments: list[Payment] = [*refunds.select_related("entry").order_by("id"), *remitted.order_by("id")]
    for payment in payments:
        if payment.sent_at is None or _passed(payment.sent_at, now=now) <= UNPAID_AFTER_WD:
            continue
        said = f"付款指令{payment.request_id.hex}（{payment.amount:,}元）发出后银行一直未付，请向银行查询。"
        figures = (("发出时间", f"{beijing(payment.sent_at):%Y-%m-%d %H:%M}"), ("事由", payment.reason))
        found.append(Finding(Alarm.UNPAID, said, figures))
    return found


def _disputed(province: str) -> list[Finding]:
    """What another person read at the bank is not what the statement that closed at that instant says."""
    found = []
    for report in BalanceReport.objects.filter(province__startswith=province[:2])[:100]:
        closed = Statement.objects.filter(
            account=report.account, province=report.province, covers_until=report.at
        ).first()
        if closed is None or closed.closing_balance is None or closed.closing_balance == report.balance:
            continue
        difference = report.balance - closed.closing_balance
        figures = (
            ("他人填报余额（元）", f"{report.balance:,}"),
            ("对账单期末余额（元）", f"{closed.closing_balance:,}"),
        )
        until = f"{beijing(report.at):%Y-%m-%d %H:%M}"
        said = f"账户{report.account}截至{until}，他人向银行查询的余额与对账单相差{difference:,}元。"
        found.append(Finding(Alarm.DISPUTED, said, figures, until=report.at))
    return found


def _passed(since: datetime, *, now: datetime) -> int:
    return working_days_between(current(), after=beijing(since).date(), through=beijing(now).date())


_FAULTS = {
    "balance": "账户余额与分录合计不符",
    "movement": "记账凭证借贷不平",
    "sub_account": "子账户各科目合计不为零",
    "below_zero": "账户余额低于零",
    "bank_entry": "流水金额与入账金额不符",
    "deal": "价款、保证金入账与现存、留存、划付、退回合计不符",
}


def _corrupted() -> list[Finding]:
    """The ledger by itself, and each bank entry beside what the audit record says of its import."""
    found = [
        Finding(Alarm.CORRUPTED, f"{_FAULTS.get(each['what'], each['what'])}（记录{each['id']}）。")
        for each in faults()
    ]
    recorded = _recorded()
    for entry in BankEntry.objects.filter(pk__in=list(recorded)).iterator(chunk_size=2000):
        after = recorded[entry.pk]
        was = after.get("sha256")
        same = was == fingerprint(entry) if was else after.get("amount") == str(entry.amount)
        if not same:
            figures = (("导入时金额（元）", str(after.get("amount"))), ("现存金额（元）", str(entry.amount)))
            found.append(
                Finding(Alarm.CORRUPTED, f"流水{entry.reference}与导入时的审计记录不一致。", figures)
            )
    return found


def _recorded() -> dict[int, dict[str, str]]:
    """What the audit record says of every imported entry, by the entry's id."""
    rows = AuditEntry.objects.filter(
        verb=MONEY_IMPORT, outcome="done", subject__startswith="money.bankentry:"
    )
    return {
        int(subject.rpartition(":")[2]): after
        for subject, after in rows.values_list("subject", "after").iterator(chunk_size=2000)
    }


def _dropped(compared: list[Comparison]) -> list[Finding]:
    found = []
    recorded = _recorded()
    there = set(BankEntry.objects.filter(pk__in=list(recorded)).values_list("pk", flat=True))
    for pk in sorted(set(recorded) - there):
        said = recorded[pk]
        figures = (("流水号", str(said.get("reference"))), ("金额（元）", str(said.get("amount"))))
        found.append(
            Finding(Alarm.DROPPED, f"审计记录中已导入的流水{said.get('reference')}不在账上。", figures)
        )
    for each in compared:
        until = f"{beijing(each.statement.covers_until):%Y-%m-%d %H:%M}"
        if each.missing and each.missing != (0, ZERO):
            count, amount = each.missing
            figures = (
                ("银行收入合计（元）", f"{each.statement.credit_total:,}"),
                ("账上收入合计（元）", f"{each.credits:,}"),
            )
            said_so = f"截至{until}的对账单较账上多{count}笔、{amount:,}元收入。"
            found.append(Finding(Alarm.DROPPED, said_so, figures, until=each.statement.covers_until))
        elif each.difference:
            figures = (
                ("银行期末余额（元）", f"{each.statement.closing_balance:,}"),
                ("账面应有余额（元）", f"{each.expected_closing:,}"),
            )
            said_so = f"截至{until}的对账单期末余额与账面相差{each.difference:,}元，可能有流水未导入。"
            found.append(Finding(Alarm.DROPPED, said_so, figures, until=each.statement.covers_until))
    return found


def _stale(province: str, *, now: datetime) -> list[Finding]:
    here = {"province__startswith": province[:2]}
    newest = Statement.objects.filter(**here).order_by("-covers_until").first()
    if newest is None:
        if BankEntry.objects.filter(**here).exists():
            return [Finding(Alarm.STALE, "已有银行流水，但从未确认对账单截止时间，无法判断款项是否逾期。")]
        return []
    passed = _passed(newest.covers_until, now=now)
    if passed <= STALE_AFTER_WD:
        return []
    figures = (
        ("最近对账单截至", f"{beijing(newest.covers_until):%Y-%m-%d %H:%M}"),
        ("已过工作日", str(passed)),
    )
    return [Finding(Alarm.STALE, f"最近一份对账单已过去{passed}个工作日，请导入新的对账单。", figures)]
