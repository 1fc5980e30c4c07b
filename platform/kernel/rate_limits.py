"""Rate limits (限流): how often one person or one address may ask. Counted in this process, kept nowhere."""

import math
from collections import OrderedDict
from threading import Lock

_MOST_KEYS = 20_000


class Limiter:
    """So many requests a second for each key, and a burst beyond it. Safe between threads.

    A bucket of tokens for each key: a request takes one, time fills it up again. Keys that were quiet longest are
    forgotten first; a forgotten one starts full.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("a limiter lets at least something through")
        self._per_second = per_second
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = Lock()

    def wait_s(self, key: str, *, at_s: float) -> int:
        """0 where the request may go on; else in how many whole seconds one may. `at_s` is a monotonic reading."""
        with self._guard:
            tokens, since = self._buckets.pop(key, (float(self._burst), at_s))
            tokens = min(self._burst, tokens + max(0.0, at_s - since) * self._per_second)
            allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if allowed else tokens, at_s)
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - tokens) / self._per_second))
