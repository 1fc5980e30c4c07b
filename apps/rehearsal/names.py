"""What the acts of this room are called."""

RULEBOOK_TRY = "rulebook.try"
