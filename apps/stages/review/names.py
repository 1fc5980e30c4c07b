"""What the acts and deadlines of this room are called."""

REVIEW_DECIDE = "review.decide"
REVIEW_RETURN = "review.return"

RETURN_NOTICE_DEADLINE = "return_notice"
