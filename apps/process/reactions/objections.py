"""Event → who acts next, for objections (异议), by the process of the case that they are raised on."""

from apps.crossprovince import demand_schemes, publishing
from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.process import ADJUSTMENT
from apps.listings.process import LISTING
from apps.listings.queries import locked
from apps.objections.events import FloodDismissed, ObjectionAccepted, ObjectionRaised, ObjectionSettled
from apps.process import notifications, scheme_notices, verification_notices
from apps.stages.agreement import commands as agreement
from apps.stages.publication import commands as publication
from apps.surplus.process import VERIFICATION
from kernel.cases.models import Case
from kernel.cases.registry import Process
from kernel.events import Event, Reaction


def close_after(event: ObjectionSettled | FloodDismissed) -> None:
    """The last thing that held the end of a notice may be an objection."""
    agreement.close_if_due(listing_id=event.case_id, at=event.now, now=event.now)


def complete_after(event: ObjectionSettled | FloodDismissed) -> None:
    """The last thing a listing waited for may be an objection."""
    listing = locked(event.case_id)
    if not (listing.open_objections or listing.unanswered_objections):
        publication.complete_if_done(listing_id=event.case_id, at=event.now, now=event.now)


def implement_after(event: ObjectionSettled) -> None:
    """The last thing that held a scheme whose publication is over may be an objection."""
    publishing.implement_if_due(adjustment_id=event.case_id, at=event.now, now=event.now)


def pay_after(event: ObjectionSettled) -> None:
    """The same for a scheme whose price is then to be paid in."""
    demand_schemes.pay_if_due(demand_id=event.case_id, at=event.now, now=event.now)


def _by_process(*choices: tuple[Process, tuple[Reaction, ...]]) -> Reaction:
    """The reactions of the process that the event's case is of."""
    table = {process.name: reactions for process, reactions in choices}

    def react(event: ObjectionRaised | ObjectionAccepted | ObjectionSettled | FloodDismissed) -> None:
        process = Case.objects.values_list("process", flat=True).get(pk=event.case_id)
        for reaction in table[process]:
            reaction(event)

    return react


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    ObjectionRaised: (
        _by_process(
            (LISTING, (notifications.objection_raised,)),
            (ADJUSTMENT, (scheme_notices.raised,)),
            (DEMAND, (scheme_notices.raised,)),
            (VERIFICATION, (verification_notices.reported_wrong,)),
        ),
    ),
    ObjectionAccepted: (
        _by_process(
            (LISTING, (notifications.objection_accepted,)),
            (ADJUSTMENT, (scheme_notices.accepted,)),
            (DEMAND, (scheme_notices.accepted,)),
            (VERIFICATION, (verification_notices.report_accepted,)),
        ),
    ),
    ObjectionSettled: (
        _by_process(
            (LISTING, (close_after, complete_after, notifications.objection_settled)),
            (ADJUSTMENT, (implement_after, scheme_notices.settled)),
            (DEMAND, (pay_after, scheme_notices.settled)),
            (VERIFICATION, (verification_notices.report_settled,)),
        ),
    ),
    FloodDismissed: (_by_process((LISTING, (close_after, complete_after, notifications.flood_dismissed))),),
}
