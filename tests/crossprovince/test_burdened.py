"""Burdens on quota that is to go to other provinces: what they leave free is applied for and transferred."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from kernel.errors import Code, Refusal, Refused
from tests.factories.across import PROVINCE, Across

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def no(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.refusal


def burdened(across: Across, when: str, amount: str, reason: str = "抵押合同1号") -> int:
    data = {"reason": reason, "construction_area": amount}
    done = across.both(PROVINCE, "quota.encumber", when, subject=across.batch.pk, **data)
    return int(done.answer["encumbrance"])


@pytest.mark.parametrize(("amount", "fits"), [("500.0000", True), ("500.0001", False)])
def test_what_a_burden_leaves_free_is_applied_for(amount: str, fits: bool) -> None:
    across = Across.certified()
    burdened(across, "04-01 08:00", "300.0000")
    across.draft(amount=amount)
    if fits:
        across.submit()
        assert across.quota() == {"available": "300.0000", "frozen": "500.0000"}
        return
    refusal = no(across.submit)
    assert (refusal.code, refusal.detail["free"]) == (Code.QUOTA_ENCUMBERED, "500.0000")
    assert across.quota() == {"available": "800.0000"}


def test_a_seizure_beyond_what_is_free_bars_the_transfer_until_it_is_lifted() -> None:
    across = Across.with_ministry("500.0000")
    across.match(across.row("500.0000", "33.3333"))
    across.implementing()
    price = across.adjustment.amounts
    assert price is not None
    across.allocate(str(price.gross - price.retained))
    burden = burdened(across, "10-21 10:00", "300.0001", "法院查封1号")
    refusal = no(across.transfer)
    assert (refusal.code, refusal.detail["free"]) == (Code.QUOTA_ENCUMBERED, "499.9999")
    across.both(PROVINCE, "quota.lift_encumbrance", "10-22 09:00", subject=burden)
    burdened(across, "10-22 09:30", "300.0000", "法院查封2号")
    across.transfer()
    assert across.quota() == {"available": "300.0000"}
