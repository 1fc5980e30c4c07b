"""What the acts and deadlines of this room are called."""

OBJECTION_RAISE = "objection.raise"
OBJECTION_RAISE_ON_CASE = "objection.raise_on_case"
OBJECTION_ACCEPT = "objection.accept"
OBJECTION_ACCEPT_AND_SUSPEND = "objection.accept_and_suspend"
OBJECTION_DISMISS_FLOOD = "objection.dismiss_flood"
OBJECTION_REFUSE_TOGETHER = "objection.refuse_together"
OBJECTION_DECIDE = "objection.decide"

OBJECTION_ACCEPT_DEADLINE = "objection_accept"
OBJECTION_DECIDE_DEADLINE = "objection_decide"
