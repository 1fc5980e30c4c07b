"""What an objection needs to know of a lot."""

from datetime import datetime

from django.db.models import F

from apps.listings import commands
from apps.listings.models import Listing
from apps.listings.names import NOTICE_END_DEADLINE
from apps.listings.queries import held, is_public, locked
from apps.listings.rules import why_not_object, why_not_suspend
from apps.listings.states import LABELS, ListingStatus
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import not_found, refuse
from kernel.objected import Objected, Standing


def _held(listing_id: int, by: Actor, now: datetime) -> Standing:
    listing = held(listing_id, now=now, by=by)
    if not is_public(listing):
        raise not_found("挂牌项目")
    book = listing.rules.parameters
    return Standing(
        case=listing.case,
        row=listing,
        status=listing.status,
        is_public=True,
        why_not=why_not_object(status=listing.state, notice_over=_is_notice_over(listing)),
        to_accept=deadlines.working_days(book.objection_accept_wd, daily_end=book.daily_end),
        to_decide=deadlines.working_days(book.objection_decide_wd, daily_end=book.daily_end),
        binds_at=_binds_at(listing),
        side_ids=tuple(each for each in (listing.seller_id, listing.counterparty_id) if each),
    )


def _binds_at(listing: Listing) -> datetime | None:
    """When what was announced takes its effect: the opening of bidding, or the end of the notice of an agreement."""
    if listing.state is not ListingStatus.ANNOUNCED:
        return None
    notice = deadlines.pending(kind=NOTICE_END_DEADLINE, case_id=listing.pk)
    return notice.due_at if notice is not None else listing.opens_at


def _is_notice_over(listing: Listing) -> bool:
    """Whether the notice of an agreement has run its time, though an objection still holds the agreement."""
    over = Deadline.objects.filter(
        kind=NOTICE_END_DEADLINE, case_id=listing.pk, status=DeadlineStatus.HANDLED
    )
    waits = deadlines.pending(kind=NOTICE_END_DEADLINE, case_id=listing.pk) is not None
    return listing.state is ListingStatus.ANNOUNCED and not waits and over.exists()


def _status_label(listing_id: int) -> str:
    return LABELS[Listing.objects.only("status").get(pk=listing_id).state]


def _count(listing_id: int, unanswered: int) -> None:
    Listing.objects.filter(pk=listing_id).update(
        unanswered_objections=F("unanswered_objections") + unanswered
    )


def _stop(listing_id: int, now: datetime) -> None:
    listing = locked(listing_id)
    refuse(why_not_suspend(status=listing.state))
    commands.suspend_by_system(
        listing, reason="异议处理期间中止交易", cause="objection", began_at=now, now=now
    )


OBJECTED = Objected(
    process="listing",
    noun="挂牌项目",
    office="交易机构",
    decided_by=Can.RUN_TRADES,
    held=_held,
    status_label=_status_label,
    count=_count,
    stop=_stop,
)
