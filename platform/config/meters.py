"""Counts and durations of requests in this process, for whoever scrapes (`/metrics`): each counts for itself."""

from collections import Counter
from threading import Lock

BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_guard = Lock()
_requests: Counter[tuple[str, str]] = Counter()
_within: Counter[float] = Counter()
_sum_s = 0.0
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def count(method: str, status: int, took_s: float) -> None:
    """One request was answered."""
    global _sum_s
    with _guard:
        _requests[method if method in _METHODS else "other", f"{status // 100}xx"] += 1
        _sum_s += took_s
        for bound in BOUNDS_S:
            if took_s <= bound:
                _within[bound] += 1


def lines() -> list[str]:
    """Counters and a histogram in the text format that Prometheus reads."""
    with _guard:
        requests, within, sum_s = dict(_requests), dict(_within), _sum_s
    total = sum(requests.values())
    return [
        "# HELP exchange_requests_total Requests answered by this process, by method and class of status.",
        "# TYPE exchange_requests_total counter",
        *(
            f'exchange_requests_total{{method="{method}",status="{status}"}} {number}'
            for (method, status), number in sorted(requests.items())
        ),
        "# HELP exchange_request_seconds How long requests took in this process, in seconds.",
        "# TYPE exchange_request_seconds histogram",
        *(f'exchange_request_seconds_bucket{{le="{bound}"}} {within.get(bound, 0)}' for bound in BOUNDS_S),
        f'exchange_request_seconds_bucket{{le="+Inf"}} {total}',
        f"exchange_request_seconds_sum {sum_s:.6f}",
        f"exchange_request_seconds_count {total}",
    ]
