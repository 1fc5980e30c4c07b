"""What the acts and deadlines of this room are called."""

LISTING_SUSPEND = "listing.suspend"
LISTING_RESUME = "listing.resume"
LISTING_TERMINATE = "listing.terminate"

# Opened or moved here; a later stage declares what the kind does.
REGISTRATION_CLOSE_DEADLINE = "registration_close"
BIDDING_OPEN_DEADLINE = "bidding_open"
BIDDING_CLOSE_DEADLINE = "bidding_close"
NOTICE_END_DEADLINE = "notice_end"
