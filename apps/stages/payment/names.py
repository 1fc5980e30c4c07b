"""What the deadlines of this room are called."""

REMIT_DEADLINE = "remit"
DEFAULT_DEADLINE = "default"
PAYMENT_DEADLINE = "payment"
