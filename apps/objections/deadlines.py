"""Objections are taken up and decided in time."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind("objection_accept", "受理异议", told=Told.OFFICES, runs_on=True),
    Kind("objection_decide", "处理异议", told=Told.OFFICES, runs_on=True),
)
