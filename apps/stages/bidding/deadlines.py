"""The moments of bidding."""

from apps.stages.bidding import commands
from kernel.deadlines.registry import Kind

KINDS = (
    Kind("registration_close", "报名截止", obligation=False),
    Kind("bidding_open", "竞价开始", effect=commands.open_bidding, obligation=False, exact=True),
    Kind("bidding_close", "竞价截止", effect=commands.close_bidding, obligation=False, exact=True),
)
