"""What the acts of this room are called."""

CALENDAR_LOAD = "calendar.load"
DEADLINE_ATTEND = "deadline.attend"
