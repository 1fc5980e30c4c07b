"""What the deadlines of this room are called."""

DEPOSIT_REFUND_DEADLINE = "deposit_refund"
