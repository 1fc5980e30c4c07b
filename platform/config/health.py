"""Is the site alive, and does it keep up? For load balancers, containers and scrapers, not for people."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from config import meters
from config.env import environment
from kernel import clock
from kernel.availability.models import Heartbeat
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
    lines = "".join(f"{line}\n" for line in [*_described(_gauges()), *meters.lines()])
    return HttpResponse(
        lines, content_type="text/plain; version=0.0.4", headers={"Cache-Control": "no-store"}
    )


_HELP = {
    "exchange_deadlines_overdue": "Deadlines that are due and not handled yet.",
    "exchange_deadlines_oldest_overdue_seconds": "For how long the oldest of them has been due.",
    "exchange_deadlines_failed": "Deadlines that failed for good and wait for a person.",
    "exchange_deadlines_lateness_seconds": "How late deadlines were handled.",
    "exchange_outbox_oldest_unsent_seconds": "For how long the oldest message has waited to be sent.",
    "exchange_bid_numbers_total": "Numbers given to bids that were decided, taken or not.",
    "exchange_queue_messages": "Tasks that wait in a queue for a worker.",
    "exchange_pulse_age_seconds": "How long ago a process last proved that it takes bids.",
}


def _described(gauges: Iterable[tuple[str, float]]) -> Iterator[str]:
    """Each gauge behind its HELP and TYPE, which stand once."""
    told = ""
    for name, value in gauges:
        bare = name.partition("{")[0]
        if bare != told:
            told = bare
            kind = "counter" if bare.endswith("_total") else "gauge"
            yield f"# HELP {bare} {_HELP[bare]}"
            yield f"# TYPE {bare} {kind}"
        yield f"{name} {value}"


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
    yield "exchange_bid_numbers_total", _bids()
    for name, waiting in _queues():
        yield f'exchange_queue_messages{{queue="{name}"}}', waiting
    beat = Heartbeat.objects.first()
    if beat is not None:
        yield "exchange_pulse_age_seconds", max(now - beat.alive_at, timedelta(0)).total_seconds()


def _queues() -> list[tuple[str, int]]:
    """How many tasks wait in each queue; nothing while Redis is away."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        return [(name, int(client.llen(name))) for name in ("celery", "trials")]
    except (redis.ConnectionError, redis.TimeoutError):
        return []
    finally:
        client.close()


def _bids() -> int:
    """By the sequence of their ids: counting a million rows at every scrape would cost more than it tells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM bidding_bid_id_seq")
        return int(cursor.fetchone()[0])


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
