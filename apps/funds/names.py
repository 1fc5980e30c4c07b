"""What the acts and deadlines of this room are called."""

FUNDS_RECEIVE = "funds.receive"
FUNDS_TAKE_BACK = "funds.take_back"
FUNDS_DISTRIBUTE = "funds.distribute"

DISTRIBUTE_DEADLINE = "funds.to_distribute"
