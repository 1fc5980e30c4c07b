"""An exchange under fault: as on a developer's machine, with real answers to errors, and a clock that may be wrong."""

import os
from datetime import datetime, timedelta

from config.settings.local import *  # noqa: F403
from kernel import clock

DEBUG = False
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_WRONG_BY = timedelta(seconds=float(os.environ.get("CLOCK_WRONG_BY_S", "0")))


_machine_time = clock._machine_time


def _wrong_time() -> datetime:
    return _machine_time() + _WRONG_BY


# What the machine says, before the database puts it right.
clock._machine_time = _wrong_time
