"""The instant as of which the demonstration's market is seeded for tests."""

from datetime import UTC, datetime

PRESENT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""A Friday morning in Beijing."""
