"""Money that matches nothing, and whether books and bank agree: desks of finance, the centre and supervision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.payouts import waiting_refunds
from apps.desks.queue import refunds_here
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.record import first_hidden_arrival, hidden_listings, past_the_close, without_balances
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.money.gate import here, province_of
from apps.money.models import Exceptional, Refund, Statement, SubAccount
from apps.money.names import REFUND_RELEASE
from apps.money.reconcile import Comparison, Finding, comparisons, findings, positions
from apps.parties.queries import offices
from apps.parties.roles import Can
from apps.stages.qualification.models import Registration
from kernel.access.models import Preparation
from kernel.actors import Actor
from kernel.clock import written
from kernel.text import folded

_STATES = ("open", "prepared", "returned")


@dataclass(frozen=True)
class Suggestion:
    """Where money may have been meant to go: a sub-account that waits for such an amount or from such a payer."""

    why: str
    account: SubAccount
    listing: Listing | None


@dataclass(frozen=True)
class Unmatched:
    """One entry of the exceptions list: why it is there, where its return stands, and what it may have been for."""

    exceptional: Exceptional
    refund: Refund | None
    listing: Listing | None
    names_payer: bool
    prepared: bool
    suggestions: list[Suggestion]


@require_safe
@desk(Can.SEE_UNMATCHED_MONEY)
def unmatched(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Money on the exceptions list. It is returned to where it came from; the rules do not let it be kept."""
    state = request.GET.get("state", "open")
    found = _exceptions(by)
    if state == "open":
        waits = Q(held=True, decided_at=None)
        found = found.filter(waits | Q(entry__refunds__source="suspense", entry__refunds__released_at=None))
    elif state == "returned":
        found = found.filter(entry__refunds__source="suspense", entry__refunds__released_at__isnull=False)
    text = request.GET.get("q", "").strip()[:60].replace("\x00", "")
    if text:
        named = Q(entry__reference__icontains=text) | Q(sentence__icontains=text)
        payer = Q(entry__payer_name__icontains=text, entry__sub_account__isnull=False)
        payer &= ~Q(entry__sub_account__case_id__in=hidden_listings().values("pk"))
        found = found.filter(named | payer if by.can(Can.BOOK_MONEY) else named)
    if exports.wanted(request):
        rows = list(found.order_by("-id")[: exports.ROWS_READ])
        hidden = set(hidden_listings().values_list("pk", flat=True))
        known = {
            each.pk
            for each in rows
            if each.entry.sub_account is not None and each.entry.sub_account.case_id not in hidden
        }
        table = books.unmatched(rows, names_payer=known, full=by.can(Can.BOOK_MONEY))
        return exports.workbook("未匹配款项", table, by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-id")[: PAGE + 1])
    context = {
        "rows": _gathered(rows[:PAGE], by=by),
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "state": state,
        "text": text,
        "may_act": by.can(Can.BOOK_MONEY),
    }
    return render(request, "desks/money.html", context)


def _exceptions(by: Actor) -> QuerySet[Exceptional]:
    """Those of the actor's province; for others than finance none of a lot before its close."""
    found = Exceptional.objects.filter(here(by, path="entry__province"))
    found = found.select_related("entry__sub_account__organisation")
    if by.can(Can.BOOK_MONEY):
        return found
    return found.exclude(entry__sub_account__case_id__in=hidden_listings().values("pk"))


def _gathered(rows: list[Exceptional], *, by: Actor) -> list[Unmatched]:
    refunds = {
        each.entry_id: each
        for each in Refund.objects.filter(
            entry__in=[row.entry_id for row in rows], source="suspense"
        ).select_related("entry__sub_account")
    }
    prepared = waiting_refunds(refunds.values(), by=by)
    ids = [row.entry.sub_account.case_id for row in rows if row.entry.sub_account]
    listings = Listing.objects.in_bulk(ids)
    suggested = _suggestions(rows, by=by) if by.can(Can.BOOK_MONEY) else {}
    hidden = set(hidden_listings().filter(pk__in=ids).values_list("pk", flat=True))
    gathered = []
    for row in rows:
        account, refund = row.entry.sub_account, refunds.get(row.entry_id)
        gathered.append(
            Unmatched(
                exceptional=row,
                refund=refund,
                listing=listings.get(account.case_id) if account else None,
                names_payer=account is not None and account.case_id not in hidden,
                prepared=refund is not None and refund.pk in prepared,
                suggestions=suggested.get(row.pk, []),
            )
        )
    return gathered


def _suggestions(rows: Iterable[Exceptional], *, by: Actor) -> dict[int, list[Suggestion]]:
    """For money that names no known account: deposits still owed of that amount, and applicants of the payer's name.

    Of lots whose bidders are still nobody's business it leads to none: it would name those who apply to bid.
    """
    lost = [row for row in rows if row.entry.sub_account_id is None]
    if not lost:
        return {}
    amounts = [row.entry.amount for row in lost]
    names = [folded(row.entry.payer_name) for row in lost]
    owed = (
        Registration.objects.filter(
            certificate__isnull=True, listing__in=visible_to(by).order_by().values("pk")
        )
        .exclude(listing__in=hidden_listings().values("pk"))
        .filter(Q(listing__deposit_amount__in=amounts) | Q(organisation__name_key__in=names))
        .select_related("listing", "sub_account__organisation", "organisation")
        .order_by("-id")[:200]
    )
    found: dict[int, list[Suggestion]] = {}
    for row in lost:
        for each in owed:
            same_amount = each.listing.deposit_amount == row.entry.amount
            same_payer = each.organisation.name_key == folded(row.entry.payer_name)
            if same_payer or same_amount:
                why = (
                    gettext_noop("同一付款人、同一金额")
                    if same_amount and same_payer
                    else gettext_noop("同一付款人")
                    if same_payer
                    else gettext_noop("同一金额")
                )
                found.setdefault(row.pk, []).append(Suggestion(why, each.sub_account, each.listing))
    return {pk: sorted(each, key=lambda one: -len(one.why))[:3] for pk, each in found.items()}


@require_safe
@desk(Can.SEE_MONEY)
def reconciliation(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Every sub-account's sum, statements beside the ledger, the three alarms, and refunds in the making.

    An account names its bidder: those of lots before the close are shown to nobody.
    """
    lots = visible_to(by).order_by().exclude(pk__in=hidden_listings().values("pk"))
    accounts = SubAccount.objects.filter(case_id__in=lots.values("pk")).select_related("organisation")
    if exports.wanted(request):
        each_account = list(accounts.order_by("-id")[: exports.ROWS_READ])
        lots_of = Listing.objects.in_bulk({each.case_id for each in each_account})
        table = books.positions((each, lots_of.get(each.account.case_id)) for each in positions(each_account))
        return exports.workbook("资金核对", table, by=by, now=now)
    last = before(request)
    if last is not None:
        accounts = accounts.filter(pk__lt=last)
    rows = list(accounts.order_by("-id")[: PAGE + 1])
    compared = comparisons(province=province_of(by))
    found = findings(now=now, province=province_of(by), compared=compared)
    if not by.can(Can.BOOK_MONEY):
        found = _without_sums(found, by=by)
    told = compared if by.can(Can.BOOK_MONEY) else _past_the_close(compared)
    listings = Listing.objects.in_bulk([each.case_id for each in rows])
    refunds = Refund.objects.filter(refunds_here(by))
    context = {
        "findings": found,
        "comparisons": told,
        "told_all": by.can(Can.BOOK_MONEY),
        "positions": [(each, listings.get(each.account.case_id)) for each in positions(rows[:PAGE])],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "refunds": refunds.aggregate(
            due=Count("pk", filter=Q(released_at=None)),
            released=Count("pk", filter=Q(released_at__isnull=False, sent_at=None)),
            sent=Count("pk", filter=Q(sent_at__isnull=False)),
        ),
        "prepared": _prepared(by),
    }
    return render(request, "desks/reconciliation.html", context)


def _past_the_close(compared: list[Comparison]) -> list[Comparison]:
    ids = [each.statement.pk for each in compared]
    kept = set(past_the_close(Statement.objects.filter(pk__in=ids)).values_list("pk", flat=True))
    told = [each for each in compared if each.statement.pk in kept]
    without_balances(each.statement for each in told)
    return told


def _without_sums(found: list[Finding], *, by: Actor) -> list[Finding]:
    """What is said of statements that hold money of a lot before its close: that it is so, and no sum."""
    since = first_hidden_arrival(province_of(by))
    return [
        Finding(
            each.alarm,
            f"截至{written(each.until)}的对账单与账面不符，竞价截止前不显示金额。",
            until=each.until,
        )
        if since is not None and each.until is not None and each.until >= since
        else each
        for each in found
    ]


def _prepared(by: Actor) -> int:
    """Refunds that one person made and nobody has checked yet."""
    asked = Preparation.objects.filter(act__startswith=REFUND_RELEASE, decided_at=None)
    offices_here = offices(Can.BOOK_MONEY, province=province_of(by))
    return asked.filter(organisation_id__in=[each.pk for each in offices_here]).count()
