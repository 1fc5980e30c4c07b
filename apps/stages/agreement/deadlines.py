"""The notice of an agreement ends by itself."""

from apps.listings.names import NOTICE_END_DEADLINE
from apps.stages.agreement import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(
        NOTICE_END_DEADLINE,
        "协议公示期满",
        effect=commands.end_notice,
        obligation=False,
        told=Told.EVERYBODY,
    ),
)
