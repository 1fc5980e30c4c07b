"""What a process without visitors (worker, scheduler) looks at first: the system checks, the database's too."""

import logging

from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DEFAULT_DB_ALIAS, OperationalError

logger = logging.getLogger(__name__)


class UnsafeDatabase(OperationalError):
    """The server may lose a commit it has answered: nothing is asked of it."""


def refuse_to_start() -> None:
    """End this process, saying why, when a start-up check fails (worker, scheduler). Waits for no database.

    One that is away now is looked at when it comes: no connection is used before.
    """
    try:
        call_command("check", databases=[DEFAULT_DB_ALIAS], fail_level="ERROR")
    except SystemCheckError as refused:
        raise SystemExit(str(refused)) from refused
    except UnsafeDatabase as refused:
        raise SystemExit(str(refused)) from refused
    except OperationalError:
        logger.warning("the database is away; the start-up check waits for it")
