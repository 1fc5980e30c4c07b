"""What was noted of the provincial authority's portal."""

import hashlib
from datetime import datetime
from typing import Any

from apps.stages.announcement.models import PortalNote
from kernel.clock import iso


def portal_note_of(listing_id: int) -> PortalNote | None:
    """Where the provincial authority's portal shows the announcement; None while nobody has noted it."""
    return PortalNote.objects.filter(listing_id=listing_id).first()


def portal_facts(listing_id: int, *, at: datetime) -> dict[str, Any]:
    """The facts of a note for a portal that publishes at the same time: for rehearsals and demonstrations."""
    return {
        "address": f"https://portal.example.cn/notices/{listing_id}",
        "published_at": iso(at),
        "screenshot_sha256": hashlib.sha256(f"screenshot {listing_id}".encode()).hexdigest(),
    }
