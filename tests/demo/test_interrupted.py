"""A telling of the market that is stopped leaves nothing that passes for a market."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.demo import seed
from apps.demo.models import Seeding
from apps.parties.models import Organisation
from config import scratch
from kernel import clock
from tests.demo.present import PRESENT


@pytest.fixture
def own_database(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database that may be dropped and made anew."""
    with django_db_blocker.unblock(), scratch.scratch_database("half") as name, scratch.point_at(name):
        yield name
        connections.close_all()


def run() -> str:
    said = io.StringIO()
    with clock.simulated(PRESENT), override_settings(DEBUG=True), pytest.raises(KeyboardInterrupt):
        call_command("seed_market", stdout=said)
    return said.getvalue()


def test_a_telling_that_was_stopped_is_begun_anew_and_says_so(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(seed, "play_all", stop)
    first = run()
    known = Organisation.objects.count()
    assert known
    assert seed.is_half_told()
    assert "重新建立数据库" not in first
    second = run()
    assert "演示市场上次没有生成完毕，现重新建立数据库并从头生成" in second
    assert "已就绪" not in first + second
    assert (Organisation.objects.count(), Seeding.objects.count()) == (known, 1)
    Seeding.objects.update(ended_at=PRESENT)
    assert not seed.is_half_told()
