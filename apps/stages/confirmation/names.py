"""What the acts and deadlines of this room are called."""

CONFIRMATION_ISSUE = "confirmation.issue"

CONFIRMATION_DEADLINE = "confirmation"

# Opened or moved here; a later stage declares what the kind does.
CONTRACT_DEADLINE = "contract"
