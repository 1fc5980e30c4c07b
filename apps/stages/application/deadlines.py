"""The review's clock starts with the application."""

from apps.stages.application.names import REVIEW_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind(REVIEW_DEADLINE, "三重审查", told=Told.PARTIES),)
