"""Publishing announcements (交易公告) and supplements (补充公告)."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.kinds.trade import TradeForm
from apps.listings import commands as listings
from apps.listings import guidance
from apps.listings.models import Listing
from apps.listings.names import (
    BIDDING_CLOSE_DEADLINE,
    BIDDING_OPEN_DEADLINE,
    NOTICE_END_DEADLINE,
    REGISTRATION_CLOSE_DEADLINE,
)
from apps.listings.queries import held, locked, promised_facts
from apps.listings.rules import (
    ceiling,
    deposit,
    least_increment,
    starting_total,
    why_not_form,
    why_not_price,
    why_not_term,
)
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.rulebook.queries import in_force_or_never, rules_of
from apps.rulebook.subjects import traded_under
from apps.stages.announcement import rules
from apps.stages.announcement.events import AnnouncementAmended, ListingAnnounced
from apps.stages.announcement.models import Announcement, PortalNote, Supplement
from apps.stages.announcement.names import (
    ANNOUNCEMENT_AMEND,
    ANNOUNCEMENT_NOTE_PORTAL,
    ANNOUNCEMENT_PUBLISH,
    PORTAL_CHECK_DEADLINE,
    PORTAL_NOTE_DEADLINE,
)
from apps.stages.announcement.rules import Timetable
from kernel import clock, entropy
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import Unit
from kernel.errors import Code, Refused, refuse
from kernel.events import emit
from kernel.money import ZERO
from kernel.sealing import seal


@transaction.atomic
def publish(
    *,
    listing_id: int,
    by: Actor,
    now: datetime,
    registration_closes: datetime | None = None,
    bidding_opens: datetime | None = None,
    bidding_closes: datetime | None = None,
    deposit_cutoff: datetime | None = None,
    contact: str = "",
) -> Announcement:
    """Announce an approved lot: its facts are frozen and it gets its own copy of the rules in force.

    The deposit cut-off is the opening of bidding unless an earlier one is given; what nobody bids for has no moments.
    One person prepares, another
    releases. Refuses: not_permitted, same_person, wrong_status, rule_expired, announcement_too_short, too_early,
    invalid (also a sealed reserve price out of the reach of the bids), price_out_of_guidance.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=ANNOUNCEMENT_PUBLISH, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    _take_rules(listing, now=now)
    listings.refuse_reduced(listing)
    given = (registration_closes, deposit_cutoff, bidding_opens, bidding_closes)
    refuse(rules.why_not_moments(*given, trade=listing.trade))
    if registration_closes is not None and bidding_opens is not None:
        timetable = Timetable(
            registration_closes,
            deposit_cutoff or bidding_opens,
            bidding_opens,
            bidding_closes or first_close(listing, opens_at=bidding_opens),
        )
        _check(listing, timetable, now=now)
        _set_moments(listing, timetable)
    _fix_amounts(listing)
    secret = entropy.token(32, purpose=f"draw:{listing.number}").hex()
    listings.advance(
        listing, ListingStatus.ANNOUNCED, now=now, announced_at=now, contact=contact or listing.contact
    )
    facts = frozen_facts(listing)
    made = Announcement.objects.create(
        listing=listing,
        published_at=now,
        published_by_id=by.person_id,
        facts=facts,
        facts_sha256=access.digest(facts),
        draw_commitment=hashlib.sha256(bytes.fromhex(secret)).hexdigest(),
        sealed_draw_secret=seal(secret),
    )
    _expect_portal(listing, now=now)
    audit.record(
        verb=ANNOUNCEMENT_PUBLISH,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after={"facts_sha256": made.facts_sha256},
    )
    emit(ListingAnnounced(listing_id=listing_id, announcement_id=made.pk, now=now))
    return made


def _take_rules(listing: Listing, *, now: datetime) -> None:
    refuse(rules.why_not_announce(status=listing.state))
    book = in_force_or_never(province=listing.province, subject=traded_under(listing.quota_class), now=now)
    if book is None:
        raise Refused.because(
            Code.INVALID, "本省尚无已批准的交易规则，不能发布公告。", province=listing.province
        )
    refuse(why_not_form(form=TradeForm(listing.form), rules=rules_of(book).parameters))
    if listing.promised is not None:
        refuse(why_not_term(days=listing.promised.days, rules=rules_of(book).parameters))
    listing.rules_copy = rules_of(book).as_json() | guidance.prices_now(listing, now=now)
    refuse(guidance.why_not_prices(listing, listing.rules_copy))


