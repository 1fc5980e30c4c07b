"""Objections are taken up and decided in time."""

from kernel.deadlines.registry import Kind

KINDS = (
    Kind("objection_accept", "受理异议"),
    Kind("objection_decide", "处理异议"),
)
