"""Importing bank lines, closing statements over them, taking money in, holding, applying and forfeiting it."""

import uuid
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.money import accounts, ledger, payments, queries, rules
from apps.money.events import MoneyArrived
from apps.money.forecast import BankLine, Forecast, forecast
from apps.money.gate import here, province_of, require_here
from apps.money.lanes import BANK_ENTRY_LANE
from apps.money.models import (
    BalanceReport,
    BankEntry,
    Bucket,
    Counted,
    Exceptional,
    Outcome,
    Purpose,
    Refund,
    Statement,
    SubAccount,
)
from apps.money.names import MONEY_BALANCE, MONEY_COVER, MONEY_DECIDE, MONEY_IMPORT
from apps.money.payments import REFUND_SPACE, owe_refund
from apps.parties.models import Organisation
from apps.parties.roles import Can
from kernel import bulk, entropy, lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor, Duty
from kernel.audit import commands as audit
from kernel.deadlines.commands import look_again
from kernel.errors import Code, Refusal, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import ZERO, Yuan
from kernel.text import folded

_PREFIX = {Purpose.DEPOSIT: "61", Purpose.PRICE: "62"}


@dataclass(frozen=True)
class Imported:
    """A bank entry after its import: `repeated` when it was here before; `exception` when it is to be returned."""

    entry: BankEntry
    repeated: bool
    exception: Exceptional | None


def open_sub_account(
    *, purpose: Purpose, case_id: int, province: str, organisation_id: int, now: datetime
) -> SubAccount:
    """Issue the sub-account number for one organisation, lot and purpose; the same one again when it exists.

    The number is unguessable in its middle, so that nobody pays into, or learns of, a neighbour's.
    """
    existing = queries.sub_account(case_id=case_id, organisation_id=organisation_id, purpose=purpose)
    if existing is not None:
        return existing
    chance = entropy.below(10**10, purpose=f"sub_account:{purpose}:{case_id}:{organisation_id}")
    number = f"{_PREFIX[purpose]}{case_id:07d}{chance:010d}"
    return SubAccount.objects.create(
        number=number,
        purpose=purpose,
        case_id=case_id,
        province=province,
        organisation_id=organisation_id,
        opened_at=now,
    )


