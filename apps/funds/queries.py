"""What is in the ledger of proceeds, and who may see it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Replace

from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.funds.ledger import Source
from apps.funds.models import (
    Account,
    Allocation,
    Answer,
    Distribution,
    Entry,
    Finding,
    Movement,
    Payee,
    Receipt,
    Restitution,
    Reversal,
    Spending,
)
from apps.funds.payees import Paid, plain
from apps.funds.rules import Voucher, why_not_own_copy
from apps.funds.sources import refunds_buyers, terms_of
from apps.funds.states import BUCKET_LABELS, POOL, share_of
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that, role_called
from apps.rulebook.proceeds import Share
from kernel.actors import Actor
from kernel.cases.registry import process_called
from kernel.errors import Code, Refused, not_found, refuse
from kernel.money import ZERO, Yuan
from kernel.text import folded

Booking = Distribution | Spending | Restitution
"""What two persons of a county's finance book: each knows whose office they are of."""


BOOKINGS = ("distribution", "spending", "restitution")
"""The same, as a movement knows them."""
_MOST_LIKE = 20
_LINES = Prefetch("lines", Entry.objects.select_related("account").order_by("id"))


def within_reach(by: Actor, *, path: str = "holder") -> Q:
    """Rows of the holders that the actor books or audits: those of its county, those of an auditor's region."""
    reached = role_called(by.role).reach.prefix(by.region)
    if not by.can(Can.SEE_FUNDS) or reached is None:
        return Q(pk__in=[])
    return Q(**{f"{path}__region__code__startswith": reached})


def visible_to(by: Actor) -> QuerySet[Account]:
    """The accounts that the actor may know of, with their holder and source."""
    return Account.objects.filter(within_reach(by)).select_related("holder", "source")


def fund_for(fund_id: int, *, by: Actor) -> Account:
    """One account. Refuses: not_found, also for another county's."""
    found = visible_to(by).filter(pk=fund_id).first()
    if found is None:
        raise not_found("收益资金账目")
    return found


def pool_for(fund_id: int, *, by: Actor) -> Account:
    """A pool. Refuses: not_found, also for an account that is none."""
    found = fund_for(fund_id, by=by)
    if found.bucket != POOL:
        raise not_found("待分配收益")
    return found


def pool_of(found: Movement | Finding) -> Account:
    """The pool of the source of a movement or finding."""
    return Account.objects.get(holder_id=found.holder_id, source_id=found.source_id, bucket=POOL)


def source_of(found: Account | Movement | Finding) -> Source:
    """Whose proceeds of which case stand in an account, or were moved."""
    return Source(found.holder_id, found.source_id)


def source_title(found: Account | Movement | Finding) -> str:
    """What the case is called that proceeds come from: its number and title."""
    called = process_called(found.source.process).called([found.source_id])[found.source_id]
    return f"{called.number} {called.title}"


def source_titles(accounts: Collection[Account | Finding]) -> dict[int, str]:
    """What the cases of these accounts or findings are called, each by its key; one query a process."""
    by_process: dict[str, set[int]] = {}
    for each in accounts:
        by_process.setdefault(each.source.process, set()).add(each.source_id)
    found: dict[int, str] = {}
    for process, keys in by_process.items():
        called = process_called(process).called(keys)
        found |= {key: f"{each.number} {each.title}" for key, each in called.items()}
    return found


def movement_for(movement_id: int, *, by: Actor) -> Movement:
    """One movement, with what it was booked for. Refuses: not_found, also for another county's."""
    found = Movement.objects.filter(within_reach(by), pk=movement_id)
    movement = found.select_related("holder", "source", *BOOKINGS).prefetch_related(_LINES).first()
    if movement is None:
        raise not_found("收益资金记账")
    return movement


def movements_of(of: Source) -> QuerySet[Movement]:
    """Every movement of a source, the newest first, with its lines and what it was booked for."""
    found = Movement.objects.filter(holder_id=of.holder_id, source_id=of.case_id).order_by("-id")
    papers = ("reversal__attachment", "restitution__attachment")
    return found.select_related("reversed_by", *BOOKINGS, *papers).prefetch_related(_LINES)


