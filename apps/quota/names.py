"""What the acts of this room are called."""

PROJECT_VOID = "project.void"
QUOTA_BOOK = "quota.book"
QUOTA_USE = "quota.use"
QUOTA_EXTEND_TERM = "quota.extend_term"
YEAR_CLOSE = "year.close"
QUOTA_ENCUMBER = "quota.encumber"
QUOTA_LIFT_ENCUMBRANCE = "quota.lift_encumbrance"
