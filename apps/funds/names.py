"""What the acts and deadlines of this room are called."""

FUNDS_DISTRIBUTE = "funds.distribute"

DISTRIBUTE_DEADLINE = "funds.to_distribute"
