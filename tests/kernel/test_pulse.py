"""The pulse of the platform: a clock that is behind makes no outage."""

from datetime import timedelta

import pytest

from config import heartbeat
from kernel import clock
from kernel.availability import commands as availability
from kernel.availability.models import Heartbeat, Outage
from tests.factories.deal import at

NOON = at("03-26 12:00")


@pytest.mark.django_db
def test_a_process_whose_clock_is_behind_does_not_turn_the_pulse_back() -> None:
    availability.beat(now=NOON)
    assert availability.beat(now=NOON - timedelta(seconds=90)) is None
    assert availability.beat(now=NOON + timedelta(seconds=5)) is None
    assert Heartbeat.objects.get(pk=1).alive_at == NOON + timedelta(seconds=5)
    assert not Outage.objects.exists()
    gap = availability.beat(now=NOON + timedelta(seconds=70))
    assert gap is not None
    assert Outage.objects.get().began_at == NOON + timedelta(seconds=5)


@pytest.mark.django_db
def test_a_beat_bears_the_databases_instant_and_not_the_processs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that came with its clock behind beats before anything has put it right."""
    behind = clock.MachineClock()
    monkeypatch.setattr(behind, "_correction", timedelta(seconds=-90))
    monkeypatch.setattr(clock, "_MACHINE", behind)
    before = clock.under_lock()
    heartbeat.beat_once()
    assert before <= Heartbeat.objects.get(pk=1).alive_at <= clock.under_lock()
    assert clock.now() < before