def _check(listing: Listing, timetable: Timetable, *, now: datetime) -> None:
    book = listing.rules.parameters
    refuse(
        rules.why_not_timetable(
            timetable=timetable,
            earliest_registration_close=earliest_registration_close(listing, now=now),
            earliest_opening=earliest_opening(listing, timetable.registration_closes_at),
            rules=book,
            rounds=listing.trade.rounds_from_opening,
        )
    )
    refuse(
        why_not_price(
            starting_price=listing.starting_price,
            unit=listing.unit,
            increment=listing.increment,
            named_ceiling=listing.named_ceiling,
            reserve=None,
            rules=book,
        )
    )


def first_close(listing: Listing, *, opens_at: datetime) -> datetime:
    """When a session of rounds that begins at `opens_at` closes if nobody bids: with its first round."""
    return opens_at + timedelta(minutes=listing.rules.parameters.timed_bidding.round_minutes)


def notice_period(listing: Listing) -> deadlines.Period:
    """How long an agreement is on the portal before it takes effect (协议公示)."""
    book = listing.rules.parameters
    return deadlines.calendar_days(book.agreement_notice_days, daily_end=book.daily_end)


def earliest_registration_close(listing: Listing, *, now: datetime) -> datetime:
    """When registration may close at the earliest, if announced (or supplemented) at `now`."""
    book = listing.rules.parameters
    unit = Unit.WORKING_DAYS if book.announcement_min.unit == "wd" else Unit.CALENDAR_DAYS
    period = deadlines.Period(unit, book.announcement_min.days, book.daily_end)
    return deadlines.end_of(period, triggered_at=now).at


def earliest_opening(listing: Listing, registration_closes_at: datetime) -> datetime:
    """When bidding may open at the earliest after registration closes, so that every application is decided."""
    book = listing.rules.parameters
    period = deadlines.working_days(book.qualification_wd, daily_end=book.daily_end)
    return deadlines.end_of(period, triggered_at=registration_closes_at).at


def _fix_amounts(listing: Listing) -> None:
    book = listing.rules.parameters
    listing.starting_total = starting_total(at_start=listing.total(listing.starting_price), rules=book)
    if not listing.trade.has("bidding"):
        listing.deposit_amount = ZERO
        return
    listing.increment = listing.increment or least_increment(
        starting_price=listing.starting_price, unit=listing.unit, rules=book
    )
    named = ceiling(starting_price=listing.starting_price, named=listing.named_ceiling, rules=book)
    listing.ceiling = guidance.cap(listing, named)
    listing.deposit_amount = deposit(starting_total=listing.starting_total, rules=book)


def _set_moments(listing: Listing, timetable: Timetable) -> None:
    listing.registration_closes_at = timetable.registration_closes_at
    listing.deposit_cutoff_at = timetable.deposit_cutoff_at
    listing.opens_at = timetable.opens_at
    listing.closes_at = timetable.closes_at
    listing.listing_period_ends_at = (
        timetable.opens_at if listing.trade.rounds_from_opening else timetable.closes_at
    )


def frozen_facts(listing: Listing) -> dict[str, Any]:
    """What an announcement fixes, as plain values."""
    names = ("registration_closes_at", "deposit_cutoff_at", "opens_at", "closes_at")
    stated = [(name, getattr(listing, name)) for name in names]
    moments = {name: clock.iso(at) for name, at in stated if at is not None}
    if listing.counterparty is not None:
        moments |= {"counterparty": listing.counterparty.name, "pairing": str(listing.pairing_id)}
    return {
        "number": listing.number,
        "seller": listing.seller.name,
        **listing.quantities.as_strings(),
        **promised_facts(listing),
        "form": listing.form,
        "grade": listing.grade,
        "starting_price": str(listing.starting_price),
        "price_unit": listing.price_unit,
        "increment": str(listing.increment) if listing.increment is not None else None,
        "ceiling": str(listing.ceiling) if listing.ceiling is not None else None,
        "has_reserve": listing.has_reserve,
        "starting_total": str(listing.starting_total),
        "deposit": str(listing.deposit_amount),
        "contact": listing.contact,
        **moments,
        "rules": listing.rules_copy,
    }


