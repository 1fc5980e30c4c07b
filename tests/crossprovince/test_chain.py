"""From the application to the quota's leaving: the figures of the spec's acceptance test (cross-province, 12)."""

from typing import Any

import pytest
from django.db import transaction

from apps.crossprovince.queries import faults
from apps.crossprovince.states import AdjustmentStatus as S
from apps.funds.queries import faults as fund_faults
from apps.parties.models import Organisation
from apps.quota.queries import faults as quota_faults
from kernel.errors import Refusal, Refused
from tests.crossprovince.across import Across

pytestmark = pytest.mark.django_db


def refused(call: Any) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def sound() -> None:
    assert (faults(), fund_faults(), quota_faults()) == ([], [], [])


def test_ziyuns_800_mu_to_zhejiang_end_to_end() -> None:
    across = Across.with_ministry()
    assert across.quota() == {"frozen": "800.0000"}
    [matched] = across.match(across.row()).answer["matched"]
    assert matched == {
        "adjustment": across.adjustment_id, "price": "400000000.00", "gross": "240000000.00",
        "retained": "24000000.00", "margin": "160000000.00", "allocated": "216000000.00", "remainder": 0,
    }  # fmt: skip
    across.implementing()
    assert across.adjustment.state is S.IMPLEMENTING
    across.allocate("216000000.00")
    assert across.funds() == {
        "external": "-400000000.00", "retained": "24000000.00", "margin": "160000000.00",
        "pool": "216000000.00",
    }  # fmt: skip
    across.transfer()
    assert across.adjustment.state is S.TRANSFERRED
    assert across.quota() == {}
    zhejiang = Organisation.objects.get(kind="external_province")
    assert (zhejiang.region_id, zhejiang.name) == ("330000", "浙江省")
    assert across.quota(zhejiang.pk) == {"available": "800.0000"}
    sound()


@pytest.mark.parametrize(
    ("to", "scale", "price", "margin"),
    [
        ("110000", "yes", "960000000.00", "720000000.00"),
        ("330000", "no", "400000000.00", "160000000.00"),
        ("340000", "no", "240000000.00", "0.00"),
    ],
)
def test_what_is_paid_in_follows_the_province_that_takes_it(
    to: str, scale: str, price: str, margin: str
) -> None:
    across = Across.with_ministry()
    [matched] = across.match(across.row(to=to, planning_scale=scale)).answer["matched"]
    assert (matched["price"], matched["margin"]) == (price, margin)
    assert (matched["allocated"], matched["retained"]) == ("216000000.00", "24000000.00")
    sound()
