"""Fifty lots that close in one second, met by two real minders: each is final once, with all that follows."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from apps.listings.models import Listing
from apps.money.models import Refund
from apps.money.queries import faults as money_faults
from apps.notices.models import Notice
from apps.stages.award.models import Award
from apps.stages.bidding.queries import chain_is_whole
from config import scratch
from config.env import ROOT
from kernel import clock
from kernel.audit.models import AuditEntry
from kernel.audit.queries import is_whole
from kernel.deadlines.models import Deadline
from tests.factories.actors import until
from tests.factories.deal import A, B
from tests.factories.journey import bid, bidding_lot, twins

LOTS = 50


@contextmanager
def minders(database: str, folder: Path, *, count: int) -> Iterator[None]:
    """As many processes that mind the deadlines of a database."""
    environment = scratch.environment(database) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "MEDIA_ROOT": str(folder / "media"),
        "CLOCK": "machine",
    }
    command = [sys.executable, "manage.py", "deadlines", "watch"]
    with (folder / "minders.log").open("wb") as log:
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) for _ in range(count)
        ]
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


def test_fifty_lots_that_close_in_the_same_second_are_each_final_once(
    committed_db: str, own_media: None, tmp_path: Path
) -> None:
    deal = bidding_lot()
    now = clock.now()
    second = (now + timedelta(seconds=12)).replace(microsecond=0)
    lots = []
    for number in range(LOTS):
        closes = second + timedelta(milliseconds=20 * number)
        lots += twins(deal, 1, closes_at=closes, listing_period_ends_at=closes)
    for lot in lots:
        bid(deal, A, 50000, now=now, listing_id=lot)
        bid(deal, B, 55000, now=now, listing_id=lot)
    with minders(committed_db, tmp_path, count=2):
        until(
            lambda: not Listing.objects.filter(pk__in=lots).exclude(status="closed").exists(),
            f"all are final; {(tmp_path / 'minders.log').read_text()[-2000:]}",
            patience_s=120,
        )
    awards = Award.objects.filter(listing_id__in=lots)
    winner = deal.organisation(B).pk
    assert Counter(award.listing_id for award in awards) == Counter(lots)
    assert {(str(award.unit_price), award.winner_id) for award in awards} == {("55000.00", winner)}
    closings = Deadline.objects.filter(case_id__in=lots, kind="bidding_close")
    assert {
        (row.status, row.handled_at is not None and row.handled_at >= row.due_at) for row in closings
    } == {("handled", True)}
    assert all(each.closed_at == each.closes_at for each in Listing.objects.filter(pk__in=lots))
    recorded = AuditEntry.objects.filter(case_id__in=lots, verb="bidding.close").values_list(
        "case_id", flat=True
    )
    assert Counter(recorded) == Counter(lots)
    owed = Refund.objects.filter(entry__sub_account__case_id__in=lots).values_list(
        "entry__sub_account__case_id", "entry__sub_account__organisation_id"
    )
    loser = deal.organisation(A).pk
    assert Counter(owed) == Counter((lot, loser) for lot in lots)
    told = Counter(Notice.objects.filter(case_id__in=lots).values_list("case_id", "organisation_id", "once"))
    assert set(told.values()) == {1}
    assert all(chain_is_whole(each) for each in Listing.objects.filter(pk__in=lots))
    assert is_whole()
    assert money_faults() == []
