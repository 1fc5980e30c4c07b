"""The confirmation is due after the close."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind("confirmation", "出具成交确认书", told=Told.EVERYBODY),)