@transaction.atomic
def amend(
    *,
    listing_id: int,
    text: str,
    by: Actor,
    now: datetime,
    registration_closes: datetime | None = None,
    bidding_opens: datetime | None = None,
    bidding_closes: datetime | None = None,
    deposit_cutoff: datetime | None = None,
    contact: str = "",
) -> Supplement:
    """Publish a supplement on the same channel; dates move out where less than the least announcement would remain.

    One person prepares, another releases. Refuses: not_permitted, same_person, wrong_status, suspended, too_late
    (registration has closed), too_early, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=ANNOUNCEMENT_AMEND, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    refuse(
        rules.why_not_amend(
            status=listing.state,
            trade=listing.trade,
            registration_closes_at=listing.registration_closes_at or now,
            now=now,
            text=text,
        )
    )
    current, rounds = timetable_of(listing), listing.trade.rounds_from_opening
    opens_at = bidding_opens or current.opens_at
    refuse(rules.why_not_closing(given=bidding_closes if rounds else current.closes_at, rounds=rounds))
    wanted = Timetable(
        registration_closes or current.registration_closes_at,
        deposit_cutoff or (bidding_opens if bidding_opens is not None else current.deposit_cutoff_at),
        opens_at,
        bidding_closes or (first_close(listing, opens_at=opens_at) if rounds else current.closes_at),
    )
    earliest = earliest_registration_close(listing, now=now)
    moved = rules.moved_out(wanted=wanted, earliest_registration_close=earliest)
    moved = rules.opened_from(moved, earliest_opening=earliest_opening(listing, moved.registration_closes_at))
    _check(listing, moved, now=now)
    return _publish_supplement(listing, moved, text=text, contact=contact, by=by, now=now)


def timetable_of(listing: Listing) -> Timetable:
    """The announced moments as they stand. A listing that was never announced is a programming error."""
    moments = (listing.registration_closes_at, listing.deposit_cutoff_at, listing.opens_at, listing.closes_at)
    known = [moment for moment in moments if moment is not None]
    if len(known) != len(moments):
        raise ValueError(f"{listing} was never announced")
    return Timetable(*known)


def _publish_supplement(
    listing: Listing, timetable: Timetable, *, text: str, contact: str, by: Actor, now: datetime
) -> Supplement:
    before = frozen_facts(listing)
    _set_moments(listing, timetable)
    listing.contact = contact or listing.contact
    listing.save()
    after = frozen_facts(listing)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    for kind, moment in (
        (PORTAL_CHECK_DEADLINE, timetable.registration_closes_at),
        (REGISTRATION_CLOSE_DEADLINE, timetable.registration_closes_at),
        (BIDDING_OPEN_DEADLINE, timetable.opens_at),
        (BIDDING_CLOSE_DEADLINE, timetable.closes_at),
    ):
        row = deadlines.pending(kind=kind, case_id=listing.pk)
        if row is not None:
            deadlines.move(row, due_at=moment, reason="补充公告", now=now)
    made = Supplement.objects.create(
        listing=listing, text=text, changes=changes, published_at=now, published_by_id=by.person_id
    )
    listings.announce_change(listing, now=now)
    audit.record(
        verb=ANNOUNCEMENT_AMEND,
        by=by,
        now=now,
        case_id=listing.pk,
        subject=made,
        after={"changes": changes},
    )
    emit(AnnouncementAmended(listing_id=listing.pk, supplement_id=made.pk, now=now))
    return made


# --- the provincial authority's portal ---

_NO_PORTAL = "portal"
"""Why the system stops a lot that the provincial authority's portal does not show."""


