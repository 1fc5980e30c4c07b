"""What the acts of this room are called."""

BID_PLACE = "bid.place"
