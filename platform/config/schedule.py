"""What the beat rings, and how often, in seconds.

A pulse that nobody took before the next one is thrown away: the rows it looks for are still there.
"""

from typing import Any, Final


def _pulse(task: str, *, every_s: float) -> dict[str, Any]:
    return {"task": task, "schedule": every_s, "options": {"expires": every_s}}


BEAT: Final[dict[str, dict[str, Any]]] = {
    "deadlines": _pulse("kernel.deadlines.tasks.run_due", every_s=5.0),
    "outbox": _pulse("kernel.outbox.tasks.relay", every_s=2.0),
    "reminders": _pulse("apps.process.tasks.remind", every_s=20.0),
}
