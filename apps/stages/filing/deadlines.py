"""The filing is due after the transfer."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind("filing", "报送备案", told=Told.EVERYBODY),)
