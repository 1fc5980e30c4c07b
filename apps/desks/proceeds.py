"""What a seller's lots brought (款项): received, held back, remitted, when and into which account."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.views import PAGE, before, next_page
from apps.listings.models import Listing
from apps.money.models import Remittance
from apps.money.queries import held_back_of, remittances_of
from apps.parties.roles import Can
from apps.stages.contract.models import Contract
from apps.stages.payment.queries import price_account
from kernel.actors import Actor
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class Proceeds:
    """One deal's money, as its seller is to know it."""

    listing: Listing
    contract: Contract
    received: Yuan
    late_fee: Yuan
    held_back: Yuan
    orders: list[Remittance]


@require_safe
@desk(Can.SELL)
def proceeds(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The deals of the own lots, the newest first, with what has reached the own account."""
    found = Contract.objects.filter(
        listing__seller_id=by.organisation_id, effective_at__isnull=False
    ).select_related("listing", "winner", "fiscal_account")
    if exports.wanted(request):
        rows = list(found.order_by("-id")[: exports.ROWS_READ])
        return exports.workbook("款项", books.proceeds(_of(each, now=now) for each in rows), by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-id")[: PAGE + 1])
    context = {
        "rows": [_of(each, now=now) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
    }
    return render(request, "desks/proceeds.html", context)


def _of(contract: Contract, *, now: datetime) -> Proceeds:
    listing = contract.listing
    account = price_account(listing, now=now)
    deposit = listing.deposit_amount or ZERO
    return Proceeds(
        listing=listing,
        contract=contract,
        received=(account.paid if account else ZERO) + deposit,
        late_fee=account.late_fee if account else ZERO,
        held_back=held_back_of(listing.pk),
        orders=list(remittances_of(listing.pk).exclude(purse="forfeited")),
    )
