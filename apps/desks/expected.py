"""Expected deposits (应缴保证金) on finance's desk: to which sub-account, how much, by when, and what has come.

Before a lot's close finance is told neither who applied to bid nor how many: the lot says what each applicant owes and
by when, and a sub-account only answers to its whole number, as a bank line or a caller gives it. Every look is on
record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from apps.desks import exports
from apps.desks.access import desk
from apps.desks.filters import DUE, DueDates, Filters, page_of, typed
from apps.listings.models import Listing
from apps.listings.queries import before_close, identities_hidden, visible_to
from apps.money.models import BankEntry
from apps.money.queries import DepositPosition, deposit_positions
from apps.parties.models import Organisation
from apps.parties.roles import Can
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.money import ZERO, Yuan
from kernel.sealing import seal
from kernel.sheets import LIMIT, YUAN, Column
from kernel.text import folded

_LOOK_BACK = timedelta(days=30)
"""Lots that closed longer ago owe no deposits any more."""
_MOST = 5_000
_PAGE = 40

STATES = {
    "missing": gettext_noop("未到账"),
    "uncounted": gettext_noop("已登记，待关闭对账单"),
    "short": gettext_noop("不足额"),
    "whole": gettext_noop("已足额"),
    "late": gettext_noop("截止未足额"),
}


@dataclass(frozen=True)
class Expected:
    """One deposit: what is owed to one sub-account, by when, what counts of it, what is only entered so far.

    `payer` is empty while who bids on the lot is nobody's business.
    """

    lot: Listing
    account: str
    payer: str
    amount: Yuan
    due_at: datetime | None
    arrived: Yuan
    uncounted: Yuan
    state: str

    @property
    def label(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def missing(self) -> Yuan:
        """What has still to come."""
        return max(self.amount - self.arrived - self.uncounted, ZERO)


@dataclass(frozen=True)
class LotOfDeposits:
    """The deposits of one lot on a page; of one before its close only those that were asked for by number."""

    lot: Listing
    rows: list[Expected]

    @property
    def hidden(self) -> bool:
        """Whether who applied, and how many, is still nobody's business."""
        return identities_hidden(self.lot)


_FILTERS = ("status", "lot", "due")


