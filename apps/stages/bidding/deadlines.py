"""The moments of bidding."""

from apps.stages.bidding import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind("registration_close", "报名截止", obligation=False, told=Told.EVERYBODY),
    Kind(
        "bidding_open",
        "竞价开始",
        effect=commands.open_bidding,
        obligation=False,
        exact=True,
        told=Told.EVERYBODY,
    ),
    Kind(
        "bidding_close",
        "竞价截止",
        effect=commands.close_bidding,
        obligation=False,
        exact=True,
        told=Told.EVERYBODY,
    ),
)
