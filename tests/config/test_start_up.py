"""What a site refuses to start on, what it tells a load balancer, and what it tells a browser."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.core.checks import run_checks
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.backends.utils import CursorWrapper
from django.test import Client
from pydantic import SecretStr
from pytest_django import Settings

from config import databases, scratch
from config.checks import commits_are_durable, promises_are_kept, runtime_role_owns_nothing
from config.databases import owners_server
from config.env import ROOT, environment
from config.schedule import BEAT
from kernel import clock
from kernel.deadlines import commands as deadlines
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.start_up import UnsafeDatabase
from tests.factories.actors import until


@pytest.fixture
def careless_connection(db: None) -> Iterator[None]:
    """A connection whose commits do not wait for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        yield


@pytest.mark.django_db
def test_a_durable_server_and_the_runtime_role_pass() -> None:
    assert [
        found for found in run_checks(databases=["default"]) if (found.id or "").startswith("config.E")
    ] == []


def test_a_server_that_may_lose_an_answered_commit_is_refused(careless_connection: None) -> None:
    refusals = commits_are_durable(databases=["default"])
    assert [refusal.id for refusal in refusals] == ["config.E001"]
    assert "synchronous_commit" in refusals[0].msg


def test_a_role_that_owns_the_tables_is_refused(committed_db: str) -> None:
    runtime, owner = connections["default"].settings_dict, connections["owner"].settings_dict
    before = runtime["USER"], runtime["PASSWORD"]
    runtime["USER"], runtime["PASSWORD"] = owner["USER"], owner["PASSWORD"]
    connections["default"].close()
    try:
        assert [found.id for found in runtime_role_owns_nothing(databases=["default"])] == ["config.E002"]
    finally:
        connections["default"].close()
        runtime["USER"], runtime["PASSWORD"] = before


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ("ALTER TABLE audit_auditentry DISABLE TRIGGER ALL", "装载后被改动"),
        ("DROP FUNCTION refused_as_frozen() CASCADE", "装载后被改动"),
        ("GRANT EXECUTE ON FUNCTION bids_write(json) TO PUBLIC", "装载后被改动"),
        ("COMMENT ON FUNCTION refused_as_append_only() IS '0 0'", "另一版本"),
        ("DROP FUNCTION refused_as_append_only() CASCADE", "尚未装载"),
    ],
)
def test_a_database_whose_promises_are_not_this_versions_is_refused(
    committed_db: str, changed: str, found: str
) -> None:
    assert promises_are_kept(databases=["default"]) == []
    with connections["owner"].cursor() as cursor:
        cursor.execute(changed)
    refused = promises_are_kept(databases=["default"])
    assert [each.id for each in refused] == ["config.E004"]
    assert found in refused[0].msg


@pytest.fixture
def weakened(committed_db: str) -> Iterator[str]:
    """A database of the test's own whose commits do not wait for the disk, as a careless administrator leaves it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {committed_db} SET synchronous_commit = off")
    connections["default"].close()
    yield committed_db
    connections["default"].close()


def test_no_connection_to_a_server_that_may_lose_commits_is_ever_used(weakened: str, client: Client) -> None:
    """Also when the settings are weakened while the site runs: each new connection is looked at, again and again."""
    for _ in range(2):
        with pytest.raises(UnsafeDatabase, match="synchronous_commit = off"):
            connection.ensure_connection()
    assert client.get("/healthz").status_code == 503
    assert client.get("/api/v1/listings/").json()["code"] == "unavailable"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {weakened} SET synchronous_commit = on")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "command",
    [
        "manage.py serve --port 1",
        "manage.py serve --live --port 1",
        "manage.py deadlines watch",
        "-m celery -A config worker --pool solo",
    ],
)
def test_nothing_starts_on_a_database_that_may_lose_commits(weakened: str, command: str) -> None:
    child = subprocess.run(
        [sys.executable, *command.split()],
        cwd=ROOT,
        env=scratch.environment(weakened)
        | {"DJANGO_SETTINGS_MODULE": "config.settings.local", "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode != 0
    assert "synchronous_commit" in child.stdout + child.stderr


def test_a_minder_that_starts_while_the_database_is_away_waits_for_it(
    committed_db: str, tmp_path: Path
) -> None:
    connections.close_all()
    _let_connect(committed_db, "false")
    told = tmp_path / "scheduler.log"
    with told.open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "manage.py", "deadlines", "watch"],
            cwd=ROOT,
            env=scratch.environment(committed_db) | {"DJANGO_SETTINGS_MODULE": "config.settings.local"},
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: child.poll() is not None or "tries again" in told.read_text(), "it looks in vain")
        assert child.poll() is None, told.read_text()
        assert "the database is away" in told.read_text()
        _let_connect(committed_db, "true")
        now = clock.now()
        due = deadlines.set_at(kind="bar_end", case_id=None, concerns_id=1, due_at=now, now=now)
        until(lambda: Deadline.objects.get(pk=due.pk).status == DeadlineStatus.HANDLED, "it handles")
    finally:
        child.kill()
        child.wait()
        _let_connect(committed_db, "true")


def _let_connect(name: str, allowed: str) -> None:
    with owners_server() as server, server.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_said_as_503_on_pages_and_in_the_api(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Whoever stumbles over it: a view, or a middleware behind it (the session)."""

    def away(*_: Any, **__: Any) -> None:
        raise error("server closed the connection unexpectedly")

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", away)
        for _ in range(2):
            page, answer = client.get("/listings/"), client.get("/api/v1/listings/")
            assert (page.status_code, answer.status_code) == (503, 503)
            assert "暂时无法受理" in page.content.decode()
            assert answer.json()["code"] == "unavailable"
            assert page.headers["Retry-After"] == answer.headers["Retry-After"] == "2"
            fragment = client.get("/listings/", headers={"X-Fragment": "1"})
            assert (fragment.status_code, fragment.headers["Retry-After"]) == (503, "2")
            assert fragment.json()["kind"] == "refusal"
            assert '<p class="wrong" role="alert">系统暂时无法受理' in fragment.json()["html"]
        patch.undo()
        patch.setattr(SessionBase, "get", away)
        client.cookies["sessionid"] = "a" * 32
        assert client.get("/desk/").status_code == 503


