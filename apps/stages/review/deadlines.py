"""Written reasons are due after an unfavourable opinion."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("return_notice", "退回补正书面通知"),)
