"""Fifty applications for one batch at once: what is sold, frozen and available never exceeds what was issued."""

from decimal import Decimal
from typing import Any

import pytest

from apps.listings.models import Listing
from apps.quota import commands as quota
from apps.quota.ledger import Line
from apps.quota.models import Account, Batch, Bucket
from apps.quota.queries import faults
from apps.stages.application import commands as application
from apps.stages.application.rules import REQUIRED as TO_LIST
from kernel import lanes
from kernel.access import commands as access
from kernel.money import PriceUnit, Yuan
from kernel.quantity import Quantities, QuotaKind
from tests.actors import codes, errors, in_order, taken, together
from tests.process.deal import PROVINCE, SELLER, Deal, at

NOW = at("03-26 12:00")
LEFT = Decimal(10)
"""What the first lot leaves available of its batch, in 亩."""


def drafted(deal: Deal, count: int, area: Decimal) -> list[int]:
    """Ids of drafts that each want `area` of the one batch, prepared by the operator, with all evidence."""
    batch = Batch.objects.get()
    lot = application.LotFacts(
        title="同一批次",
        quantities=Quantities(area, 0, 0),
        lines=(Line(batch.pk, QuotaKind.FARMLAND_AREA, area),),
        grade=7,
        starting_price=Yuan(50000),
        price_unit=PriceUnit.YUAN_PER_MU,
        fiscal_account=deal.account(SELLER).pk,
    )
    by = deal.operator(SELLER)
    ids = []
    for _ in range(count):
        listing = application.draft(lot=lot, by=by, now=NOW)
        Deal(people=deal.people, listing_id=listing.pk)._attach(SELLER, TO_LIST, now=NOW)
        access.prepare(act="listing.submit", subject_id=listing.pk, payload={}, by=by, now=NOW)
        ids.append(listing.pk)
    return ids


def submissions(deal: Deal, ids: list[int]) -> list[Any]:
    """Every draft submitted at once."""
    by = deal.approver(SELLER)
    return together(*(lambda one=one: application.submit(listing_id=one, by=by, now=NOW) for one in ids))


def balances() -> dict[str, Decimal]:
    """The farmland of the batch by bucket."""
    rows = Account.objects.filter(kind=QuotaKind.FARMLAND_AREA).values_list("bucket", "balance")
    return dict(rows)


def test_fifty_submissions_of_one_batch_at_once_sell_no_more_than_it_has(market: Deal) -> None:
    ids = drafted(market, 50, Decimal("0.7500"))
    outcomes = submissions(market, ids)
    assert not errors(outcomes)
    assert (len(taken(outcomes)), set(codes(outcomes))) == (13, {"quota_frozen"})
    assert balances() == {
        Bucket.ISSUED: Decimal(-30),
        Bucket.AVAILABLE: LEFT - 13 * Decimal("0.75"),
        Bucket.FROZEN: 20 + 13 * Decimal("0.75"),
    }
    assert Listing.objects.filter(pk__in=ids, status="under_review").count() == 13
    assert faults() == []
    for listing in Listing.objects.filter(pk__in=ids, status="under_review"):
        _withdraw(market, listing.pk)
    assert balances()[Bucket.AVAILABLE] == LEFT


def _withdraw(deal: Deal, listing_id: int) -> None:
    access.prepare(
        act="listing.withdraw", subject_id=listing_id, payload={}, by=deal.operator(SELLER), now=NOW
    )
    application.withdraw(listing_id=listing_id, by=deal.approver(SELLER), now=NOW)


def test_with_the_locks_off_several_submissions_pass_the_rule_and_only_the_ledger_stops_them(
    market: Deal, without_locks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = drafted(market, 12, Decimal("6"))
    with without_locks():
        outcomes = submissions(market, ids)
    assert errors(outcomes)
    assert len(taken(outcomes)) == 1
    assert (balances()[Bucket.AVAILABLE], faults()) == (Decimal(4), [])
    for listing in Listing.objects.filter(pk__in=ids, status="under_review"):
        _withdraw(market, listing.pk)


def test_listing_using_and_burdening_one_batch_leave_it_to_whoever_holds_its_lane_first(market: Deal) -> None:
    """No path skips the lock: each looks at the balance when the batch is its own, not before."""
    [draft] = drafted(market, 1, LEFT)
    by, [batch] = market.operator(SELLER), Batch.objects.all()

    def listed() -> Any:
        return application.submit(listing_id=draft, by=market.approver(SELLER), now=NOW)

    def used() -> Any:
        return quota.use(
            quantities=Quantities(LEFT, 0, 0),
            project_name="建设项目",
            project_approval_no="演示建〔2026〕1号",
            by=market.approver(SELLER),
            now=NOW,
        )

    def burdened() -> Any:
        return quota.encumber(batch_id=batch.pk, reason="查封", by=market.operator(PROVINCE), now=NOW)

    access.prepare(act="quota.use", subject_id=0, payload={}, by=by, now=NOW)
    first, *others = in_order(lanes.Lane.BATCH, batch.pk, burdened, listed, used)
    assert codes(others) == ["quota_encumbered", "quota_encumbered"]
    quota.lift_encumbrance(encumbrance_id=first.pk, by=market.operator(PROVINCE), now=NOW)
    assert codes(in_order(lanes.Lane.BATCH, batch.pk, listed, used)) == ["quota_insufficient"]
    _withdraw(market, draft)
    [draft] = drafted(market, 1, LEFT)
    assert codes(in_order(lanes.Lane.BATCH, batch.pk, used, listed)) == ["quota_frozen"]
    assert (balances()[Bucket.USED], faults()) == (LEFT, [])
