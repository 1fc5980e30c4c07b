"""What the acts of this room are called."""

FILING_SUBMIT = "filing.submit"
FILING_ACCEPT = "filing.accept"
