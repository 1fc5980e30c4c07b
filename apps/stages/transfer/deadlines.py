"""The transfer is due after full payment."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("transfer", "指标划转"),)
