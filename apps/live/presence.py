"""Who is connected (在线): how many bidders and spectators watch a lot now, never who.

Each live process keeps its own count in Redis, which forgets it when the process falls silent. Without Redis nobody
knows, and nothing depends on it.
"""

import json
import logging
import time
from dataclasses import dataclass

import redis
import redis.asyncio
from django.conf import settings

from apps.live.hints import client

_KEEPS_S = 10
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Present:
    """Connected bidders (each paddle once) and all open streams of a lot."""

    bidders: int
    streams: int


def _key(listing_id: int) -> str:
    return f"live-present:{listing_id}"


async def tell(line: redis.asyncio.Redis, *, process: str, counts: dict[int, tuple[list[str], int]]) -> None:
    """Say what this process holds: for each lot the paddles connected and the number of streams."""
    async with line.pipeline(transaction=False) as pipe:
        for listing_id, (paddles, streams) in counts.items():
            said = json.dumps({"at": time.time(), "paddles": paddles, "streams": streams})
            pipe.hset(_key(listing_id), process, said)
            pipe.expire(_key(listing_id), _KEEPS_S * 6)
        await pipe.execute()


def connected(listing_ids: list[int]) -> dict[int, Present] | None:
    """Who is connected to which lot, over all live processes; None while Redis is away."""
    if not settings.REDIS_URL or not listing_ids:
        return None if listing_ids else {}
    try:
        with client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            for listing_id in listing_ids:
                pipe.hvals(_key(listing_id))
            found = pipe.execute()
    except redis.RedisError as error:
        logger.warning("the live counts cannot be read: %s", error)
        return None
    return {listing_id: _sum(said) for listing_id, said in zip(listing_ids, found, strict=True)}


def _sum(said: list[bytes]) -> Present:
    fresh = [each for each in map(json.loads, said) if time.time() - each["at"] < _KEEPS_S]
    paddles = {paddle for each in fresh for paddle in each["paddles"]}
    return Present(len(paddles), sum(each["streams"] for each in fresh))
