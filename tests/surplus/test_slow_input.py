"""The boundaries of a thousand parcels are read in peace; no other act keeps a transaction waiting."""

from typing import Any

import pytest
from django.db import connection

from config.databases import LIMITS_MS
from kernel.acts import perform
from kernel.acts.act import all_acts
from kernel.acts.perform import validated
from tests.factories.ziyun import Ziyun, facts

pytestmark = pytest.mark.django_db


def patience() -> str:
    """What the database allows this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return str(cursor.fetchone()[0])


def test_the_database_waits_for_the_boundaries_of_a_verification(
    settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ziyun, seen = Ziyun.settled(), []

    def reading(*given: Any) -> Any:
        seen.append(patience())
        return validated(*given)

    monkeypatch.setattr(perform, "validated", reading)
    ziyun.draft(**facts())
    assert set(seen) == {"30s"}
    seen.clear()
    connection.cursor().execute("SET LOCAL idle_in_transaction_session_timeout = '7s'")
    ziyun.both("county", "verification.withdraw", "01-07 09:00", reason="另有安排")
    assert set(seen) == {"7s"}
    assert LIMITS_MS["idle_in_transaction_session_timeout"] == 7_000


def test_only_what_brings_boundaries_may_keep_it_waiting() -> None:
    assert {act.name for act in all_acts() if act.slow_input} == {
        "verification.draft",
        "verification.amend",
        "verification.report",
        "project.record",
    }
