"""What the acts and deadlines of this room are called."""

FILING_SUBMIT = "filing.submit"
FILING_ACCEPT = "filing.accept"

FILING_DEADLINE = "filing"
