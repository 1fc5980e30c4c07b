"""Proceeds are to be distributed; nothing happens by itself when they are not, the breach is reported."""

from apps.funds.names import ANSWER_DEADLINE, DISTRIBUTE_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(DISTRIBUTE_DEADLINE, "分配收益", told=Told.OFFICES, runs_on=True),
    Kind(ANSWER_DEADLINE, "答复审计意见", told=Told.OFFICES, runs_on=True),
)
"""They run on while their lot stands still: the farmers wait for their compensation, the auditor for its answer."""
