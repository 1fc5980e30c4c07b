"""The confirmation is due after the close."""

from apps.stages.confirmation.names import CONFIRMATION_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind(CONFIRMATION_DEADLINE, "出具成交确认书", told=Told.EVERYBODY),)
