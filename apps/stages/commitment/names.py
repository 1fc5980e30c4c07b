"""What the acts and deadlines of this room are called."""

COMMITMENT_REPORT = "commitment.report"
COMMITMENT_DECIDE = "commitment.decide"

COMMITMENT_DEADLINE = "commitment"
COMMITMENT_DECIDE_DEADLINE = "commitment_decide"
