"""What the acts and deadlines of this room are called."""

CONFIRMATION_ISSUE = "confirmation.issue"

CONFIRMATION_DEADLINE = "confirmation"
