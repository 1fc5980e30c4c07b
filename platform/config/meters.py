"""Counts and durations of requests, for whoever scrapes (`/metrics`): of all workers of one server together.

Each worker counts for itself and now and then leaves its counts in a file, in the folder that its server's watchdog
makes anew at each start and removes at the end. Whoever is asked adds them up, those of workers that have ended too:
counters never fall while the server runs. Without a watchdog a process tells its own counts and leaves none.
"""

import json
import os
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from config import watch

BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LEAVE_EVERY_S = 1.0
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_guard = Lock()
_requests: Counter[str] = Counter()
_within: Counter[str] = Counter()
_sum_s = 0.0
_left_at_s = 0.0


def count(method: str, status: int, took_s: float) -> None:
    """One request was answered."""
    global _sum_s, _left_at_s
    with _guard:
        _requests[f"{method if method in _METHODS else 'other'} {status // 100}xx"] += 1
        _sum_s += took_s
        for bound in BOUNDS_S:
            if took_s <= bound:
                _within[str(bound)] += 1
        if time.monotonic() - _left_at_s > _LEAVE_EVERY_S:
            _left_at_s = time.monotonic()
            _leave()


def folder() -> Path | None:
    """Where the workers of this one's server leave their counts; None where nobody watches."""
    server = os.environ.get(watch.FOLDER)
    return Path(server) / "meters" if server else None


def _own() -> dict[str, Any]:
    return {"requests": dict(_requests), "within": dict(_within), "sum_s": _sum_s}


def _leave() -> None:
    """No request fails over its own count."""
    shared = folder()
    if shared is None:
        return
    with suppress(OSError):
        shared.mkdir(exist_ok=True, mode=0o700)
        made = shared / f"{os.getpid()}.new"
        made.write_text(json.dumps(_own()))
        made.replace(shared / f"{os.getpid()}.json")


def _all() -> list[dict[str, Any]]:
    """This worker's counts as they are, and those that the others left."""
    with _guard:
        found = [_own()]
    shared = folder()
    for path in shared.glob("*.json") if shared is not None else ():
        if path.stem != str(os.getpid()):
            with suppress(OSError, ValueError):
                found.append(json.loads(path.read_text()))
    return found


def lines() -> list[str]:
    """Counters and a histogram in the text format that Prometheus reads."""
    requests: Counter[str] = Counter()
    within: Counter[str] = Counter()
    sum_s = 0.0
    for each in _all():
        requests.update(each["requests"])
        within.update(each["within"])
        sum_s += each["sum_s"]
    total = sum(requests.values())
    counted = [(key.split(" "), number) for key, number in sorted(requests.items())]
    return [
        "# HELP exchange_requests_total Requests answered by this server, by method and class of status.",
        "# TYPE exchange_requests_total counter",
        *(
            f'exchange_requests_total{{method="{method}",status="{status}"}} {number}'
            for (method, status), number in counted
        ),
        "# HELP exchange_request_seconds How long requests took at this server, in seconds.",
        "# TYPE exchange_request_seconds histogram",
        *(f'exchange_request_seconds_bucket{{le="{bound}"}} {within[str(bound)]}' for bound in BOUNDS_S),
        f'exchange_request_seconds_bucket{{le="+Inf"}} {total}',
        f"exchange_request_seconds_sum {sum_s:.6f}",
        f"exchange_request_seconds_count {total}",
    ]
