"""What was promised is due in its term; what is reported is decided in the province's."""

from apps.stages.commitment import commands
from apps.stages.commitment.names import COMMITMENT_DEADLINE, COMMITMENT_DECIDE_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(
        COMMITMENT_DEADLINE,
        "质量提升承诺期满",
        effect=commands.lapse,
        punitive=True,
        told=Told.EVERYBODY,
    ),
    Kind(COMMITMENT_DECIDE_DEADLINE, "认定质量提升承诺", told=Told.PARTIES),
)
