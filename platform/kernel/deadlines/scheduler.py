"""The scheduler (值守): sleeps until the earliest deadline and handles it at its instant.

Beat's pulse stays beside it: without a scheduler, closings are met by the pulse and by whoever looks at the lot, and
what follows from them is the same.
"""

import logging
import time
from typing import NoReturn

from django.db import close_old_connections

from kernel import clock
from kernel.deadlines import queries, runner

LOOK_S = 1.0
"""It looks at least this often, for a deadline that was set or moved while it slept."""
logger = logging.getLogger(__name__)


def watch() -> NoReturn:
    """Handle every deadline when it falls due, until the process is ended. A database that is away is waited for."""
    while True:
        try:
            rest_s = look()
        except Exception:
            logger.exception("the scheduler could not look; it tries again")
            rest_s = LOOK_S
        close_old_connections()
        time.sleep(rest_s)


def look() -> float:
    """Handle what is due now. Gives how long to rest, in seconds: to the next deadline, or `LOOK_S`."""
    now = clock.now()
    runner.run_due(now=now)
    nearest = queries.next_look_at(after=now)
    if nearest is None:
        return LOOK_S
    return min(max((nearest - clock.now()).total_seconds(), 0.0), LOOK_S)
