"""Where a test begins, entered instead of built: the database in which it stands is kept, and copied once a process.

A test that may write into one transaction only, and has not written anything yet, goes on in a transaction of the copy;
what it does there is taken back with the rest. Everybody else builds where they are.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from django.conf import UserSettingsHolder, settings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import get_language

from kernel import entropy
from tests.factories.kept import World, kept

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
_ALONE_AND_NEW = """
    SELECT NOT EXISTS (SELECT FROM parties_organisation) AND NOT EXISTS (SELECT FROM rulebook_rulebook)
       AND (SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database())
"""
_NO_MATTER = frozenset({"MEDIA_ROOT", "SETTINGS_MODULE"})
MOST_CONNECTED = 8
"""Stations to which a process stays connected: a server has connections for some hundred, and two processes test."""
NOWHERE = ""
"""The migrated template, in which nobody has done anything."""


@dataclass
class _Copy:
    """This process's own copy of a station, with a connection to it that is kept while it is used."""

    world: World
    wrapper: BaseDatabaseWrapper


@dataclass
class Stations:
    """The stations of this process, and where its present test is."""

    copies: dict[str, _Copy] = field(default_factory=dict)
    here: str = NOWHERE
    _open: bool = False
    _as_usual: Callable[[], bool] = lambda: False
    _home: Any = None
    _own: str = ""
    _stack: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def open_in(self, database: str, *, as_usual: Callable[[], bool]) -> Iterator[None]:
        """A test runs in one transaction of `database`, where nothing is yet: it may enter a station.

        But not while settings or code are not `as_usual`: what is built then is the test's own affair.
        """
        if connection.settings_dict["NAME"] != database:
            yield
            return
        self._open, self.here, self._as_usual = True, NOWHERE, as_usual
        try:
            yield
        finally:
            self._open = False
            self._leave()

    def _leave(self) -> None:
        """The connection leads home again; what was written away is looked at, and taken back."""
        if self._home is None:
            return
        default, home, self._home = connections["default"], self._home, None
        away = default.connection
        try:
            if away is not None and not default.needs_rollback and default.is_usable():
                default.check_constraints()
        finally:
            default.connection = home
            if away is not None and not away.closed:
                away.rollback()
                away.autocommit = True

    def enter(self, name: str, build: Callable[[], Any], *, since: str = NOWHERE) -> Any:
        """Go on at the station called `name`, which `build` would bring about from where `since` names.

        Gives what `build` gave. Where a test may not enter any, `build` itself runs.
        """
        if since == NOWHERE and self._may_refill():
            return self._refilled(name, build)
        if not self.may_enter(since):
            return build()
        if name not in self.copies:
            self.copies[name] = self._copy(name, build)
        copy = self.copies[name] = self.copies.pop(name)  # the last one entered is the last
        self._go_to(copy)
        self._let_go()
        self.here = name
        cache.clear()
        copy.world.lay_out(Path(settings.MEDIA_ROOT))
        return copy.world.given

    def _let_go(self) -> None:
        """Connections to stations that nobody has entered for long are closed; the copies stay."""
        for each in list(self.copies.values())[:-MOST_CONNECTED]:
            if each.wrapper.connection is not connections["default"].connection:
                each.wrapper.close()

    @contextmanager
    def committing_in(self, database: str, *, as_usual: Callable[[], bool]) -> Iterator[None]:
        """A test has `database` to itself, where commits are real: while it is new, a station may be copied into it."""
        self._own, self._as_usual = database, as_usual
        try:
            yield
        finally:
            self._own = ""

    def _may_refill(self) -> bool:
        if not self._own or connection.settings_dict["NAME"] != self._own or connection.in_atomic_block:
            return False
        with connection.cursor() as cursor:
            cursor.execute(_ALONE_AND_NEW)
            new: bool = cursor.fetchone()[0]
        return new and self._as_usual()

    def _refilled(self, name: str, build: Callable[[], Any]) -> Any:
        database, self._own = self._own, ""  # once filled it is new no more
        with _connections_apart():
            world = kept(name, lambda: _unheard(build))
        connections.close_all()
        world.fill(database)
        cache.clear()
        return world.given

    def close(self) -> None:
        """The process ends: its copies are dropped."""
        self.copies.clear()
        self._stack.close()

    def may_enter(self, since: str = NOWHERE) -> bool:
        """The test is where `since` names, under the usual circumstances, and has written nothing there."""
        if not self._open or self.here != since or not connection.in_atomic_block or not self._as_usual():
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
            untouched: bool = cursor.fetchone()[0]
        return untouched

    def _copy(self, name: str, build: Callable[[], Any]) -> _Copy:
        self._open = False  # what builds a station enters none
        try:
            with _connections_apart():
                world = kept(name, lambda: _unheard(build))
                database = self._stack.enter_context(world.copied(name))
        finally:
            self._open = True
        default = connections["default"]
        wrapper = type(default)(default.settings_dict | {"NAME": database}, "default")
        wrapper.connect()
        self._stack.callback(wrapper.close)
        return _Copy(world, wrapper)

    def _go_to(self, copy: _Copy) -> None:
        """The transaction that is open goes on in the copy, with the same savepoints."""
        copy.wrapper.ensure_connection()
        default, away = connections["default"], copy.wrapper.connection
        away.autocommit = False
        with away.cursor() as cursor:
            cursor.execute("SELECT 1")
            for savepoint in filter(None, default.savepoint_ids):
                cursor.execute(default.ops.savepoint_create_sql(savepoint))
        if self._home is None:
            self._home = default.connection
        else:  # from one station on to the next
            default.connection.rollback()
            default.connection.autocommit = True
        default.connection = away


def _unheard(build: Callable[[], T]) -> T:
    """What is built in one transaction of which, as in a test, nobody outside hears."""
    with transaction.atomic():
        given = build()
        connection.run_on_commit = []
    return given


def circumstances() -> tuple[str, ...]:
    """What a station's builder could be swayed by: settings that are overridden, the language, chance that is none."""
    holder: object = vars(settings)["_wrapped"]
    found: dict[str, object] = {}
    while isinstance(holder, UserSettingsHolder):
        found = vars(holder) | found
        holder = holder.default_settings
    told = (
        f"{name}={value!r}"
        for name, value in sorted(found.items())
        if name.isupper() and name not in _NO_MATTER
    )
    return (*told, str(get_language()), str(bool(entropy._seeds)))


@contextmanager
def _connections_apart() -> Iterator[None]:
    """Other connections of the same settings: an open transaction stays as it is meanwhile."""
    before = {alias: connections[alias] for alias in ("default", "owner")}
    for alias in before:
        connections[alias] = connections.create_connection(alias)
    try:
        yield
    finally:
        for alias, each in before.items():
            connections[alias].close()
            connections[alias] = each


STATIONS = Stations()


def station(build: Callable[P, T]) -> Callable[P, T]:
    """What `build` brings about is a station, unless it is asked for with something out of the way."""

    @wraps(build)
    def entered(*args: P.args, **kwargs: P.kwargs) -> T:
        if args or kwargs:
            return build(*args, **kwargs)
        there: T = STATIONS.enter(build.__name__, build)
        return there

    return entered


def stands(build: F) -> F:
    """The same for how a class of worlds begins: each class of its own."""

    @wraps(build)
    def entered(cls: type, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs:
            return build(cls, *args, **kwargs)
        return STATIONS.enter(f"{cls.__name__}-{build.__name__}".lower(), lambda: build(cls))

    return cast(F, entered)
