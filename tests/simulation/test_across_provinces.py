"""Random walks of quota across provinces: whatever people do in whatever order, the ledgers agree."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apps.crossprovince.demand_states import DemandStatus
from apps.crossprovince.states import AdjustmentStatus
from tests.factories.across import Across
from tests.factories.taking import Taking
from tests.simulation.across_provinces import GIVING, TAKING, give, take
from tests.simulation.case_walk import names, seeds, together, undone

pytestmark = pytest.mark.django_db

_UNREACHED = {AdjustmentStatus.CLOSED}
"""Its audit comes after the year that a walk goes through (tests/crossprovince/test_money.py)."""
_SELDOM = {"revoke", "settle", "quarter", "accept_plan", "accept", "settle_objection", "dispute"}
"""Steps that the walks of some seeds may never take, or take as what is next (`answer`)."""


def test_the_side_that_gives(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = Across.certified()
    done, refused, statuses = together(undone(partial(give, seed, world)) for seed in seeds(1, 2, 4, 8))
    assert statuses == set(map(str, AdjustmentStatus)) - set(map(str, _UNREACHED))
    assert set(names(GIVING)) - _SELDOM <= done
    assert refused >= {
        "wrong_status",
        "quota_insufficient",
        "amount_exceeds",
        "missing_document",
        "price_mismatch",
    }


def test_the_side_that_takes(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = Taking.settled()
    done, refused, statuses = together(undone(partial(take, seed, world)) for seed in seeds(1, 2, 5))
    assert statuses == set(map(str, DemandStatus))
    assert set(names(TAKING)) - _SELDOM <= done
    assert refused >= {"wrong_status", "amount_exceeds", "missing_document", "price_mismatch"}
