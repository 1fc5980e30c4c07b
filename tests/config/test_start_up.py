"""What a site refuses to start on, what it tells a load balancer, and what it tells a browser."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.checks import run_checks
from django.db import connection, connections
from django.test import Client
from pytest_django import Settings

from config import scratch
from config.checks import commits_are_durable, runtime_role_owns_nothing
from config.env import ROOT
from config.schedule import BEAT


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


@pytest.mark.parametrize("missing", ["SECRET_KEY", "SEALING_KEY", "DATABASE_URL", "REDIS_URL"])
def test_a_production_site_does_not_start_with_something_missing(missing: str) -> None:
    given = {
        "SECRET_KEY": "s",
        "SEALING_KEY": "k",
        "DATABASE_URL": "postgresql://exchange_app:x@127.0.0.1:1/exchange",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    child = subprocess.run(
        [sys.executable, "-c", "import config.settings.production"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "platform")} | (given | {missing: ""}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode != 0
    assert "must be set" in child.stderr
