"""A small site for the watchdog's tests: it answers, or holds its interpreter in C code for a minute and more."""

import os
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from config import watch


def _answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    watch.note(person=7)
    if environ["PATH_INFO"] == "/hold":
        int(Decimal("-1e3000000"))
    if environ["PATH_INFO"] == "/wait":
        time.sleep(60)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


application = watch.WatchedRequests(_answer)
watch.start_pulse()
