"""The price is due; long after that, default; paid, it is due to its seller."""

from apps.stages.payment import commands
from apps.stages.payment.names import DEFAULT_DEADLINE, PAYMENT_DEADLINE, REMIT_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(PAYMENT_DEADLINE, "付清价款", effect=commands.fall_due, punitive=True, told=Told.EVERYBODY),
    Kind(REMIT_DEADLINE, "划付款项", told=Told.OFFICES),
    Kind(
        DEFAULT_DEADLINE,
        "违约认定",
        effect=commands.enforce,
        obligation=False,
        punitive=True,
        told=Told.PARTIES,
    ),
)
