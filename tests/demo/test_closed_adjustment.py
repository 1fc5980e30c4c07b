"""The demonstration's closed case of quota across provinces holds together, told alone."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.crossprovince.models import Adjustment, AuditRound
from apps.crossprovince.queries import faults
from apps.demo.adjustments import settle_rules
from apps.demo.closed_adjustment import gone_and_closed
from apps.demo.organisations import settle_organisations
from apps.demo.price_rules import settle_prices
from apps.demo.seed import play_all
from apps.demo.verifications import areas, verified
from apps.documents.models import Document
from apps.funds.faults import faults as fund_faults
from kernel import clock
from kernel.clock import BEIJING
from kernel.deadlines.models import Deadline

NOW = datetime(2026, 8, 20, 12, tzinfo=BEIJING)


@pytest.mark.django_db
def test_it_is_spent_audited_and_closed_with_nothing_overdue(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(NOW - timedelta(days=200)) as moved:
        organisations = settle_organisations(now=moved.now())[0]
        settle_prices(province=organisations.province.code, now=moved.now())
        settle_rules(province=organisations.province.code, now=moved.now())
        histories = [
            verified(organisations, areas(organisations, now=NOW)[0], 1),
            gone_and_closed(organisations, now=NOW),
        ]
        play_all(histories, moved, until=NOW, say=lambda done, total: None)
    found = Adjustment.objects.get()
    assert found.status == "closed"
    assert AuditRound.objects.get(year=0).outcome == "in_order"
    assert not Deadline.objects.filter(case_id=found.pk, breached_at__isnull=False).exists()
    kinds = set(Document.objects.filter(case_id=found.pk).values_list("kind", flat=True))
    assert {"scheme_publication", "adjustment_certificate", "audit_report"} <= kinds
    assert (faults(), fund_faults()) == ([], [])
