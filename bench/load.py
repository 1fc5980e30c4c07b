"""A generator of load, run as a process of its own: `python -m bench.load < task.json > found.json`.

It speaks HTTP/1.1 over connections that are kept, straight on an asyncio protocol. In a closed loop every client asks
again once it is answered; in an open loop requests fall due by a schedule and their time counts from the instant that
was scheduled, so that waiting for a free connection is seen (a closed loop hides it).

A task: `{"port", "seconds", "warm_s", "seed", "lots": [{"price", "step"}], "groups": [group]}`. A group: `{"name",
"clients", "rate" (requests a second, 0 = closed loop), "price" ("rising", "stale" or "none"), "keep", "wait_s",
"requests": [{"path", "token", "lot", "method", "body"}]}`. `%PRICE%` and `%ID%` in a body are filled in as it is
sent: with "rising", one counter for each lot gives every bid a price above all that were sent before.
"""

import asyncio
import json
import random
import sys
import time
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import uvloop

HOST = "127.0.0.1"
_DRAIN_S = 15.0
_TICK_S = 0.001


class Group:
    """Clients that do the same, and what came of it."""

    def __init__(self, task: dict[str, Any], given: dict[str, Any], number: int) -> None:
        self.name: str = given["name"]
        self.rate: float = given.get("rate", 0)
        self.clients: int = given["clients"]
        self.keep: bool = given.get("keep", False)
        self.price: str = given.get("price", "none")
        self.wait_s: float = given.get("wait_s", 0)
        self.prices = task["prices"]
        self.steps = [lot["step"] for lot in task["lots"]]
        self.asked = 0
        self.mark = f"{task['seed']}-{number}-"
        self.chance = random.Random(task["seed"] * 1000 + number)
        self.requests = [_Made(each) for each in given["requests"]]
        self.accepted = 0
        self.refused: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.accepted_ms = array("d")
        self.answered_ms = array("d")
        self.receipts: list[Any] = []
        self.late: deque[float] = deque()
        self.free: list[Client] = []

    def next_request(self, made: "_Made") -> bytes:
        """One request as it goes out, with the price and the request id of this instant."""
        self.asked += 1
        if self.price == "none":
            return made.whole
        if self.price == "rising":
            self.prices[made.lot] += self.steps[made.lot]
            price = self.prices[made.lot]
        else:
            price = self.steps[made.lot]
        return made.filled(str(price), f"{self.mark}{self.asked}")

    def note(self, status: bytes, body: bytes, took_ms: float) -> None:
        """Count an answer."""
        self.answered_ms.append(took_ms)
        if status[:1] == b"2":
            self.accepted += 1
            self.accepted_ms.append(took_ms)
            if self.keep:
                self.receipts.append(json.loads(body))
        elif status[:1] == b"4":
            at = body.find(b'"code":')
            self.refused[body[at + 7 : at + 40].split(b'"')[1].decode() if at >= 0 else status.decode()] += 1
        else:
            self.errors[status.decode()] += 1


class _Made:
    """A request prepared as far as it can be before its price is known."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.lot: int = given.get("lot", 0)
        lines = [f"{given.get('method', 'POST')} {given['path']} HTTP/1.1", f"Host: {HOST}"]
        if given.get("token"):
            lines.append(f"Authorization: {given['token']}")
        body = given.get("body", "")
        if body:
            lines.append("Content-Type: application/json")
        self.head = "\r\n".join(lines).encode()
        self.whole = (
            self.head + (f"\r\nContent-Length: {len(body)}\r\n\r\n{body}" if body else "\r\n\r\n").encode()
        )
        self.before, _, rest = body.partition("%PRICE%")
        self.between, _, self.after = rest.partition("%ID%")

    def filled(self, price: str, request_id: str) -> bytes:
        """The request with both put in."""
        body = f"{self.before}{price}{self.between}{request_id}{self.after}".encode()
        return b"%b\r\nContent-Length: %d\r\n\r\n%b" % (self.head, len(body), body)


class Client(asyncio.Protocol):
    """One kept connection with one request on its way at most."""

    def __init__(self, group: Group, number: int, stage: "Stage") -> None:
        self.group, self.stage = group, stage
        requests = group.requests
        # As many requests as clients or fewer: each client is one bidder. More: each takes any of them in turn.
        self.mine: Sequence[_Made] = (
            [requests[number % len(requests)]] if len(requests) <= group.clients else requests
        )
        self.due = 0.0
        self.busy = False
        self.rest = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Ready."""
        self.transport = transport

    def ask(self, due: float) -> None:
        """Send the next request; its time counts from `due`."""
        self.due, self.busy = due, True
        made = self.mine[0] if len(self.mine) == 1 else self.group.chance.choice(self.mine)
        self.transport.write(self.group.next_request(made))

    def data_received(self, data: bytes) -> None:
        """Take an answer once it is whole."""
        if self.rest:
            data = self.rest + data
        ends = data.find(b"\r\n\r\n")
        if ends < 0:
            self.rest = data
            return
        at = data.find(b"ontent-", 0, ends)
        length = -1
        while at >= 0:
            if data[at + 7 : at + 14].lower() == b"length:":
                line_end = data.find(b"\r", at)
                length = int(data[at + 14 : line_end])
                break
            at = data.find(b"ontent-", at + 7, ends)
        if length < 0 or len(data) < ends + 4 + length:
            self.rest = data
            if length < 0:
                self.stage.failed(self, "an answer without Content-Length")
            return
        self.rest = b""
        now = time.monotonic()
        self.busy = False
        if self.stage.counts(now):
            self.group.note(data[9:12], data[ends + 4 : ends + 4 + length], (now - self.due) * 1000)
        self.stage.following(self, now)

    def connection_lost(self, error: Exception | None) -> None:
        """A connection that ends with a question open is an error, not an answer."""
        if self.busy and not self.stage.over:
            self.stage.failed(self, "connection lost")