def accounts_of(of: Source) -> list[Account]:
    """The accounts of a source, in the order in which pages show them."""
    places = list(BUCKET_LABELS)
    found = Account.objects.filter(holder_id=of.holder_id, source_id=of.case_id)
    return sorted(found, key=lambda each: places.index(each.bucket))


def movements_seen(by: Actor) -> QuerySet[Movement]:
    """The movements that the actor may know of, with their lines and what they were booked for."""
    found = Movement.objects.filter(within_reach(by)).select_related(
        "holder", "source", "reversed_by", *BOOKINGS
    )
    return found.prefetch_related(_LINES)


def payees_seen(by: Actor) -> QuerySet[Payee]:
    """The payees of payments that the actor may know of: the county's finance and its auditor alone."""
    if not by.can(Can.SEE_PAYEES):
        return Payee.objects.none()
    found = Payee.objects.filter(within_reach(by, path="spending__holder"))
    return found.select_related("spending")


def spending_for(movement_id: int, *, by: Actor) -> Spending:
    """The payment of a movement. Refuses: not_found, also another county's, and for what is no payment."""
    booking = booking_of(movement_for(movement_id, by=by))
    if not isinstance(booking, Spending):
        raise not_found("收益支出")
    return booking


def booking_of(movement: Movement) -> Booking | None:
    """What two persons booked by a movement; None for what came in by the system, and for a taking back."""
    found = (getattr(movement, each, None) for each in BOOKINGS)
    return next((each for each in found if each is not None), None)


def lines_of(movement: Movement) -> dict[str, Yuan]:
    """How a movement changed each bucket, as it was booked."""
    return {each.account.bucket: each.amount for each in movement.lines.all()}


def size_of(movement: Movement) -> Yuan:
    """How much a movement moved."""
    return sum((each.amount for each in movement.lines.all() if each.amount > ZERO), ZERO)


def is_reversed(movement: Movement) -> bool:
    """Whether a movement was taken back."""
    return Reversal.objects.filter(of=movement).exists()


def shares_of(case_id: int) -> tuple[Share, ...]:
    """Into what the money of a case is shared, by its own copy of the rules."""
    return terms_of(case_id).shares


def balance(bucket: str, *, of: Source) -> Yuan:
    """What stands in a bucket; zero where there is none."""
    found = Account.objects.filter(holder_id=of.holder_id, source_id=of.case_id, bucket=bucket)
    return found.values_list("balance", flat=True).first() or ZERO


def receipts_of(of: Source) -> QuerySet[Receipt]:
    """What came in of a source and was not taken back, the earliest first."""
    found = Receipt.objects.filter(
        movement__holder_id=of.holder_id, movement__source_id=of.case_id, taken_back_at=None
    )
    return found.order_by("id")


def arrivals_of(of: Source) -> list[datetime]:
    """When what stands or stood in the pool of a source arrived, the earliest booked first."""
    found = Allocation.objects.filter(movement__holder_id=of.holder_id, movement__source_id=of.case_id)
    rows: list[Receipt | Allocation] = [*receipts_of(of), *found]
    return [each.arrived_at for each in sorted(rows, key=lambda row: row.movement_id)]


def distributions_of(of: Source) -> QuerySet[Distribution]:
    """How a source was distributed, the earliest first."""
    found = Distribution.objects.filter(movement__holder_id=of.holder_id, movement__source_id=of.case_id)
    return found.order_by("id")


def count_of(reason: str, *, of: Source) -> int:
    """How often a source was moved for a reason."""
    return Movement.objects.filter(holder_id=of.holder_id, source_id=of.case_id, reason=reason).count()


def spent_by_plan_line(of: Source) -> dict[int, Yuan]:
    """What was spent and not taken back on each line of the plan of use of a source, by its number."""
    found = Spending.objects.filter(
        movement__holder_id=of.holder_id,
        movement__source_id=of.case_id,
        movement__reversed_by__isnull=True,
        plan_line__isnull=False,
    )
    rows = found.order_by("plan_line").values_list("plan_line").annotate(total=Sum("amount"))
    return {no: total for no, total in rows if no is not None}


