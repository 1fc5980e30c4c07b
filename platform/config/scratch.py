"""Databases for a while: a rehearsal or a test gets one of its own, ready in a fraction of a second.

They are copies of a template that is made once for each state of the migrations and of the reference data,
kept on the server, and replaced when either changes.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlunsplit

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from psycopg2 import errors, extensions, sql

from config import databases
from config.env import ROOT
from kernel.database_functions import sql_files

_PREFIX = "exchange_tmpl_"
_FILLED = "exchange_filled_"
_SCRATCH = "scratch_"
# Any fixed number: whoever holds this advisory lock may make and drop templates and copies.
_LOCK = 20_310_417
# What the reference data is made of, beside the migrations.
_DATA_SUFFIXES = frozenset({".json", ".csv", ".toml", ".yaml", ".sql"})


def template() -> str:
    """The template database for the present migrations and reference data, made now if it is missing."""
    with databases.owners_server() as server, _alone(server):
        return _fresh_template(server)


def filled_template(world: str, *, state: str, fill: Callable[[], None]) -> str:
    """A template that `fill` has filled, for `scratch_database` to copy.

    It is made once for each `state` of what fills it, by the first who asks while others wait, and replaced when the
    state changes.
    """
    kept = f"{_FILLED}{_plain(world)}_"
    name = f"{kept}{_state_of_the_code()[:6]}{state[:6]}"
    with databases.owners_server() as server, _alone(server, about=kept):
        existing = [each for each in _databases(server, kept) if len(each) == len(name)]
        if name in existing:
            return name
        for stale in existing:
            _do(server, "DROP DATABASE {} WITH (FORCE)", stale)
        with scratch_database(world) as draft:
            with databases.pointing_at(draft):
                fill()
            _do(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", draft)
            _do(server, "ALTER DATABASE {} RENAME TO {}", draft, name)
    return name


@contextmanager
def scratch_database(name_hint: str, *, source: str = "") -> Iterator[str]:
    """The name of a new database, copied from the template; dropped at the end, whoever is still connected.

    `source` is another template than the migrated one. What a killed process left behind is dropped by the next call.
    """
    name = f"{_SCRATCH}{_plain(name_hint)}_{secrets.token_hex(5)}"
    # The connection stays open as a sign that the database is in use.
    with databases.owners_server(application_name=name) as server:
        with _alone(server):
            _drop_abandoned(server)
            _do(
                server,
                "CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log",
                name,
                source or _fresh_template(server),
            )
        try:
            yield name
        finally:
            _drop(server, name)


def refill(name: str, *, source: str) -> str:
    """The scratch database `name`, to which nobody may be connected, becomes a copy of another template.

    What it was before is left under the name that is given back, to be dropped at leisure.
    """
    before = f"{name}_before"
    with databases.owners_server() as server, _alone(server):
        _do(server, "ALTER DATABASE {} RENAME TO {}", name, before)
        _do(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log", name, source)
    return before


def drop(name: str) -> None:
    """Drop a scratch database, if it is still there."""
    with databases.owners_server() as server:
        _drop(server, name)


point_at = databases.pointing_at


def environment(name: str) -> dict[str, str]:
    """Environment variables for a child process that is to work on the database `name` of the same server."""
    return dict(os.environ) | {
        "DATABASE_URL": _url("default", name),
        "DATABASE_OWNER_URL": _url("owner", name),
        "REDIS_URL": settings.REDIS_URL,
    }


def _url(alias: str, name: str) -> str:
    at = connections[alias].settings_dict
    login = f"{quote(at['USER'], safe='')}:{quote(at['PASSWORD'], safe='')}"
    return urlunsplit(("postgresql", f"{login}@{at['HOST']}:{at['PORT'] or 5432}", f"/{name}", "", ""))


def _plain(hint: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", hint.lower())[:24]


@contextmanager
def _alone(server: extensions.connection, *, about: str = "") -> Iterator[None]:
    """Nobody else makes templates and copies meanwhile; with `about`, nobody else makes that one."""
    keys = "%s, hashtext(%s)" if about else "%s"
    given = [_LOCK, about] if about else [_LOCK]
    with server.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({keys})", given)
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({keys})", given)


def _fresh_template(server: extensions.connection) -> str:
    name = f"{_PREFIX}{_state_of_the_code()}"
    existing = _databases(server, _PREFIX)
    if name in existing:
        return name
    for stale in existing:
        _do(server, "DROP DATABASE {} WITH (FORCE)", stale)
    draft = f"{name}_draft"
    _do(server, "CREATE DATABASE {}", draft)
    with databases.pointing_at(draft):
        databases.migrate_as_owner(verbosity=0)
    # A template is copied only while nobody is connected to it.
    _do(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", draft)
    _do(server, "ALTER DATABASE {} RENAME TO {}", draft, name)
    return name


def _drop_abandoned(server: extensions.connection) -> None:
    """Drop what nobody holds and nobody is connected to: never under somebody's feet, whatever became of the sign."""
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %(ours)s"
            " UNION SELECT datname FROM pg_stat_activity WHERE datname LIKE %(ours)s",
            {"ours": f"{_SCRATCH}%"},
        )
        in_use = {row[0] for row in cursor.fetchall()}
    for name in _databases(server, _SCRATCH):
        if name not in in_use:
            with suppress(errors.ObjectInUse):  # somebody came in this very moment; the next call looks again
                _do(server, "DROP DATABASE IF EXISTS {}", name)


def _databases(server: extensions.connection, prefix: str) -> list[str]:
    with server.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return [row[0] for row in cursor.fetchall()]


def _drop(server: extensions.connection, name: str) -> None:
    """Drop a database; a vacuum of the server's own may stand in the way for a moment, and is waited for."""
    for pause_s in (0.2, 0.5, 1.0, 2.0):
        try:
            _do(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            return
        except errors.InsufficientPrivilege:
            time.sleep(pause_s)
    _do(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _do(server: extensions.connection, statement: str, *names: str) -> None:
    with server.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def _state_of_the_code() -> str:
    """Twelve hexadecimal digits that change with any migration, any reference data, and what loads it."""
    digest = hashlib.sha256()
    for path in sorted(_files_that_decide()):
        digest.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _files_that_decide() -> Iterator[Path]:
    for config in apps.get_app_configs():
        module_name, _ = MigrationLoader.migrations_module(config.label)
        if module_name is not None and find_spec(module_name) is not None:
            for folder in import_module(module_name).__path__:
                yield from Path(folder).glob("*.py")
        if Path(config.path).is_relative_to(ROOT / "platform") or Path(config.path).is_relative_to(
            ROOT / "apps"
        ):
            yield from (p for p in Path(config.path).rglob("*") if p.suffix in _DATA_SUFFIXES)
    yield from sql_files()
    for module in ("kernel.database_functions", settings.SCRATCH_PREPARE.rpartition(".")[0]):
        spec = find_spec(module) if module else None
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin)
