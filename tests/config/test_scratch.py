"""Databases for a while."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg2
import pytest
import redis
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction

from config import databases, scratch
from config.env import ROOT

SOON = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def _write_session(key: str) -> int:
    try:
        Session.objects.create(session_key=key, session_data="", expire_date=SOON)
        return Session.objects.count()
    finally:
        connections.close_all()


def _names(prefix: str) -> set[str]:
    with databases.owners_server() as server, server.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_a_test_works_as_the_runtime_role_on_a_copy_of_the_template() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        role, database = cursor.fetchone()
    assert role == "exchange_app"
    assert database.startswith("scratch_test_")


@pytest.mark.django_db
def test_the_runtime_role_owns_no_table_and_may_make_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("CREATE TABLE mine (id int)")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("TRUNCATE django_session")


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_sees_the_same_database() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("exchange_owner", connection.settings_dict["NAME"])


def test_commits_of_other_threads_are_real_in_a_database_of_the_tests_own(committed_db: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(_write_session, ["a", "b"]))
    assert Session.objects.count() == 2


def test_the_next_database_knows_nothing_of_the_one_before(committed_db: str) -> None:
    assert Session.objects.count() == 0


def test_a_child_process_can_be_sent_to_the_same_database(committed_db: str) -> None:
    Session.objects.create(session_key="seen", session_data="", expire_date=SOON)
    code = (
        "import django; django.setup(); from django.contrib.sessions.models import Session;"
        "print(Session.objects.get().session_key)"
    )
    child = subprocess.run(
        [sys.executable, "-c", code],
        env=scratch.environment(committed_db) | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.strip() == "seen"


def test_a_scratch_database_is_gone_at_the_end_though_someone_is_connected(committed_db: str) -> None:
    with scratch.scratch_database("Short lived!") as name:
        url = scratch.environment(name)["DATABASE_URL"]
        left_open = psycopg2.connect(url)
        assert name in _names("scratch_short_lived_")
    assert name not in _names("scratch_")
    left_open.close()


def test_what_a_killed_process_left_is_dropped_by_the_next(committed_db: str) -> None:
    with databases.owners_server() as server, server.cursor() as cursor:
        cursor.execute("CREATE DATABASE scratch_orphan_1")
    with scratch.scratch_database("next"):
        assert "scratch_orphan_1" not in _names("scratch_")
        assert committed_db in _names("scratch_")


def test_the_template_is_made_once(committed_db: str) -> None:
    name = scratch.template()
    assert scratch.template() == name
    assert _names("exchange_tmpl_") == {name}


@pytest.mark.django_db
def test_a_process_inside_a_transaction_does_not_change_databases() -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"), scratch.point_at("exchange"):
        pass


def test_migrations_run_as_the_owner_only() -> None:
    with pytest.raises(CommandError):
        call_command("migrate", database="default", verbosity=0)


def test_each_test_process_has_a_redis_database_of_its_own(redis_url: str) -> None:
    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    assert redis_url.endswith(f"/{number}")
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
