"""The filing is due after the transfer."""

from apps.stages.filing.names import FILING_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind(FILING_DEADLINE, "报送备案", told=Told.EVERYBODY),)
