"""Every test runs on a real PostgreSQL, as the runtime role, in a copy of the migrated template.

- `db` (pytest-django): the session's copy; what the test writes is rolled back.
- `committed_db`: a copy of the test's own, dropped afterwards, where threads and processes commit for real.

`transaction=True` is not for this project: it empties tables, which the runtime role may not do.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from config import scratch
from tests.demo.seeded import market, seeded  # noqa: F401 - fixtures of every folder
from tests.factories.kept import drop_all_passed, passing_database
from tests.factories.stations import STATIONS, circumstances

hypothesis_settings.register_profile(
    "ci",
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("ci")


LONGEST = (
    "tests/browser/test_pages.py",
    "tests/simulation",
    "tests/process/test_matrix.py",
    "tests/browser",
    "tests/demo",
    "tests/rehearsal",
    "tests/chaos",
    "tests/deadlines",
    "tests/live",
    "tests/races",
    "tests/desks",
    "tests/trust",
)
"""Files and folders that take longest: they come first, for what comes last keeps one worker alone.

Of the first two only one asks for the market, which takes a minute to tell: nobody waits for it.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; each file's tests stay together and in their order."""
    items.sort(
        key=lambda item: next((n for n, each in enumerate(LONGEST) if item.nodeid.startswith(each)), 99)
    )


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it during every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Both roles work on the session's own copy of the template until the last test has run."""
    stack = ExitStack()
    with django_db_blocker.unblock():
        name = stack.enter_context(scratch.scratch_database("test"))
        stack.enter_context(scratch.point_at(name))
    yield name
    with django_db_blocker.unblock():
        STATIONS.close()
        stack.close()
        drop_all_passed()


@pytest.fixture(scope="session")
def _usual() -> tuple[str, ...]:
    return circumstances()


@pytest.fixture
def _as_usual(_usual: tuple[str, ...], request: pytest.FixtureRequest) -> Callable[[], bool]:
    """Says whether settings, language and code are what they are for most tests."""
    patch = request.getfixturevalue("monkeypatch") if "monkeypatch" in request.fixturenames else None
    return lambda: circumstances() == _usual and not (patch and (patch._setattr or patch._setitem))


@pytest.fixture(autouse=True)
def _stations(_as_usual: Callable[[], bool], request: pytest.FixtureRequest) -> Iterator[None]:
    """A test whose writing is taken back may enter a station that is kept, instead of building it."""
    if not ("db" in request.fixturenames or request.node.get_closest_marker("django_db")):
        yield
        return
    request.getfixturevalue("_django_db_helper")  # its transaction begins before and ends after
    with STATIONS.open_in(request.getfixturevalue("django_db_setup"), as_usual=_as_usual):
        yield


@pytest.fixture
def committed_db(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    _as_usual: Callable[[], bool],
) -> Iterator[str]:
    """The name of a database of this test's own, where commits are real.

    `config.scratch.environment(name)` sends a child process to it. Threads close their own connections.
    """
    with (
        django_db_blocker.unblock(),
        passing_database("committed") as name,
        scratch.point_at(name),
        STATIONS.committing_in(name, as_usual=_as_usual),
    ):
        yield name
        connections.close_all()


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of this test process's own Redis database, empty."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.flushdb()
        yield django_settings.REDIS_URL
        client.flushdb()
