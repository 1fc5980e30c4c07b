"""What the acts and deadlines of this room are called."""

PUBLICATION_START = "publication.start"

PUBLICATION_END_DEADLINE = "publication_end"
PUBLICATION_START_DEADLINE = "publication_start"
