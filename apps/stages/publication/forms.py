"""Publishing needs nothing but the act."""

from apps.listings.states import ListingStatus
from apps.stages.publication import commands
from kernel.actors import CENTRE
from kernel.acts.act import Act

ACTS = (
    Act(
        "publication.start",
        "发布结果公示",
        commands.start,
        CENTRE,
        statuses=frozenset({ListingStatus.TRANSFERRED}),
    ),
)
