"""Proceeds are to be distributed; nothing happens by itself when they are not, the breach is reported."""

from apps.funds.names import DISTRIBUTE_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind(DISTRIBUTE_DEADLINE, "分配收益", told=Told.OFFICES, runs_on=True),)
"""It runs on while its lot stands still: the farmers wait for it."""
