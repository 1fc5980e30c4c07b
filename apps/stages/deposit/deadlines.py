"""Deposits go back in time."""

from apps.stages.deposit.names import DEPOSIT_REFUND_DEADLINE
from kernel.deadlines.registry import Kind

KINDS = (Kind(DEPOSIT_REFUND_DEADLINE, "保证金退还", runs_on=True),)
