"""Another province is first needed by two imports at once: it is one row for both."""

import time
from typing import Any

from django.db import transaction

from apps.parties.commands import external_province
from apps.parties.models import Organisation
from apps.parties.roles import Role
from tests.factories.actors import errors, taken, together
from tests.factories.deal import Deal, at

_IMPORT_S = 0.3


def imported(region: str) -> int:
    """An import whose transaction goes on for a while after it has asked for the province."""
    with transaction.atomic():
        made = external_province(region=region, now=at("03-05 09:00")).pk
        time.sleep(_IMPORT_S)
    return made


def rows(region: str) -> int:
    return Organisation.objects.filter(kind=Role.EXTERNAL_PROVINCE, region_id=region).count()


def test_two_imports_at_once_make_one_row_of_a_province(market: Deal) -> None:
    outcomes = together(*[lambda: imported("520000")] * 3)
    assert errors(outcomes) == []
    assert len(set(taken(outcomes))) == 1
    assert (len(outcomes), len(taken(outcomes)), rows("520000")) == (3, 3, 1)


def test_the_race_is_there_without_the_lock_and_the_database_still_keeps_one_row(
    market: Deal, without_locks: Any
) -> None:
    with without_locks():
        outcomes = together(*[lambda: imported("330000")] * 3)
    assert len(taken(outcomes)) < len(outcomes)
    assert rows("330000") == 1
