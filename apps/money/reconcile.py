"""Reconciliation (资金核对): every sub-account's sum, and the ledger against what the bank says.

Three alarms that mean different things: a stored row is not what was imported (`corrupted`), a line of the bank is not
in the books (`dropped`), and nobody has said for too long what the bank says (`stale`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q, Sum

from apps.money.models import Account, BankEntry, Bucket, Purpose, Refund, Statement, SubAccount
from apps.money.queries import faults, fingerprint
from kernel.audit.models import AuditEntry
from kernel.clock import beijing
from kernel.money import ZERO, Yuan
from kernel.workdays import working_days_between
from kernel.workdays.queries import current

STALE_AFTER_WD = 1
"""A statement is stale when more than so many working days have passed since its end."""


class Alarm(StrEnum):
    """What is wrong."""

    CORRUPTED = "corrupted"
    DROPPED = "dropped"
    STALE = "stale"


ALARM_LABELS = {
    Alarm.CORRUPTED: "账目记录被改动",
    Alarm.DROPPED: "银行流水缺失",
    Alarm.STALE: "对账单过期",
}


@dataclass(frozen=True)
class Finding:
    """One alarm: which, a sentence, and the figures behind it as (label, text)."""

    alarm: Alarm
    sentence: str
    figures: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The alarm in words."""
        return ALARM_LABELS[self.alarm]


@dataclass(frozen=True)
class Position:
    """One sub-account: received = applied + refunded + forfeited + held (+ kept as price + in suspense)."""

    account: SubAccount
    received: Yuan
    applied: Yuan
    refunded: Yuan
    forfeited: Yuan
    held: Yuan
    kept: Yuan
    suspense: Yuan

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

    return Position(
        account=account,
        received=received,
        applied=at(Bucket.APPLIED),
        refunded=at(Bucket.REFUNDED) + at(Bucket.RETURNED),
        forfeited=at(Bucket.FORFEITED),
        held=at(Bucket.HELD),
        kept=at(Bucket.RECEIVED),
        suspense=at(Bucket.SUSPENSE),
    )


@dataclass(frozen=True)
class Comparison:
    """One statement beside the ledger, over the span from the statement before it to its own end."""

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


def comparisons(*, most: int = 12) -> list[Comparison]:
    """The latest statements beside the ledger, the newest first."""
    found = list(Statement.objects.order_by("-covers_until", "-id")[: most + 1])
    compared = []
    for place, statement in enumerate(found[:most]):
        before = next(
            (each for each in found[place + 1 :] if each.covers_until < statement.covers_until), None
        )
        compared.append(_compared(statement, before.covers_until if before else None))
    return compared


def _compared(statement: Statement, since: datetime | None) -> Comparison:
    span = Q(arrived_at__lte=statement.covers_until)
    sent = Q(sent_at__lte=statement.covers_until)
    if since is not None:
        span &= Q(arrived_at__gt=since)
        sent &= Q(sent_at__gt=since)
    entries = BankEntry.objects.filter(span).aggregate(count=Count("id"), total=Sum("amount"))
    refunds = Refund.objects.filter(sent).aggregate(total=Sum("amount"))
    return Comparison(statement, since, entries["count"], entries["total"] or ZERO, refunds["total"] or ZERO)


def findings(*, now: datetime, compared: list[Comparison] | None = None) -> list[Finding]:
    """Every alarm, the gravest first; empty when the books hold, the bank agrees and the statement is recent."""
    compared = comparisons() if compared is None else compared
    return [*_corrupted(), *_dropped(compared), *_stale(now=now)]


_FAULTS = {
    "balance": "账户余额与分录合计不符",
    "movement": "记账凭证借贷不平",
    "sub_account": "子账户各科目合计不为零",
    "below_zero": "账户余额低于零",
    "bank_entry": "流水金额与入账金额不符",
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
        verb="money.import", outcome="done", subject__startswith="money.bankentry:"
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
            found.append(Finding(Alarm.DROPPED, said_so, figures))
        elif each.difference:
            figures = (
                ("银行期末余额（元）", f"{each.statement.closing_balance:,}"),
                ("账面应有余额（元）", f"{each.expected_closing:,}"),
            )
            said_so = f"截至{until}的对账单期末余额与账面相差{each.difference:,}元，可能有流水未导入。"
            found.append(Finding(Alarm.DROPPED, said_so, figures))
    return found


def _stale(*, now: datetime) -> list[Finding]:
    newest = Statement.objects.order_by("-covers_until").first()
    if newest is None:
        if BankEntry.objects.exists():
            return [Finding(Alarm.STALE, "已有银行流水，但从未确认对账单截止时间，无法判断款项是否逾期。")]
        return []
    passed = working_days_between(
        current(), after=beijing(newest.covers_until).date(), through=beijing(now).date()
    )
    if passed <= STALE_AFTER_WD:
        return []
    figures = (
        ("最近对账单截至", f"{beijing(newest.covers_until):%Y-%m-%d %H:%M}"),
        ("已过工作日", str(passed)),
    )
    return [Finding(Alarm.STALE, f"最近一份对账单已过去{passed}个工作日，请导入新的对账单。", figures)]


def purpose_label(purpose: str) -> str:
    """保证金 or 价款."""
    return {"deposit": "保证金", "price": "价款"}[Purpose(purpose)]
