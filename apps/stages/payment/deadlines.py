"""The price is due; long after that, default; paid, it is due to its seller."""

from apps.stages.payment import commands
from kernel.deadlines.registry import Kind

KINDS = (
    Kind("payment", "付清价款", effect=commands.fall_due, punitive=True),
    Kind("remit", "划付款项"),
    Kind("default", "违约认定", effect=commands.enforce, obligation=False, punitive=True),
)
