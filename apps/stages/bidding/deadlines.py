"""The moments of bidding."""

from apps.listings.names import BIDDING_CLOSE_DEADLINE, BIDDING_OPEN_DEADLINE, REGISTRATION_CLOSE_DEADLINE
from apps.stages.bidding import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(REGISTRATION_CLOSE_DEADLINE, "报名截止", obligation=False, told=Told.EVERYBODY),
    Kind(
        BIDDING_OPEN_DEADLINE,
        "竞价开始",
        effect=commands.open_bidding,
        obligation=False,
        exact=True,
        told=Told.EVERYBODY,
    ),
    Kind(
        BIDDING_CLOSE_DEADLINE,
        "竞价截止",
        effect=commands.close_bidding,
        obligation=False,
        exact=True,
        told=Told.EVERYBODY,
    ),
)
