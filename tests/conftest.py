"""Every test runs on a real PostgreSQL, as the runtime role, in a copy of the migrated template.

- `db` (pytest-django): the session's copy; what the test writes is rolled back.
- `committed_db`: a copy of the test's own, dropped afterwards, where threads and processes commit for real.

`transaction=True` is not for this project: it empties tables, which the runtime role may not do.
"""

from collections.abc import Iterator
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

hypothesis_settings.register_profile(
    "ci",
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("ci")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Both roles work on the session's own copy of the template until the last test has run."""
    stack = ExitStack()
    with django_db_blocker.unblock():
        name = stack.enter_context(scratch.scratch_database("test"))
        stack.enter_context(scratch.point_at(name))
    yield
    with django_db_blocker.unblock():
        stack.close()


@pytest.fixture
def committed_db(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database of this test's own, where commits are real.

    `config.scratch.environment(name)` sends a child process to it. Threads close their own connections.
    """
    with (
        django_db_blocker.unblock(),
        scratch.scratch_database("committed") as name,
        scratch.point_at(name),
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
