"""What the acts of this room are called."""

PAIRING_RECORD = "pairing.record"
PAIRING_END = "pairing.end"