def standing_spendings(of: Source, *, since: datetime, until: datetime) -> QuerySet[Spending]:
    """The payments of a source that were booked from `since` on and before `until`, and stood then, in their order."""
    found = Spending.objects.filter(
        movement__holder_id=of.holder_id, movement__source_id=of.case_id, at__gte=since, at__lt=until
    )
    stood = Q(movement__reversed_by__isnull=True) | Q(movement__reversed_by__at__gte=until)
    return found.filter(stood).order_by("movement_id")


def balances_before(of: Source, *, until: datetime, since: datetime | None = None) -> dict[str, Yuan]:
    """What stood in each bucket of a source just before an instant; with `since` how much it changed from then on."""
    found = Entry.objects.filter(
        movement__holder_id=of.holder_id, movement__source_id=of.case_id, movement__at__lt=until
    )
    if since is not None:
        found = found.filter(movement__at__gte=since)
    rows = found.order_by("account__bucket").values_list("account__bucket").annotate(total=Sum("amount"))
    return dict(rows)


def is_voucher_used(voucher_no: str, *, holder_id: int) -> bool:
    """Whether a holder's voucher stands in an earlier act, also in one that was taken back."""
    return Spending.objects.filter(holder_id=holder_id, voucher_key=folded(voucher_no)).exists()


def invoices_paid(vouchers: Iterable[Voucher]) -> set[Voucher]:
    """Which of these invoices some county has paid before, each by its payee, number and amount."""
    wanted = set(vouchers)
    found = Payee.objects.filter(
        payee_mark__in={mark for mark, _, _ in wanted}, invoice_key__in={key for _, key, _ in wanted}
    )
    return wanted & set(found.values_list("payee_mark", "invoice_key", "amount"))


def invoices_like(rows: Iterable[Paid], *, holder_id: int) -> list[Payee]:
    """What was paid of a holder's proceeds before on the same numbers of invoices, to whom ever, however punctuated.

    Of nobody else's: what another county paid is not this one's to read.
    """
    wanted = {plain(each.invoice_no) for each in rows if each.invoice_no}
    if not wanted:
        return []
    bare = Replace(Replace("invoice_key", Value("-"), Value("")), Value(" "), Value(""))
    found = (
        Payee.objects.filter(spending__holder_id=holder_id)
        .annotate(bare=bare)
        .filter(bare__in=wanted)
        .exclude(invoice_key="")
    )
    return list(found.select_related("spending__movement").order_by("id")[:_MOST_LIKE])


def payees_known(marks: Iterable[str], *, holder_id: int) -> set[str]:
    """Which of these payees were paid out of a holder's proceeds before."""
    found = Payee.objects.filter(spending__holder_id=holder_id, payee_mark__in=list(marks))
    return set(found.values_list("payee_mark", flat=True))


_WITH_COPIES: tuple[type[Spending | Restitution | Reversal | Answer], ...] = (
    *(Spending, Restitution, Reversal),
    Answer,
)
"""Bookings, and answers to auditors, that each stand on a paper of their own."""


def restitutions_of(of: Source) -> QuerySet[Restitution]:
    """What was given back of a source and stands, in its order."""
    found = Restitution.objects.filter(movement__source_id=of.case_id, movement__holder_id=of.holder_id)
    return found.filter(movement__reversed_by__isnull=True).order_by("id")


def takes_back(recipient: str, *, pool: Account) -> bool:
    """Whether money may be given back to one of this name: the finance of the holder's province; who may buy there,
    where buyers have paid."""
    holder = pool.holder
    paid = (Can.BUY,) if refunds_buyers(pool.source_id) else ()
    kinds = kinds_that(Can.BOOK_MONEY, *paid)
    found = Organisation.objects.filter(
        region__code__startswith=holder.region_id[:2], name_key=folded(recipient), kind__in=kinds
    )
    return found.exclude(pk=holder.pk).exists()


