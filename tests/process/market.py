"""The demonstration's market, seeded once for all tests that read it."""

from datetime import UTC, datetime

PRESENT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""A Friday morning in Beijing."""
