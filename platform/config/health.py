"""Is the site alive, and does it keep up? For load balancers, containers and scrapers, not for people."""

from collections.abc import Iterator
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from config.env import environment
from kernel import clock
from kernel.deadlines import queries as deadlines
from kernel.deadlines.registry import all_kinds
from kernel.outbox.queries import oldest_unsent_at


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while requests can be served, 503 without the database.

    Redis away is told but does not take the site out of service: bids do not need it.
    """
    database, queue = _database_answers(), _redis_answers()
    return JsonResponse(
        {"database": "up" if database else "down", "redis": "up" if queue else "down"},
        status=200 if database else 503,
        headers={"Cache-Control": "no-store"},
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in the text format that Prometheus reads, for whoever shows `METRICS_TOKEN`; 404 for all others.

    Seconds throughout. Counts stop at `kernel.deadlines.queries.MOST_COUNTED`.
    """
    token = environment().metrics_token.get_secret_value()
    shown = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(shown, f"Bearer {token}"):
        raise Http404
    lines = "".join(f"{name} {value}\n" for name, value in _gauges())
    return HttpResponse(
        lines, content_type="text/plain; version=0.0.4", headers={"Cache-Control": "no-store"}
    )


def _gauges() -> Iterator[tuple[str, float]]:
    now = clock.now()
    lag = deadlines.lag(now=now)
    yield "exchange_deadlines_overdue", lag.overdue
    yield "exchange_deadlines_oldest_overdue_seconds", lag.oldest_overdue.total_seconds()
    yield "exchange_deadlines_failed", lag.failed
    kinds = all_kinds().values()
    for name, some in (
        ("exact", [each.name for each in kinds if each.exact]),
        ("all", [each.name for each in kinds]),
    ):
        late = deadlines.lateness(kinds=some)
        for quantile, value in (("0.5", late.p50), ("0.99", late.p99), ("1", late.worst)):
            label = f'{{kinds="{name}",quantile="{quantile}"}}'
            yield f"exchange_deadlines_lateness_seconds{label}", value.total_seconds()
    waiting_since = oldest_unsent_at()
    waited = now - waiting_since if waiting_since else timedelta(0)
    yield "exchange_outbox_oldest_unsent_seconds", max(waited, timedelta(0)).total_seconds()


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


def _redis_answers() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False
    finally:
        client.close()
