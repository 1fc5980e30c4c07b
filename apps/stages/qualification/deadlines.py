"""Every application to bid is decided in time."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("qualification", "竞买资格审核", decided=True),)
