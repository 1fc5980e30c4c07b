"""Deposits go back in time."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("deposit_refund", "保证金退还", runs_on=True),)
