"""What the acts of this room are called."""

PROJECT_RECORD = "project.record"
