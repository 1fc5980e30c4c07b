"""Random walks of the lots that came with the second market: whatever people do in whatever order, the books agree."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.listings.states import ListingStatus
from tests.factories.agreed import Agreed
from tests.factories.promised import Promised
from tests.factories.sale import Sale
from tests.simulation import invariants
from tests.simulation.case_walk import names, seeds, together, undone
from tests.simulation.deals import AGREED, SOLD, agree, promise, sell

pytestmark = pytest.mark.django_db

S = ListingStatus
_COMMITMENT = {"report", "decide"}


@pytest.fixture(autouse=True)
def _watched(settings: Any, tmp_path: Path, db: None) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE invariants")


def test_one_government_hands_over_to_another_by_agreement() -> None:
    world = Agreed.stocked()
    invariants.prepare()
    done, refused, statuses = together(undone(partial(agree, seed, world)) for seed in seeds(0, 1, 2, 4))
    assert statuses == set(map(str, S)) - {S.BIDDING, S.UNSOLD}
    assert set(names(AGREED)) - _COMMITMENT - {"relist", "refund"} <= done
    assert refused >= {
        "wrong_status",
        "not_paired",
        "missing_document",
        "already_signed",
        "barred",
        "facts_frozen",
    }


def test_certified_quota_is_sold() -> None:
    world = Sale.of_certified()
    invariants.prepare()
    done, refused, statuses = together(undone(partial(sell, seed, world)) for seed in seeds(1, 4, 8, 9))
    assert statuses == set(map(str, S)) - {S.DEFAULTED}
    assert set(names(SOLD)) - _COMMITMENT - {"relist"} <= done
    assert refused >= {"too_late", "not_qualified", "below_increment", "below_start", "suspended"}


def test_what_was_promised_is_kept_or_not() -> None:
    world = Promised.with_its_buyer()
    invariants.prepare()
    done, _, statuses = together(undone(partial(promise, seed, world)) for seed in seeds(0, 3))
    assert statuses == {S.TRANSFERRED, S.PUBLICISED, S.COMPLETED}
    assert done >= {*_COMMITMENT, "remit", "refund", "publicise", "file"}
