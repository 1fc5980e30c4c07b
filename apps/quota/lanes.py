"""What of the quota ledger is held while it changes."""

from kernel.lanes import lane

BATCH_LANE = lane(5, "batch")
