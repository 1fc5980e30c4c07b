"""What the acts and deadlines of this room are called."""

LISTING_DRAFT = "listing.draft"
LISTING_AMEND = "listing.amend"
LISTING_SUBMIT = "listing.submit"
LISTING_WITHDRAW = "listing.withdraw"
LISTING_RELIST = "listing.relist"

REVIEW_DEADLINE = "review"
