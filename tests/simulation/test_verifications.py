"""Random walks of verifications: whatever people do in whatever order, what was booked is what was measured."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apps.surplus.states import VerificationStatus
from tests.factories.across import Quick
from tests.simulation.case_walk import names, seeds, together, undone
from tests.simulation.verifications import STEPS, verify

pytestmark = pytest.mark.django_db


def test_from_the_declared_area_to_the_certificate(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = Quick.settled()
    done, refused, statuses = together(
        undone(partial(verify, seed, world)) for seed in seeds(4, 11, 101, 109)
    )
    assert statuses == set(map(str, VerificationStatus))
    assert set(names(STEPS)) <= done
    assert refused >= {
        "wrong_status",
        "totals_mismatch",
        "duplicate_request",
        "amount_exceeds",
        "missing_document",
        "not_found",
        "invalid",
    }
