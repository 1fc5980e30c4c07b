"""Confirming needs nothing but the act."""

from apps.listings.states import ListingStatus
from apps.stages.confirmation import commands
from kernel.actors import CENTRE
from kernel.acts.act import Act

ACTS = (
    Act(
        "confirmation.issue",
        "出具成交确认书",
        commands.issue,
        CENTRE,
        two_persons=True,
        statuses=frozenset({ListingStatus.CLOSED}),
    ),
)
