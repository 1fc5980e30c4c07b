"""The review's clock starts with the application."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("review", "三重审查"),)
