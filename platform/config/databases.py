"""One database seen by two roles: the tables' owner, who migrates, and the runtime role, who owns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.module_loading import import_string
from psycopg2 import extensions, sql

_ALIASES = ("default", "owner")

# A process that stops in mid-transaction (frozen, swapped out, cut off) loses its transaction and so frees the lot it
# holds, before those who wait for the lot give up; neither takes longer than people wait for an answer. Where requests
# of the stopped process itself stand in the queue, one more of them may get the lot, and loses it as late again.
LIMITS_MS = {
    "idle_in_transaction_session_timeout": 7_000,
    "lock_timeout": 8_500,
    "statement_timeout": 60_000,
}
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def both(*, runtime_url: str, owner_url: str) -> dict[str, dict[str, Any]]:
    """DATABASES: `default` for the runtime role, `owner` for the role that owns the tables.

    Runtime connections are kept between requests and looked at before use; the owner's are short. The runtime role
    waits for locks, silent transactions and statements only so long.
    """
    runtime: dict[str, Any] = dict(
        dj_database_url.parse(runtime_url, conn_max_age=600, conn_health_checks=True)
    )
    owner: dict[str, Any] = dict(dj_database_url.parse(owner_url, conn_max_age=0))
    limits = " ".join(f"-c {name}={value}" for name, value in LIMITS_MS.items())
    given = runtime.setdefault("OPTIONS", {})
    given |= _PATIENCE | {
        "application_name": "exchange",
        "options": f"{limits} {given.get('options', '')}".strip(),
    }
    owner.setdefault("OPTIONS", {})["application_name"] = "exchange-owner"
    return {"default": runtime, "owner": owner}


@contextmanager
def owners_server(*, application_name: str = "exchange-owner") -> Iterator[extensions.connection]:
    """The owner's connection to the server's database `postgres`, in autocommit: to make and drop others."""
    owner = connections["owner"].settings_dict
    connection = psycopg2.connect(
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        user=owner["USER"] or None,
        password=owner["PASSWORD"] or None,
        dbname="postgres",
        application_name=application_name,
    )
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def create_if_missing() -> None:
    """Make the database of the settings where the server has none. The owner needs CREATEDB for that."""
    name = connections["owner"].settings_dict["NAME"]
    with owners_server() as server, server.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop() -> None:
    """Drop the database of the settings, whoever is connected to it, with all that is in it."""
    name = connections["owner"].settings_dict["NAME"]
    connections.close_all()
    with owners_server() as server, server.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate_as_owner(*, verbosity: int) -> None:
    """Bring the tables up to date and load what every database needs before the first person comes."""
    call_command("migrate", verbosity=verbosity, interactive=False)
    if settings.SCRATCH_PREPARE:
        import_string(settings.SCRATCH_PREPARE)()


def let_runtime_role_work() -> None:
    """Give the runtime role its rights on every table that the owner will make in this database.

    Only as a default for tables to come: a migration that takes UPDATE and DELETE away from an append-only
    table has the last word, however often this runs.
    """
    runtime, owner = (connections[alias].settings_dict["USER"] for alias in _ALIASES)
    if runtime == owner:
        return
    role = sql.Identifier(runtime)
    with connections["owner"].cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(role))


@contextmanager
def pointing_at(name: str) -> Iterator[None]:
    """This process works on the database `name`, in both roles and every thread, until the block ends.

    Connections of this thread are closed on the way in and out; other threads close their own. Refuses to
    leave a transaction behind: RuntimeError.
    """
    before = {alias: connections[alias].settings_dict["NAME"] for alias in _ALIASES}
    _point(dict.fromkeys(_ALIASES, name))
    try:
        yield
    finally:
        _point(before)


def _point(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connection = connections[alias]
        if connection.in_atomic_block:
            raise RuntimeError(f"the connection {alias} is inside a transaction")
        connection.close()
        # One dictionary serves the connections of all threads.
        connection.settings_dict["NAME"] = name
