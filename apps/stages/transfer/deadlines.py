"""The transfer is due after full payment."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind("transfer", "指标划转", told=Told.EVERYBODY),)
