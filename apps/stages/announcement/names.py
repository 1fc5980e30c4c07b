"""What the acts and deadlines of this room are called."""

ANNOUNCEMENT_PUBLISH = "announcement.publish"
ANNOUNCEMENT_AMEND = "announcement.amend"
ANNOUNCEMENT_NOTE_PORTAL = "announcement.note_portal"

PORTAL_NOTE_DEADLINE = "portal_note"
PORTAL_CHECK_DEADLINE = "portal_check"
