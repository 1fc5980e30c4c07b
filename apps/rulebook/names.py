"""What the acts of this room are called."""

RULEBOOK_DRAFT = "rulebook.draft"
RULEBOOK_APPROVE = "rulebook.approve"
