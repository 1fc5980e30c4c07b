"""What the acts and deadlines of this room are called."""

TRANSFER_EXECUTE = "transfer.execute"
QUALITY_CLAIM = "quality.claim"
QUALITY_CONFIRM = "quality.confirm"
QUALITY_PAID = "quality.paid"

TRANSFER_DEADLINE = "transfer"
