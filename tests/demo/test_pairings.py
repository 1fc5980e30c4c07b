"""The demonstration has a pairing in each province, which its first seller can draft an agreement under."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.demo.organisations import settle_organisations
from apps.demo.pairings import paired
from apps.demo.seed import play_all
from apps.kinds.table import QuotaClass
from apps.pairing.queries import open_to, takers_under
from kernel import clock
from kernel.clock import BEIJING

NOW = datetime(2026, 8, 20, 12, tzinfo=BEIJING)


@pytest.mark.django_db
def test_each_province_has_one_that_its_first_seller_may_use(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(NOW - timedelta(days=60)) as moved:
        provinces = settle_organisations(now=moved.now())
        play_all(
            [paired(each, now=NOW) for each in provinces], moved, until=NOW, say=lambda done, total: None
        )
        for each in provinces:
            seller = each.actor("seller1")
            for quota_class in QuotaClass:
                found = list(open_to(seller, quota_class=str(quota_class), now=NOW))
                assert len(found) == 1, each.province.name
                assert takers_under(found, but=seller.organisation_id).exists(), each.province.name