class Stage:
    """The run: warming up, the counted span, draining."""

    def __init__(self, task: dict[str, Any]) -> None:
        task["prices"] = [lot["price"] for lot in task["lots"]]
        self.task = task
        self.groups = [Group(task, given, number) for number, given in enumerate(task["groups"])]
        self.clients: list[Client] = []
        self.opening: set[asyncio.Task[None]] = set()
        self.over = False
        self.counted_from = self.counted_until = self.asks_until = 0.0

    def counts(self, now: float) -> bool:
        """Whether an answer that came at `now` is counted."""
        return self.counted_from <= now < self.counted_until

    def failed(self, client: Client, why: str) -> None:
        """Note a broken connection and open it anew."""
        client.group.errors[why] += 1
        client.busy = False
        client.rest = b""
        if not self.over:
            again = asyncio.create_task(self._again(client))
            self.opening.add(again)
            again.add_done_callback(self.opening.discard)

    async def _again(self, client: Client) -> None:
        if client.transport is not None:
            client.transport.abort()
        await asyncio.sleep(0.05)
        try:
            await asyncio.get_running_loop().create_connection(lambda: client, HOST, self.task["port"])
        except OSError:
            await self._again(client)
            return
        self.following(client, time.monotonic())

    def following(self, client: Client, now: float) -> None:
        """What a client does when it is free."""
        group = client.group
        if group.rate:
            if group.late:
                client.ask(group.late.popleft())
            else:
                group.free.append(client)
        elif now < self.asks_until:
            if group.wait_s:
                asyncio.get_running_loop().call_later(group.wait_s, self._ask_later, client)
            else:
                client.ask(now)

    def _ask_later(self, client: Client) -> None:
        now = time.monotonic()
        if now < self.asks_until:
            client.ask(now)

    async def run(self) -> dict[str, Any]:
        """Do the task; gives what each group found."""
        loop = asyncio.get_running_loop()
        for group in self.groups:
            for number in range(group.clients):
                client = Client(group, number, self)
                await loop.create_connection(lambda made=client: made, HOST, self.task["port"])  # type: ignore[misc]
                self.clients.append(client)
        began = time.monotonic()
        self.counted_from = began + self.task.get("warm_s", 0)
        self.asks_until = self.counted_from + self.task["seconds"]
        # An open loop counts what was asked in its span however late the answer; a closed one what was answered in it.
        some_open = any(group.rate for group in self.groups)
        self.counted_until = self.asks_until + (_DRAIN_S if some_open else 0)
        schedules = [asyncio.create_task(self._schedule(group)) for group in self.groups if group.rate]
        for client in self.clients:
            if client.group.rate:
                client.group.free.append(client)
            else:
                client.ask(time.monotonic())
        await asyncio.sleep(self.asks_until - time.monotonic())
        await asyncio.gather(*schedules)
        ends = time.monotonic() + _DRAIN_S
        while time.monotonic() < ends and any(self._waiting(group) for group in self.groups):
            await asyncio.sleep(0.005)
        self.over = True
        undecided = {group.name: self._waiting(group) for group in self.groups}
        for client in self.clients:
            client.transport.abort()
        return {group.name: self._found(group, undecided[group.name]) for group in self.groups}

    def _waiting(self, group: Group) -> int:
        return len(group.late) + sum(client.busy for client in self.clients if client.group is group)

    async def _schedule(self, group: Group) -> None:
        """Requests fall due at random instants of the wanted rate."""
        due = time.monotonic()
        while due < self.asks_until:
            now = time.monotonic()
            while due <= now:
                if group.free:
                    group.free.pop().ask(due)
                else:
                    group.late.append(due)
                due += group.chance.expovariate(group.rate)
            await asyncio.sleep(_TICK_S)

    def _found(self, group: Group, undecided: int) -> dict[str, Any]:
        return {
            "rate": group.accepted / self.task["seconds"],
            "answered": len(group.answered_ms) / self.task["seconds"],
            "accepted": group.accepted,
            "refused": dict(group.refused),
            "errors": dict(group.errors),
            "undecided": undecided,
            "accepted_ms": percentiles(group.accepted_ms),
            "answered_ms": percentiles(group.answered_ms),
            "receipts": group.receipts,
        }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p90, p95, p99, p99.9 and the largest, by rank; empty for nothing."""
    ordered = sorted(values)
    if not ordered:
        return {}
    last = len(ordered) - 1
    wanted = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}
    found = {name: ordered[min(last, int(part * len(ordered)))] for name, part in wanted.items()}
    return {name: round(value, 3) for name, value in found.items()} | {"max": round(ordered[last], 3)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(Stage(json.load(sys.stdin)).run())))