def voucher_copy(attachment_id: int, *, case_id: int, by: Actor) -> Attachment:
    """A voucher's copy that the actor's office, and not its releaser, has handed in.

    Refuses: missing_document, same_person, voucher_used.
    """
    found = vouchers_of(case_id, by=by).filter(pk=attachment_id).first()
    if found is None:
        raise Refused.because(
            Code.MISSING_DOCUMENT,
            "缺少《收益支出凭证》，请在本收益的页面上传凭证扫描件后选择。",
            missing=str(AttachmentKind.FUND_VOUCHER),
        )
    refuse(why_not_own_copy(own=found.uploaded_by_id == by.person_id and not by.dry_run))
    if any(each.objects.filter(attachment__sha256=found.sha256).exists() for each in _WITH_COPIES):
        raise Refused.because(
            Code.VOUCHER_USED, f"凭证扫描件“{found.name}”已用于另一笔记账或答复，请上传本次的凭证。"
        )
    return found


def vouchers_of(case_id: int, *, by: Actor) -> QuerySet[Attachment]:
    """The vouchers' copies of the actor's office on a case, the oldest first."""
    found = Attachment.objects.filter(
        case_id=case_id, organisation_id=by.organisation_id, kind=AttachmentKind.FUND_VOUCHER
    )
    return found.order_by("id")


def vouchers_left(case_id: int, *, by: Actor) -> QuerySet[Attachment]:
    """Those of them that no booking and no answer names yet, the newest first."""
    found = vouchers_of(case_id, by=by).order_by("-id")
    for each in _WITH_COPIES:
        used = each.objects.filter(attachment__case_id=case_id, attachment__isnull=False)
        found = found.exclude(pk__in=used.order_by().values("attachment"))  # type: ignore[misc]  # one of four tables
    return found


def booked_in_the_place_of(case_id: int, purse: str) -> Receipt | None:
    """A receipt of a lot that stands although its remittance was sent back by the bank: its money is owed anew."""
    found = Receipt.objects.filter(
        remittance__case_id=case_id,
        remittance__purse=purse,
        remittance__rejected_at__isnull=False,
        taken_back_at=None,
    )
    return found.order_by("-id").first()


def finance_of(holder: Organisation) -> Organisation | None:
    """The finance office of the holder's county; None where none is registered."""
    found = Organisation.objects.filter(
        kind__in=kinds_that(Can.BOOK_FUNDS), region_id=holder.region_id, active=True
    )
    return found.order_by("id").first()


def pools_in_hand(by: Actor) -> QuerySet[Account]:
    """The pools of the actor's office that wait to be distributed, or of whose shares `unspent` is left, the oldest
    first.
    """
    same = Account.objects.filter(holder_id=OuterRef("holder_id"), source_id=OuterRef("source_id")).order_by()
    left = same.filter(bucket__startswith=share_of("")).values("source_id").annotate(total=Sum("balance"))
    pools = visible_to(by).filter(bucket=POOL).annotate(unspent=Subquery(left.values("total")))
    return pools.filter(Q(balance__gt=0) | Q(unspent__gt=0)).order_by("id")


def pools_seen(by: Actor) -> QuerySet[Account]:
    """One pool a source that the actor may know of, the newest first."""
    return visible_to(by).filter(bucket=POOL).order_by("-id")


def beside(pools: Collection[Account]) -> dict[tuple[int, int], dict[str, Account]]:
    """The accounts of the sources of these pools, by holder and case, then by bucket; one query."""
    found: dict[tuple[int, int], dict[str, Account]] = {
        (each.holder_id, each.source_id): {} for each in pools
    }
    for each in Account.objects.filter(source_id__in={pool.source_id for pool in pools}).order_by("id"):
        if (each.holder_id, each.source_id) in found:
            found[each.holder_id, each.source_id][each.bucket] = each
    return found


def balances_by_holder() -> dict[int, dict[str, Yuan]]:
    """What each holder has in each bucket that is not empty, over all its sources."""
    found: dict[int, dict[str, Yuan]] = {}
    rows = Account.objects.exclude(balance=ZERO).order_by("holder_id", "bucket")
    for holder_id, bucket, total in rows.values_list("holder_id", "bucket").annotate(total=Sum("balance")):
        found.setdefault(holder_id, {})[bucket] = total
    return found
