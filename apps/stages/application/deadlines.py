"""The review's clock starts with the application."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind("review", "三重审查", told=Told.PARTIES),)
