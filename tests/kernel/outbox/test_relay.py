"""The relay: each load leaves in a transaction of its own, so that one that breaks takes nobody else's with it."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from kernel.numbering.commands import last_number, next_number
from kernel.outbox import commands as outbox
from kernel.outbox.commands import NewMessage
from kernel.outbox.models import Message

NOW = datetime(2026, 3, 5, 1, tzinfo=UTC)
MIDDLE = "c"


@pytest.fixture
def carried(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of what was carried, in order, out of a topic carried one by one and one carried together."""
    keys: list[str] = []
    monkeypatch.setitem(outbox._one_by_one, "letter", lambda message: keys.append(message.key))
    monkeypatch.setitem(
        outbox._together, "flock", lambda messages: keys.extend(message.key for message in messages)
    )
    return keys


def put(*keys: str, topic: str = "letter") -> None:
    """As many messages, committed."""
    outbox.enqueue_all([NewMessage(topic, {}, key) for key in keys], now=NOW)


def positions() -> dict[str, int | None]:
    """Where each message stands among those that left, by its key."""
    return dict(Message.objects.order_by("id").values_list("key", "position"))


def test_what_has_left_is_committed_before_the_next_is_carried(
    carried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at from another connection, by each handler in turn."""
    seen: list[int] = []
    sent = Message.objects.using("owner").filter(sent_at__isnull=False)
    monkeypatch.setitem(outbox._one_by_one, "letter", lambda _: seen.append(sent.count()))
    put("a", "b", "c")
    assert outbox.relay(now=NOW) == 3
    assert seen == [0, 1, 2]


def slow(_: Message) -> None:
    """The database gives up on a transaction that stands idle while a mail server does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
    time.sleep(0.3)


def failing(_: Message) -> None:
    """It writes something, and then cannot go on."""
    next_number("a trace")
    raise ConnectionError("no route to the mail server")


def broken_in_sql(_: Message) -> None:
    """It leaves the transaction unusable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


@pytest.mark.parametrize("trouble", [slow, failing, broken_in_sql])
def test_one_that_breaks_in_the_middle_sends_nobody_elses_again_and_tries_again_later(
    carried: list[str], monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Message], None]
) -> None:
    def handler(message: Message) -> None:
        if message.key == MIDDLE:
            trouble(message)
        carried.append(message.key)

    put("a", "b", MIDDLE, "d", "e")
    with monkeypatch.context() as patch:
        patch.setitem(outbox._one_by_one, "letter", handler)
        assert outbox.relay(now=NOW) == 4
        assert outbox.relay(now=NOW) == 0
    kept = Message.objects.get(sent_at=None)
    assert (kept.key, kept.attempts, kept.position) == (MIDDLE, 1, None)
    assert kept.last_error
    assert kept.try_at == NOW + timedelta(seconds=2)
    assert last_number("a trace") == 0
    assert outbox.relay(now=kept.try_at) == 1
    assert [key for key in carried if key != MIDDLE] == ["a", "b", "d", "e"]
    assert positions() == {"a": 1, "b": 2, MIDDLE: 5, "d": 3, "e": 4}


def test_messages_carried_together_leave_in_one_go_and_are_kept_together(
    carried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing_together(messages: Sequence[Message]) -> None:
        raise ConnectionError(f"{len(messages)} at once")

    put("a", "b", topic="flock")
    put("c")
    put("d", topic="flock")
    with monkeypatch.context() as patch:
        patch.setitem(outbox._together, "flock", failing_together)
        assert outbox.relay(now=NOW) == 1
    kept = Message.objects.filter(sent_at=None).order_by("id")
    assert [(each.key, each.attempts, each.last_error) for each in kept] == [
        (key, 1, "ConnectionError: 3 at once") for key in ("a", "b", "d")
    ]
    assert outbox.relay(now=NOW + timedelta(seconds=2)) == 3
    assert carried == ["c", "a", "b", "d"]
    assert positions() == {"a": 2, "b": 3, "c": 1, "d": 4}


def test_what_another_relay_has_carried_meanwhile_is_not_carried_again(
    carried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list was read without the lane; under the lane it is looked at again."""
    put("a", "b")
    stale = outbox._loads(now=NOW)
    assert outbox.relay(now=NOW) == 2
    monkeypatch.setattr(outbox, "_loads", lambda *, now: stale)
    assert outbox.relay(now=NOW) == 0
    assert carried == ["a", "b"]


def test_a_message_that_nobody_carries_waits_and_a_rollback_takes_a_message_away(carried: list[str]) -> None:
    put("a", topic="unheard of")
    with transaction.atomic():
        put("b")
        transaction.set_rollback(True)
    assert outbox.relay(now=NOW) == 0
    assert carried == []
    assert Message.objects.get().last_error == "LookupError: no handler for topic unheard of"
