"""Written reasons are due after an unfavourable opinion."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (Kind("return_notice", "退回补正书面通知", told=Told.PARTIES),)
