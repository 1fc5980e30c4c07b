"""The triple review: three opinions by three people, and the return of what has to be corrected."""

from datetime import datetime

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.queries import held
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.application.names import REVIEW_DEADLINE
from apps.stages.review import queries, rules
from apps.stages.review.events import ApplicationReturned, ReviewPassed
from apps.stages.review.models import ReturnNotice, ReviewOpinion
from apps.stages.review.names import RETURN_NOTICE_DEADLINE, REVIEW_DECIDE, REVIEW_RETURN
from apps.stages.review.states import Outcome, Subject
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_no_part, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit
from kernel.workdays.counting import trigger_day, working_days_between
from kernel.workdays.queries import current


@transaction.atomic
def decide(
    *,
    listing_id: int,
    opinion: Subject,
    outcome: Outcome,
    by: Actor,
    now: datetime,
    reason: str = "",
    items: dict[str, bool] | None = None,
    answers: dict[str, str] | None = None,
) -> ReviewOpinion:
    """Give one of the three opinions; the third favourable one approves the application.

    An unfavourable one starts the clock of the written notice (`return_notice_wd`). One person prepares, another
    releases; neither has acted for the seller in this lot. A favourable one has every point of its checklist in
    `items` and, in `answers`, a word on every automatic finding that does not hold. Refuses: not_permitted,
    same_person, self_dealing, wrong_status, duplicate_request (given in this round), invalid; totals_mismatch,
    parcel_conflict, quota_encumbered, which no answer takes away.
    """
    require_capability(by, Can.REVIEW)
    access.release(act=REVIEW_DECIDE, slot=str(opinion), subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    require_province(by, listing.province)
    require_no_part([listing.seller_id], by=by, case_id=listing_id)
    given = queries.opinions(listing)
    refuse(
        rules.why_not_decide(
            status=listing.state,
            subject=opinion,
            outcome=outcome,
            reason=reason,
            decided=[Subject(each.subject) for each in given],
            deciders=[each.decided_by_id for each in given],
            person_id=by.person_id,
        )
    )
    bodies = listing.rules.parameters.opinion_bodies
    refuse(rules.why_not_body(subject=opinion, role=str(by.role), bodies=bodies))
    refuse(
        rules.why_not_pass(
            points=listing.checklist[str(opinion)],
            outcome=outcome,
            items=items or {},
            wanting={each.item: each.sentence for each in queries.wanting(listing, opinion)},
            answers=answers or {},
        )
    )
    made = ReviewOpinion.objects.create(
        listing=listing,
        review_round=listing.review_round,
        subject=opinion,
        outcome=outcome,
        items=items or {},
        answers=answers or {},
        reason=reason,
        organisation_name=by.organisation_name,
        decided_by_id=by.person_id,
        decided_by_name=by.person_name,
        decided_at=now,
    )
    audit.record(
        verb=REVIEW_DECIDE,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after={"opinion": opinion, "outcome": outcome, "reason": reason},
    )
    _follow_up(listing, outcome, now=now)
    return made


def _follow_up(listing: Listing, outcome: Outcome, *, now: datetime) -> None:
    if rules.is_passed(queries.outcomes(listing)):
        deadlines.meet(kind=REVIEW_DEADLINE, case_id=listing.pk, at=now)
        listings.advance(listing, ListingStatus.APPROVED, now=now)
        emit(ReviewPassed(listing_id=listing.pk, now=now))
    elif (
        outcome is not Outcome.PASS
        and deadlines.pending(kind=RETURN_NOTICE_DEADLINE, case_id=listing.pk) is None
    ):
        book = listing.rules.parameters
        period = deadlines.working_days(book.return_notice_wd, daily_end=book.daily_end)
        deadlines.start(kind=RETURN_NOTICE_DEADLINE, case_id=listing.pk, triggered_at=now, period=period)


@transaction.atomic
def send_back(*, listing_id: int, reason: str, by: Actor, now: datetime) -> ReturnNotice:
    """Return an application with written reasons (退回); the review's clock stops until it comes again.

    Refuses: not_permitted, wrong_status (also while no opinion is unfavourable), invalid.
    """
    require_capability(by, Can.REVIEW)
    listing = held(listing_id, now=now, by=by)
    require_province(by, listing.province)
    refuse(rules.why_not_return(status=listing.state, outcomes=queries.outcomes(listing), reason=reason))
    notice = ReturnNotice.objects.create(
        listing=listing, review_round=listing.review_round, reason=reason, at=now
    )
    review = deadlines.pending(kind=REVIEW_DEADLINE, case_id=listing_id)
    used = (
        working_days_between(current(), after=trigger_day(review.triggered_at), through=trigger_day(now))
        if review
        else 0
    )
    deadlines.cancel(kind=REVIEW_DEADLINE, case_id=listing_id)
    deadlines.meet(kind=RETURN_NOTICE_DEADLINE, case_id=listing_id, at=now)
    listings.advance(
        listing, ListingStatus.RETURNED, now=now, review_days_used=listing.review_days_used + used
    )
    audit.record(
        verb=REVIEW_RETURN, by=by, now=now, case_id=listing_id, subject=notice, after={"reason": reason}
    )
    emit(ApplicationReturned(listing_id=listing_id, reason=reason, now=now))
    return notice
