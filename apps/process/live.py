"""Hints for live pages, published to Redis after commit. A lost one costs nothing: pages fetch by sequence."""

import json
from functools import cache

import redis
from django.conf import settings

from kernel.outbox.models import Message


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)


def publish_live(message: Message) -> None:
    """Tell whoever watches `key` that it changed."""
    if settings.REDIS_URL:
        _client(settings.REDIS_URL).publish(
            f"live:{message.key}", json.dumps(message.payload, ensure_ascii=False)
        )