def _expect_portal(listing: Listing, *, now: datetime) -> None:
    """The portal's publication is to be noted soon, and looked for when registration would close."""
    book = listing.rules.parameters
    if not book.portal_required:
        return
    looked_at = listing.registration_closes_at
    if looked_at is None:
        looked_at = deadlines.end_of(notice_period(listing), triggered_at=now).at
    period = deadlines.working_days(book.portal_note_wd, daily_end=book.daily_end)
    deadlines.start(kind=PORTAL_NOTE_DEADLINE, case_id=listing.pk, triggered_at=now, period=period)
    deadlines.set_at(kind=PORTAL_CHECK_DEADLINE, case_id=listing.pk, due_at=looked_at, now=now)


@transaction.atomic
def note_portal(
    *,
    listing_id: int,
    address: str,
    published_at: datetime,
    screenshot_sha256: str,
    by: Actor,
    now: datetime,
) -> PortalNote:
    """Note that the provincial authority's portal shows the announcement, where and since when (S002 (一)3, 7).

    The period of notice counts from the later of both publications: where too little of it would remain, the dates
    move out as by a supplement. A lot that stood still for want of it goes on. One person prepares, another releases.
    Refuses: not_permitted, same_person, wrong_status, duplicate_request, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=ANNOUNCEMENT_NOTE_PORTAL, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    refuse(
        rules.why_not_note(
            status=listing.state,
            waits_for_portal=listing.suspensions.filter(ended_at=None, cause=_NO_PORTAL).exists(),
            noted=PortalNote.objects.filter(listing=listing).exists(),
            published_at=published_at,
            now=now,
        )
    )
    made = PortalNote.objects.create(
        listing=listing,
        address=address,
        published_at=published_at,
        screenshot_sha256=screenshot_sha256.lower(),
        noted_at=now,
        noted_by_id=by.person_id,
    )
    deadlines.meet(kind=PORTAL_NOTE_DEADLINE, case_id=listing_id, at=now)
    deadlines.cancel(kind=PORTAL_CHECK_DEADLINE, case_id=listing_id)
    listings.resume_by_system(listing, cause=_NO_PORTAL, now=now)
    audit.record(
        verb=ANNOUNCEMENT_NOTE_PORTAL,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after={"address": address, "published_at": clock.iso(published_at), "sha256": made.screenshot_sha256},
    )
    _count_from_portal(listing, published_at, by=by, now=now)
    return made


def _count_from_portal(listing: Listing, published_at: datetime, *, by: Actor, now: datetime) -> None:
    """Move the dates out where the period of notice, counted from the later publication, would be too short."""
    if listing.state is not ListingStatus.ANNOUNCED or listing.announced_at is None:
        return
    if not listing.trade.has("bidding"):
        _notice_from_portal(listing, max(listing.announced_at, published_at), now=now)
        return
    current = timetable_of(listing)
    earliest = earliest_registration_close(listing, now=max(listing.announced_at, published_at))
    moved = rules.moved_out(wanted=current, earliest_registration_close=earliest)
    moved = rules.opened_from(moved, earliest_opening=earliest_opening(listing, moved.registration_closes_at))
    if moved != current:
        text = "省级自然资源主管部门门户发布晚于本平台，公告期自较晚者起算，各项时间相应顺延。"
        _publish_supplement(listing, moved, text=text, contact="", by=by, now=now)


def _notice_from_portal(listing: Listing, published_at: datetime, *, now: datetime) -> None:
    """The notice of an agreement counts from the later publication as well."""
    running = deadlines.pending(kind=NOTICE_END_DEADLINE, case_id=listing.pk)
    ends_at = deadlines.end_of(notice_period(listing), triggered_at=published_at).at
    if running is not None and ends_at > running.due_at:
        deadlines.move(running, due_at=ends_at, reason="公示期自较晚发布者起算", now=now)


def check_portal(deadline: Deadline, now: datetime) -> None:
    """Registration would close: a lot that the portal does not show stands still until it does."""
    listing = locked(deadline.of_case)
    if PortalNote.objects.filter(listing=listing).exists():
        return
    listings.suspend_by_system(
        listing,
        reason="公告尚未在省级自然资源主管部门门户同步发布，待发布后恢复，报名时间相应顺延。",
        cause=_NO_PORTAL,
        began_at=deadline.due_at,
        now=now,
    )
