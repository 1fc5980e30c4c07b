"""Objections are taken up and decided in time."""

from apps.objections.names import OBJECTION_ACCEPT_DEADLINE, OBJECTION_DECIDE_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(OBJECTION_ACCEPT_DEADLINE, "受理异议", told=Told.OFFICES, runs_on=True),
    Kind(OBJECTION_DECIDE_DEADLINE, "处理异议", told=Told.OFFICES, runs_on=True),
)