@transaction.atomic
def import_single(
    *,
    reference: str,
    credited_number: str,
    amount: Yuan,
    payer_name: str,
    arrived_at: datetime,
    by: Actor,
    now: datetime,
    payer_account: str = "",
) -> Imported:
    """Take one line in that was typed by hand: one person types it, another compares it with the bank's paper.

    Refuses: same_person, and as `import_entry`.
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=MONEY_IMPORT, slot=reference, subject_id=0, by=by, now=now)
    return import_entry(
        reference=reference,
        credited_number=credited_number,
        amount=amount,
        payer_name=payer_name,
        arrived_at=arrived_at,
        payer_account=payer_account,
        by=by,
        now=now,
    )


@transaction.atomic
def import_entry(
    *,
    reference: str,
    credited_number: str,
    amount: Yuan,
    payer_name: str,
    arrived_at: datetime,
    by: Actor,
    now: datetime,
    payer_account: str = "",
) -> Imported:
    """Take one line of a bank statement in; it books once, however often it comes, and stands in suspense.

    It counts when a closed statement holds it (`cover`). Refuses: not_permitted (finance imports), not_found (another
    province's sub-account), invalid (amount, arrival in the future), facts_frozen (its span is closed without it),
    duplicate_request (the same reference with other facts on one day).
    """
    require_capability(by, Can.BOOK_MONEY)
    line = BankLine(reference, credited_number, amount, payer_name, arrived_at, payer_account)
    _hold_lots([line], by=by)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    lanes.hold(BANK_ENTRY_LANE, zlib.crc32(folded(reference).encode()) - 2**31)
    [found] = forecast([line], by=by, now=now)
    refuse(found.refusal)
    return _taken_in([found], by=by, now=now)[0]


class LinesRefused(Exception):
    """Some lines of a statement are refused, so none is imported: each by its place, with why."""

    def __init__(self, refusals: Mapping[int, Refusal]) -> None:
        super().__init__(f"{len(refusals)} lines refused")
        self.refusals = refusals


def _hold_lots(lines: Sequence[BankLine], *, by: Actor) -> None:
    """Hold the lanes of all lots that lines are about, in order, so that two imports never wait for each other."""
    found = SubAccount.objects.filter(here(by), number__in={line.credited_number for line in lines})
    lanes.hold_all(lanes.CASE, found.values_list("case_id", flat=True))


@transaction.atomic
def import_entries(lines: Sequence[BankLine], *, by: Actor, now: datetime) -> list[Imported]:
    """Take all lines of a statement in, or none: as `import_entry` for each, in as many statements for many as for one.

    The lane of the importing office keeps two of its imports apart, the database's constraint those of two offices.
    Refuses: not_permitted, not_found; `LinesRefused` for what the lines themselves are refused for.
    """
    require_capability(by, Can.BOOK_MONEY)
    _hold_lots(lines, by=by)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    found = forecast(lines, by=by, now=now)
    refusals = {place: each.refusal for place, each in enumerate(found) if each.refusal is not None}
    if refusals:
        raise LinesRefused(refusals)
    return _taken_in(found, by=by, now=now)


def _taken_in(found: Sequence[Forecast], *, by: Actor, now: datetime) -> list[Imported]:
    """Book the lines that are not there yet, in suspense; the record has each."""
    new = BankEntry.objects.bulk_create(
        [_entry_of(each, by=by, now=now) for each in found if each.known is None], batch_size=500
    )
    ledger.move_all(
        [
            ledger.Move(
                entry.amount, entry.sub_account_id, Bucket.BANK, Bucket.SUSPENSE, f"arrival:{entry.pk}", entry
            )
            for entry in new
        ],
        reason="arrival",
        now=now,
    )
    audit.record_all(
        [
            audit.Note(
                verb=MONEY_IMPORT,
                by=by,
                now=now,
                case_id=entry.sub_account.case_id if entry.sub_account else None,
                subject=f"{BankEntry._meta.label_lower}:{entry.pk}",
                after={
                    "reference": entry.reference,
                    "amount": str(entry.amount),
                    "sha256": queries.fingerprint(entry),
                },
            )
            for entry in new
        ]
    )
    known = [each.known for each in found if each.known is not None]
    exceptions = (
        {each.entry_id: each for each in Exceptional.objects.filter(entry__in=known)} if known else {}
    )
    made = iter(new)
    return [
        Imported(each.known, repeated=True, exception=exceptions.get(each.known.pk))
        if each.known
        else Imported(next(made), repeated=False, exception=None)
        for each in found
    ]


def _entry_of(each: Forecast, *, by: Actor, now: datetime) -> BankEntry:
    line = each.line
    return BankEntry(
        reference=line.reference,
        reference_key=folded(line.reference),
        province=each.account.province if each.account else province_of(by),
        credited_number=line.credited_number,
        sub_account=each.account,
        amount=line.amount,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        arrived_at=line.arrived_at,
        imported_at=now,
        imported_by_id=by.person_id,
    )


@transaction.atomic
def cover(
    *,
    account: str,
    covers_until: datetime,
    opening_balance: Yuan,
    closing_balance: Yuan,
    debit_total: Yuan,
    by: Actor,
    now: datetime,
    credit_total: Yuan | None = None,
    credit_count: int | None = None,
) -> Statement:
    """Close the statement of one account up to `covers_until`: from now on the lines that it holds count.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found (another province's account),
    invalid (a span in the future, or closed already), totals_mismatch naming the difference: opening + credits −
    debits is not the closing balance, the opening not the last closing balance, or the lines are not what the bank
    says.
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=MONEY_COVER, slot=account, subject_id=0, by=by, now=now)
    sub = accounts.require_ours(account, by=by)
    province = sub.province if sub else province_of(by)
    span = _held_span(account, province, covers_until, by=by)
    refuse(
        rules.why_not_close(
            covers_until=covers_until,
            now=now,
            closed_until=span.since,
            last_closing=span.opening,
            opening=opening_balance,
            credits=span.credits,
            debits=debit_total,
            closing=closing_balance,
            booked=span.credits,
            booked_count=len(span.lines),
            stated=credit_total,
            stated_count=credit_count,
        )
    )
    made = Statement.objects.create(
        account=account,
        province=province,
        sub_account=sub,
        covers_until=covers_until,
        opening_balance=opening_balance,
        closing_balance=closing_balance,
        debit_total=debit_total,
        credit_total=span.credits,
        credit_count=len(span.lines),
        imported_at=now,
        imported_by_id=by.person_id,
    )
    said = {"account": account, "covers_until": covers_until.isoformat(), "closing": str(closing_balance)}
    audit.record(verb=MONEY_COVER, by=by, now=now, subject=made, after=said)
    for entry in span.lines:
        _count(entry, made, now=now)
    payments.count_answers(made, span.answers, now=now)
    look_again(now=now)
    return made


def _held_span(account: str, province: str, until: datetime, *, by: Actor) -> queries.Span:
    """The span under the lanes of its lots and of the importing office: nothing is added to it meanwhile."""
    lots = _lots_of(queries.span_of(account=account, province=province, until=until))
    lanes.hold_all(lanes.CASE, lots)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    span = queries.span_of(account=account, province=province, until=until)
    if _lots_of(span) - lots:
        raise Refused.because(
            Code.TOTALS_MISMATCH, "核对期间又有流水导入，请重新核对后再确认。", account=account
        )
    return span


def _lots_of(span: queries.Span) -> set[int]:
    paid_out = [queries.payment_of(each.request_id) for each in span.answers]
    lots = {queries.lot_of_payment(each) for each in paid_out if each is not None} - {None}
    return {each.sub_account.case_id for each in span.lines if each.sub_account is not None} | {
        each for each in lots if each is not None
    }


def _count(entry: BankEntry, statement: Statement, *, now: datetime) -> None:
    """From now on a line counts, as of its arrival; what looks like a double waits for two persons."""
    if Counted.objects.filter(entry=entry).exists():
        return
    Counted.objects.create(entry=entry, statement=statement)
    twin = queries.twin_of(entry)
    if twin is not None:
        _hold(
            entry,
            code=Code.DUPLICATE_REQUEST,
            sentence=f"疑似重复：与流水{twin.reference}的账户、金额相同，且付款人、到账时间或流水号相同，待核实。",
            amount=entry.amount,
            now=now,
        )
        return
    _arrive(entry, now=now)


def _arrive(entry: BankEntry, *, now: datetime) -> None:
    if entry.sub_account is None:
        set_aside(
            entry,
            code=Code.NOT_FOUND,
            sentence="入账账号不存在，款项原路退回。",
            amount=entry.amount,
            now=now,
        )
        return
    account = entry.sub_account
    emit(
        MoneyArrived(
            entry_id=entry.pk,
            sub_account_id=account.pk,
            purpose=account.purpose,
            case_id=account.case_id,
            organisation_id=account.organisation_id,
            now=now,
        )
    )


@transaction.atomic
def decide(*, exceptional_id: int, outcome: Outcome, remark: str, by: Actor, now: datetime) -> Exceptional:
    """Two persons decide about money that is held: it counts after all, or it is sent back.

    It is a likely double, more than is owed, or under a name that is not quite the payer's.

    Refuses: not_permitted, same_person, not_found, wrong_status (nothing is held), invalid (no remark; more than is
    owed can only be sent back).
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=MONEY_DECIDE, subject_id=exceptional_id, by=by, now=now)
    found = Exceptional.objects.select_related("entry__sub_account").filter(pk=exceptional_id).first()
    if found is None:
        raise not_found("例外款项")
    require_here(by, found.entry.province, what="例外款项")
    account = found.entry.sub_account
    if account is not None:
        lanes.hold(lanes.CASE, account.case_id)
    found = Exceptional.objects.select_for_update().get(pk=exceptional_id)
    if not found.held or found.decided_at is not None:
        raise Refused.because(Code.WRONG_STATUS, "该款项没有待决定的事项，无需办理。")
    if not remark.strip():
        raise Refused.because(Code.INVALID, "请填写核实情况。", field="remark")
    if outcome is Outcome.COUNT and found.code == Code.AMOUNT_EXCEEDS:
        raise Refused.because(Code.INVALID, "超出应付的款项不能计入，只能原路退回。", field="outcome")
    found.outcome, found.remark, found.decided_by_id, found.decided_at = outcome, remark, by.person_id, now
    found.save(update_fields=["outcome", "remark", "decided_by_id", "decided_at"])
    audit.record(
        verb=MONEY_DECIDE,
        by=by,
        now=now,
        case_id=account.case_id if account else None,
        subject=found,
        after={"outcome": outcome, "amount": str(found.amount), "remark": remark},
    )
    if outcome is Outcome.COUNT:
        _arrive(found.entry, now=now)
    else:
        owe_refund(found.entry, found.amount, source=Bucket.SUSPENSE, reason=f"经核实退回：{remark}", now=now)
    return found


@transaction.atomic
def report_balance(*, account: str, at: datetime, balance: Yuan, by: Actor, now: datetime) -> BalanceReport:
    """What an account held at an instant, as its reporter read it at the bank, to compare the books with.

    Refuses: not_permitted (an approver reports), same_person (who imported or closed since the last report), invalid,
    not_found (another province's account).
    """
    require_capability(by, Can.BOOK_MONEY, duty=Duty.APPROVER)
    accounts.require_ours(account, by=by)
    if at > now:
        raise Refused.because(Code.INVALID, "余额时点不得晚于当前时间。", field="at")
    closed = Statement.objects.filter(here(by), account=account, covers_until=at).first()
    if closed is not None and closed.imported_by_id == by.person_id:
        raise Refused.because(Code.SAME_PERSON, "该对账单由您审核关闭，余额须由另一人向银行查询后填报。")
    made = BalanceReport.objects.create(
        account=account,
        province=province_of(by),
        at=at,
        balance=balance,
        reported_at=now,
        reported_by_id=by.person_id,
    )
    said = {"account": account, "at": at.isoformat(), "balance": str(balance)}
    audit.record(verb=MONEY_BALANCE, by=by, now=now, subject=made, after=said)
    return made


def take_in(entry: BankEntry, amount: Yuan, *, into: Bucket, now: datetime) -> None:
    """Accept an entry, or a part of it, for what it was paid for."""
    ledger.move(
        amount,
        sub_account_id=entry.sub_account_id,
        source=Bucket.SUSPENSE,
        target=into,
        once=f"take_in:{entry.pk}",
        reason="take_in",
        now=now,
        entry=entry,
    )


def set_aside(entry: BankEntry, *, code: str, sentence: str, amount: Yuan, now: datetime) -> Exceptional:
    """Put an entry, or the part of it that is too much, on the exceptions list; its refund is due at once."""
    made = _note(entry, code=code, sentence=sentence, amount=amount, held=False, now=now)
    owe_refund(entry, amount, source=Bucket.SUSPENSE, reason=sentence, now=now)
    return made


def set_payer_aside(
    entry: BankEntry, refusal: Refusal, *, organisation: Organisation, now: datetime
) -> Exceptional:
    """Money of another payer goes back; of one who may be the payer after all (`rules.why_perhaps_own`), two decide."""
    own = queries.own_accounts([entry.payer_account], of=[organisation.pk], leaving_out=entry.pk)
    verdict = rules.payer_set_apart(
        refusal,
        payer=entry.payer_name,
        organisation=organisation.name,
        from_own_account=bool(own),
    )
    put = _hold if verdict.excess_held else set_aside
    return put(entry, code=refusal.code, sentence=verdict.sentence, amount=entry.amount, now=now)


def set_excess_aside(entry: BankEntry, verdict: rules.Verdict, *, now: datetime) -> Exceptional:
    """What is more than is owed goes back at once, or waits for two persons, as it was judged."""
    put = _hold if verdict.excess_held else set_aside
    return put(entry, code=Code.AMOUNT_EXCEEDS, sentence=verdict.sentence, amount=verdict.excess, now=now)


def _hold(entry: BankEntry, *, code: str, sentence: str, amount: Yuan, now: datetime) -> Exceptional:
    return _note(entry, code=code, sentence=sentence, amount=amount, held=True, now=now)


def _note(
    entry: BankEntry, *, code: str, sentence: str, amount: Yuan, held: bool, now: datetime
) -> Exceptional:
    """One note an entry; a double that was counted after all may be exceptional anew, for another reason."""
    made, _ = Exceptional.objects.update_or_create(
        entry=entry,
        defaults={
            "code": code,
            "sentence": sentence,
            "amount": amount,
            "held": held,
            "noted_at": now,
            "outcome": "",
            "remark": "",
            "decided_by_id": None,
            "decided_at": None,
        },
    )
    return made


def owe_all(sub_account_ids: Collection[int], *, source: Bucket, reason: str, now: datetime) -> None:
    """Note the refund of everything that a bucket of these sub-accounts holds, each to the account it came from."""
    rows = [
        {
            "entry_id": entry_id,
            "source": str(source),
            "attempt": 1,
            "amount": str(amount),
            "reason": reason[:100],
            "request_id": uuid.uuid5(REFUND_SPACE, f"{entry_id}:{reference}:{source}"),
            "due_since": now,
        }
        for entry_id, reference, amount in queries.booked_into(sub_account_ids, source)
    ]
    bulk.insert(Refund, rows, unless_there=["entry_id", "source", "attempt"])


def resolve_hold(sub_account_id: int, *, into: Bucket, now: datetime) -> Yuan:
    """Apply or forfeit a whole deposit, once. A refund of it in flight makes the database refuse.

    Gives the amount; zero when nothing was held.
    """
    held = queries.balance(sub_account_id, Bucket.HELD)
    if held == ZERO:
        return ZERO
    ledger.move(
        held,
        sub_account_id=sub_account_id,
        source=Bucket.HELD,
        target=into,
        once=f"resolve:{sub_account_id}",
        reason=str(into),
        now=now,
    )
    return held
