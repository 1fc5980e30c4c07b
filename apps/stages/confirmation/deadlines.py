"""The confirmation is due after the close."""

from kernel.deadlines.registry import Kind

KINDS = (Kind("confirmation", "出具成交确认书"),)
