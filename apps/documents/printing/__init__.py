"""From facts to PDF/A-2b: pure, deterministic, without the database."""

from datetime import UTC, datetime, timedelta, timezone

import segno

from apps.documents.facts import Facts
from apps.documents.printing import compiler, wording
from apps.documents.printing.compiler import Unprintable
from apps.documents.states import DocumentKind

_BEIJING_OFFSET = timezone(timedelta(hours=8))
_EVIDENCE_DATE = datetime(2026, 1, 1, tzinfo=UTC)

__all__ = ["Unprintable", "pictures", "render", "small_pdf"]


def _qr(address: str) -> str:
    return str(segno.make(address, error="m", micro=False).svg_inline(scale=4, border=0))


def render(kind: DocumentKind, facts: Facts) -> bytes:
    """The document as PDF/A-2b with embedded fonts; the same facts give the same bytes.

    `facts` are of this kind and stamped with their heading, whose instant is the document's date. ValueError
    otherwise; `Unprintable` (a ValueError) when a character has no sign in the fonts.
    """
    texts, issued = _texts(kind, facts)
    return compiler.pdf(template=kind.value, facts=texts, made_at=issued)


def pictures(kind: DocumentKind, facts: Facts) -> list[bytes]:
    """The pages of the document as PNG pictures, for looking at before it is issued."""
    texts, issued = _texts(kind, facts)
    return compiler.pictures(template=kind.value, facts=texts, made_at=issued)


def _texts(kind: DocumentKind, facts: Facts) -> tuple[dict[str, object], datetime]:
    heading = facts.heading
    if facts.kind is not kind:
        raise ValueError(f"{type(facts).__name__} are not the facts of a {kind}")
    if heading is None:
        raise ValueError("the facts have no heading yet")
    issued = heading.issued_at.astimezone(_BEIJING_OFFSET)
    texts = wording.printable(facts) | {
        "qr": _qr(heading.verification_url),
        "heading": wording.printable(heading) | {"issued_on": wording.day(issued)},
    }
    return texts, issued


def small_pdf(title: str, lines: list[str]) -> bytes:
    """A one-page PDF with a title and a few lines, as evidence in rehearsals and demonstrations."""
    return compiler.pdf(template="evidence", facts={"title": title, "lines": lines}, made_at=_EVIDENCE_DATE)