@require_safe
@desk(Can.BOOK_MONEY)
def expected(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Who owes what deposit, by lot, what is due soonest first; `as=xlsx` gives the same as a workbook."""
    filters = Filters.of(request, *_FILTERS)
    asked = _asked(request)
    every, cut = _all(by, filters, asked, now=now)
    found = _matching(every, filters, now=now)
    audit.record_look(
        verb="deposit.expect",
        by=by,
        now=now,
        subject=Organisation(pk=by.organisation_id),
        form="xlsx" if exports.wanted(request) else "page",
        accounts=str(len(asked)),
        asked_sealed=seal(",".join(asked)),
    )
    if exports.wanted(request):
        return _book(found, filters, cut=cut, by=by, now=now)
    page = page_of(found, request, size=_PAGE)
    running = [] if filters.status or asked or page.number > 1 else _running(by, filters, now=now)
    groups: dict[int, LotOfDeposits] = {lot.pk: LotOfDeposits(lot, []) for lot in running}
    for each in page.rows:
        groups.setdefault(each.lot.pk, LotOfDeposits(each.lot, [])).rows.append(each)
    context = {
        "groups": list(groups.values()),
        "page_of_rows": page,
        "filters": filters,
        "asked": " ".join(asked),
        "states": list(STATES.items()),
        "dues": list(DUE.items()),
        "most": _MOST if cut else 0,
        "owed": sum((each.amount for each in found), ZERO),
        "arrived": sum((each.arrived for each in found), ZERO),
        "missing": sum((each.missing for each in found), ZERO),
    }
    return render(request, "desks/expected.html", context)


_MOST_ASKED = 50
_LONGEST_NUMBER = 40


def _asked(request: HttpRequest) -> list[str]:
    """The sub-accounts that are asked for by their whole numbers."""
    given = typed(request, "account", most=_MOST_ASKED * _LONGEST_NUMBER)
    return [folded(each) for each in given.replace(",", " ").split()[:_MOST_ASKED]]


def _running(by: Actor, filters: Filters, *, now: datetime) -> list[Listing]:
    """Lots before their close: what each applicant owes and by when, and no more."""
    lots = visible_to(by).order_by("deposit_cutoff_at", "pk").filter(deposit_amount__isnull=False)
    lots = lots.filter(before_close(), announced_at__isnull=False)
    if filters.lot:
        lots = lots.filter(Q(title__icontains=filters.lot) | Q(number__icontains=filters.lot))
    if filters.due in DUE:
        lots = lots.filter(DueDates.at(now).between(filters.due, "deposit_cutoff_at"))
    return list(lots.select_related("seller__region")[:_PAGE])


def _all(by: Actor, filters: Filters, asked: list[str], *, now: datetime) -> tuple[list[Expected], bool]:
    """The deposits of the lots, and whether there are more than can be counted at once."""
    lots = visible_to(by).order_by().filter(deposit_amount__isnull=False, announced_at__isnull=False)
    lots = lots.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=now - _LOOK_BACK))
    if filters.lot:
        lots = lots.filter(Q(title__icontains=filters.lot) | Q(number__icontains=filters.lot))
    applied = Registration.objects.filter(listing__in=lots.values("pk"))
    if asked:
        applied = applied.filter(sub_account__number__in=asked)
    else:
        applied = applied.exclude(before_close("listing__"))
    rows = list(
        applied.exclude(status=RegistrationStatus.REJECTED)
        .select_related("listing__seller__region", "organisation", "sub_account")
        .order_by("-listing__deposit_cutoff_at", "pk")[: _MOST + 1]
    )
    rows, cut = rows[:_MOST], len(rows) > _MOST
    accounts = [each.sub_account_id for each in rows]
    positions = deposit_positions(accounts)
    waiting = dict(
        BankEntry.objects.filter(sub_account_id__in=accounts, counted__isnull=True)
        .order_by()
        .values_list("sub_account_id")
        .annotate(total=Sum("amount"))
    )
    made = [
        _expected(each, positions[each.sub_account_id], waiting.get(each.sub_account_id, ZERO), now=now)
        for each in rows
    ]
    # Running lots first, the soonest due first; within a lot by the sub-account's number, which tells nothing of who
    # came first.
    made.sort(key=lambda each: _place(each, now=now))
    return made, cut


def _place(each: Expected, *, now: datetime) -> tuple[bool, float, int, str]:
    due = each.due_at.timestamp() if each.due_at else 0.0
    over = each.due_at is not None and each.due_at <= now and each.state in ("whole", "late")
    return over, -due if over else due, each.lot.pk, each.account


def _expected(
    registration: Registration, position: DepositPosition, uncounted: Yuan, *, now: datetime
) -> Expected:
    lot = registration.listing
    amount = lot.deposit_amount or ZERO
    return Expected(
        lot=lot,
        account=registration.sub_account.number,
        payer="" if identities_hidden(lot) else registration.organisation.name,
        amount=amount,
        due_at=lot.deposit_cutoff_at,
        arrived=position.received,
        uncounted=uncounted,
        state=_state(amount, position.received, uncounted, due_at=lot.deposit_cutoff_at, now=now),
    )


def _state(amount: Yuan, arrived: Yuan, uncounted: Yuan, *, due_at: datetime | None, now: datetime) -> str:
    if arrived >= amount:
        return "whole"
    if arrived + uncounted >= amount:
        return "uncounted"
    if due_at is not None and due_at <= now:
        return "late"
    return "short" if arrived + uncounted > ZERO else "missing"


def _matching(rows: list[Expected], filters: Filters, *, now: datetime) -> list[Expected]:
    if filters.status in STATES:
        rows = [each for each in rows if each.state == filters.status]
    if filters.due in DUE:
        dates = DueDates.at(now)
        if filters.due == "overdue":
            return [each for each in rows if each.due_at is not None and each.due_at <= now]
        end = dates.day if filters.due == "today" else dates.week
        return [each for each in rows if each.due_at is not None and now < each.due_at <= end]
    return rows


def _book(rows: list[Expected], filters: Filters, *, cut: bool, by: Actor, now: datetime) -> HttpResponse:
    columns = (
        Column("项目编号", "", 24), Column("项目名称", "", 36), Column("子账户", "", 26), Column("竞买人", "", 28),
        Column("应缴（元）", YUAN, 18), Column("缴纳截止", LIMIT, 18), Column("已到账（元）", YUAN, 18),
        Column("已登记待关账（元）", YUAN, 18), Column("尚缺（元）", YUAN, 18), Column("状态", "", 22),
    )  # fmt: skip
    cells = [
        [
            str(each.lot), each.lot.title, each.account, each.payer or "竞价截止前不显示", each.amount, each.due_at,
            each.arrived, each.uncounted, each.missing, each.label,
        ]
        for each in rows
    ]  # fmt: skip
    return exports.workbook(
        "应缴保证金",
        exports.table("应缴保证金", columns, cells),
        by=by,
        now=now,
        filters=Filters(lot=filters.lot, due=filters.due, q=STATES.get(filters.status, "")),
        note=(f"仅计入缴纳截止最晚的{_MOST}笔，请按项目分次导出。" if cut else "")
        + "竞价截止前不显示竞买人。本表含有未公开的信息，请勿外传；每次查看和导出均记入审计记录。",
    )
