"""The contract is signed in time, or somebody bears the consequence; a bar comes to its end."""

from apps.stages.contract import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind("contract", "签订三方合同", effect=commands.enforce, punitive=True, told=Told.EVERYBODY),
    Kind("bar_end", "限制竞买期满", obligation=False),
)
