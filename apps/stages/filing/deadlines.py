"""The filing is due after the transfer."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("filing", "报送备案"),)
