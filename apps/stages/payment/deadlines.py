"""The price is due; long after that, default; paid, it is due to its seller."""

from apps.stages.payment import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind("payment", "付清价款", effect=commands.fall_due, punitive=True, told=Told.EVERYBODY),
    Kind("remit", "划付款项", told=Told.OFFICES),
    Kind("default", "违约认定", effect=commands.enforce, obligation=False, punitive=True, told=Told.PARTIES),
)
