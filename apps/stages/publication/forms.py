"""Publishing needs nothing but the act."""

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.publication import commands
from apps.stages.publication.bound import start_bound
from apps.stages.publication.names import PUBLICATION_START
from kernel.acts.act import Act

ACTS = (
    Act(
        PUBLICATION_START,
        "发布结果公示",
        commands.start,
        Can.RUN_TRADES,
        two_persons=True,
        binds=start_bound,
        paper=Printed(DocumentKind.RESULT_PUBLICATION),
        statuses=frozenset({ListingStatus.TRANSFERRED}),
        subject="listing_id",
    ),
)
