"""Confirming needs nothing but the act."""

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.confirmation import commands
from apps.stages.confirmation.bound import issue_bound
from apps.stages.confirmation.names import CONFIRMATION_ISSUE
from kernel.acts.act import Act

ACTS = (
    Act(
        CONFIRMATION_ISSUE,
        "出具成交确认书",
        commands.issue,
        Can.RUN_TRADES,
        two_persons=True,
        binds=issue_bound,
        paper=Printed(DocumentKind.AWARD_CONFIRMATION),
        statuses=frozenset({ListingStatus.CLOSED}),
        subject="listing_id",
    ),
)
