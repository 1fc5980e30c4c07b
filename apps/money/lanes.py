"""What of the bank's lines is held while they are booked."""

from kernel.lanes import lane

BANK_ENTRY_LANE = lane(7, "bank_entry")
