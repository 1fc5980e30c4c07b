"""What the acts of this room are called."""

INCOMING_CORRECT = "incoming.correct"
DOCUMENT_CORRECT = "document.correct"
