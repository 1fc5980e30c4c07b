"""Is the site alive? For load balancers and containers, not for people."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


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
