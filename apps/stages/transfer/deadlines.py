"""The transfer is due after full payment."""

from apps.stages.transfer.names import TRANSFER_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind(TRANSFER_DEADLINE, "指标划转", told=Told.EVERYBODY),)
