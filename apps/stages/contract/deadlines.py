"""The contract is signed in time, or somebody bears the consequence; a bar comes to its end."""

from apps.stages.contract import commands
from apps.stages.contract.names import BAR_END_DEADLINE, CONTRACT_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(CONTRACT_DEADLINE, "签订三方合同", effect=commands.enforce, punitive=True, told=Told.EVERYBODY),
    Kind(BAR_END_DEADLINE, "限制竞买期满", obligation=False),
)
