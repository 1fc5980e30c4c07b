"""Documents are printed at real instants, which have microseconds."""

from datetime import UTC, datetime

from apps.documents.printing import compiler


def test_an_instant_with_microseconds_is_printed() -> None:
    made_at = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)
    made = compiler.pdf(template="evidence", facts={"title": "演示", "lines": ["一行"]}, made_at=made_at)
    assert made.startswith(b"%PDF")
