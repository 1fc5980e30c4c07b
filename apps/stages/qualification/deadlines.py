"""Every application to bid is decided in time."""

from apps.stages.qualification.names import QUALIFICATION_DEADLINE
from kernel.deadlines.registry import Kind

KINDS = (Kind(QUALIFICATION_DEADLINE, "竞买资格审核", decided=True),)
