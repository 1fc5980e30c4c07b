"""How a rehearsal's deadlines fire: by the engine in this process, or by a real worker elsewhere."""

from datetime import datetime
from typing import Protocol

from kernel.availability.queries import is_down
from kernel.deadlines import runner


class Engine(Protocol):
    """Handles what is due."""

    def run(self, now: datetime) -> None:
        """Handle everything that is due at `now`; back when it is done."""


class InProcess:
    """The engine itself, called directly."""

    def run(self, now: datetime) -> None:
        """Handle everything that is due, unless the platform is down."""
        if not is_down():
            runner.run_due(now=now)
