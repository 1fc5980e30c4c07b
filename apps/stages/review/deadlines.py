"""Written reasons are due after an unfavourable opinion."""

from apps.stages.review.names import RETURN_NOTICE_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind(RETURN_NOTICE_DEADLINE, "退回补正书面通知", told=Told.PARTIES),)
