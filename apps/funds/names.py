"""What the acts and deadlines of this room are called."""

FUNDS_DISTRIBUTE = "funds.distribute"
FUNDS_REVERSE = "funds.reverse"
FUNDS_SPEND = "funds.spend"
FUNDS_RETURN = "funds.return"
FUNDS_AUDIT = "funds.audit"
FUNDS_ANSWER = "funds.answer"
FUNDS_CONCLUDE = "funds.conclude"

DISTRIBUTE_DEADLINE = "funds.to_distribute"
ANSWER_DEADLINE = "funds.to_answer"

NOT_OF_CLOSED = (FUNDS_DISTRIBUTE, FUNDS_SPEND)
"""What is never done of a case that is closed."""
