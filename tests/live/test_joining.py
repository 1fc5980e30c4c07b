"""A reader belongs to its channel before anything else happens: one that leaves meanwhile takes nothing along."""

import asyncio
from typing import Any

from starlette.types import Message

from apps.live import streams
from apps.live.hub import Channel, Hub
from apps.live.readers import Reader


class _Quiet(Channel):
    """A channel that has nothing to say."""

    @property
    def version(self) -> int:
        return 0

    async def read(self) -> bool:
        return False

    def news_for(self, reader: Reader) -> Message | None:
        return None


def test_a_channel_is_not_forgotten_while_its_next_reader_is_being_answered() -> None:
    forgotten: list[Channel] = []

    async def meet() -> int:
        hub = Hub()
        hub.forget = forgotten.append  # type: ignore[method-assign, assignment]
        channel = _Quiet(hub)
        seen: list[int] = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                channel.leave(first)
                seen.append(len(channel.readers))

        async def receive() -> Any:
            return {"type": "http.disconnect"}

        first, second = Reader(send), Reader(send)
        channel.join(first)
        await streams._pour(channel, second, {"type": "http", "method": "GET"}, receive, send)
        return seen[0]

    assert asyncio.run(meet()) == 1
    assert len(forgotten) == 1, "only when the second has left as well"