def test_without_a_database_nothing_is_asked_of_it() -> None:
    assert commits_are_durable(databases=None) == []
    assert runtime_role_owns_nothing(databases=None) == []


@pytest.mark.django_db
def test_health_is_good_while_the_database_answers(client: Client, settings: Settings) -> None:
    assert client.get("/healthz").json() == {"database": "up", "redis": "up"}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"database": "up", "redis": "down"}


def test_health_is_bad_without_the_database(committed_db: str, client: Client) -> None:
    with scratch.point_at("scratch_that_is_not_there"):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] == "down"


@pytest.mark.django_db
def test_gauges_are_for_whoever_has_the_token_and_say_how_far_behind_the_engine_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/metrics").status_code == 404
    given = environment().model_copy(update={"metrics_token": SecretStr("a token")})
    monkeypatch.setattr("config.health.environment", lambda: given)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    now = clock.now()
    deadlines.set_at(kind="bar_end", case_id=None, concerns_id=1, due_at=now - timedelta(seconds=90), now=now)
    text = client.get("/metrics", headers={"Authorization": "Bearer a token"}).content.decode()
    told = dict(line.rsplit(" ", 1) for line in text.splitlines())
    assert told["exchange_deadlines_overdue"] == "1"
    assert 90 <= float(told["exchange_deadlines_oldest_overdue_seconds"]) < 120
    with clock.simulated(now):
        runner.run_due(now=now)
    text = client.get("/metrics", headers={"Authorization": "Bearer a token"}).content.decode()
    told = dict(line.rsplit(" ", 1) for line in text.splitlines())
    assert told["exchange_deadlines_overdue"] == "0"
    assert told['exchange_deadlines_lateness_seconds{kinds="all",quantile="0.99"}'] == "90.0"
    assert told['exchange_deadlines_lateness_seconds{kinds="exact",quantile="0.99"}'] == "0.0"


@pytest.mark.django_db
def test_a_browser_may_run_nothing_that_the_site_did_not_serve_as_a_file(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/schema/", "/api/v1/docs/"])
def test_the_schema_and_its_page_are_open_to_all(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_the_page_of_the_schema_fetches_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "//cdn" not in page


def test_a_pulse_that_nobody_took_is_gone_before_the_next() -> None:
    for pulse in BEAT.values():
        assert pulse["options"]["expires"] <= pulse["schedule"]


_PRODUCTION = {
    "SECRET_KEY": "s",
    "SEALING_KEY": "k",
    "DATABASE_URL": "postgresql://exchange_app:x@127.0.0.1:1/exchange",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "COLLECTION_ACCOUNT_NAME": "归集户",
    "COLLECTION_ACCOUNT_BANK": "银行",
    "COLLECTION_ACCOUNT_NUMBER": "6100000000000002",
}


@pytest.mark.parametrize("missing", sorted(_PRODUCTION))
def test_a_production_site_does_not_start_with_something_missing(missing: str) -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import config.settings.production"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "platform")} | _PRODUCTION | {missing: ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode != 0
    assert "must be set" in child.stderr


def test_a_silent_mail_server_is_given_up_before_the_database_gives_up_the_relay() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "from config.settings import production; print(production.EMAIL_TIMEOUT)"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "platform")} | _PRODUCTION,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(child.stdout) * 1000 < databases.LIMITS_MS["idle_in_transaction_session_timeout"]
