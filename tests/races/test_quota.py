"""Fifty applications for one batch at once: what is sold, frozen and available never exceeds what was issued."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land import commands as land
from apps.land.queries import drawn_apart
from apps.listings.models import Listing
from apps.quota import burdens
from apps.quota import commands as quota
from apps.quota import use as using
from apps.quota.batch_models import Batch, Encumbrance
from apps.quota.lanes import BATCH_LANE
from apps.quota.ledger import Line
from apps.quota.models import Account, Bucket
from apps.quota.queries import faults
from apps.stages.application import commands as application
from kernel.access import commands as access
from kernel.money import Yuan
from tests.factories.actors import codes, errors, in_order, taken, together
from tests.factories.deal import PROVINCE, SELLER, Deal, at
from tests.factories.papers import TO_LIST

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
        acceptance_record_no="豫省备〔2025〕31号",
        ecology_no="汴环评〔2025〕7号",
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


def _burden(deal: Deal, amount: str) -> Encumbrance:
    """A burden on so much of the batch's farmland, by two persons of the province."""
    made: Encumbrance = deal.do(
        PROVINCE, f"quota.encumber:{amount}", burdens.encumber, now=NOW, subject_id=deal.batch_id,
        batch_id=deal.batch_id, reason=amount, amounts={QuotaKind.FARMLAND_AREA: Decimal(amount)},
    )  # fmt: skip
    return made


def _lift(deal: Deal, burden: Encumbrance) -> None:
    deal.do(
        PROVINCE, "quota.lift_encumbrance", burdens.lift_encumbrance, now=NOW, subject_id=burden.pk,
        encumbrance_id=burden.pk,
    )  # fmt: skip


def _listing(deal: Deal, draft: int) -> Any:
    return lambda: application.submit(listing_id=draft, by=deal.approver(SELLER), now=NOW)


def test_of_two_applications_at_once_that_a_burden_leaves_room_for_one_one_is_refused(
    market: Deal, without_locks: Any
) -> None:
    """Of 10 亩 available 4 are burdened: each of two lots of 4 fits, both together do not. With the locks off the
    database refuses one of them, if the rule does not."""
    left = balances()[Bucket.AVAILABLE]
    burden = _burden(market, str(left - 6))
    for order in (1, -1):
        calls = [_listing(market, each) for each in drafted(market, 2, Decimal(4))][::order]
        outcomes = in_order(BATCH_LANE, market.batch_id, *calls)
        assert (len(taken(outcomes)), codes(outcomes)) == (1, ["quota_encumbered"])
        assert balances()[Bucket.AVAILABLE] == left - 4
        _withdraw(market, taken(outcomes)[0].pk)
    drafts = drafted(market, 6, Decimal(4))
    with without_locks():
        outcomes = together(*(_listing(market, each) for each in drafts))
    assert len(taken(outcomes)) == 1
    assert all("a burden lies on" in str(each) for each in errors(outcomes))
    assert (balances()[Bucket.AVAILABLE], faults()) == (left - 4, [])
    _withdraw(market, taken(outcomes)[0].pk)
    _lift(market, burden)


def test_a_burden_and_an_application_at_once_stand_as_whoever_came_first_left_it(market: Deal) -> None:
    left = balances()[Bucket.AVAILABLE]
    for number, first in enumerate(("burden", "listed")):
        amount, reason = left - 3, f"同时{number}"
        [draft] = drafted(market, 1, Decimal(4))
        access.prepare(
            act="quota.encumber", slot=reason, subject_id=market.batch_id, payload={},
            by=market.operator(PROVINCE), now=NOW,
        )  # fmt: skip

        def burdened(reason: str = reason, amount: Decimal = amount) -> Any:
            return burdens.encumber(
                batch_id=market.batch_id, reason=reason, amounts={QuotaKind.FARMLAND_AREA: amount},
                by=market.approver(PROVINCE), now=NOW,
            )  # fmt: skip

        calls = [burdened, _listing(market, draft)][:: 1 if first == "burden" else -1]
        outcomes = in_order(BATCH_LANE, market.batch_id, *calls)
        assert codes(outcomes) == (["quota_encumbered"] if first == "burden" else [])
        assert balances()[Bucket.AVAILABLE] == (left if first == "burden" else left - 4)
        _lift(market, next(each for each in taken(outcomes) if isinstance(each, Encumbrance)))
        if first == "listed":
            _withdraw(market, draft)


def test_listing_using_and_burdening_one_batch_leave_it_to_whoever_holds_its_lane_first(market: Deal) -> None:
    """No path skips the lock: each looks at the balance when the batch is its own, not before."""
    [draft] = drafted(market, 1, LEFT)
    by, [batch] = market.operator(SELLER), Batch.objects.all()

    def listed() -> Any:
        return application.submit(listing_id=draft, by=market.approver(SELLER), now=NOW)

    def used() -> Any:
        return using.use(
            quantities=Quantities(LEFT, 0, 0),
            project_name="建设项目",
            project_approval_no="演示建〔2026〕1号",
            by=market.approver(SELLER),
            now=NOW,
        )

    def burdened() -> Any:
        return burdens.encumber(batch_id=batch.pk, reason="查封", by=market.approver(PROVINCE), now=NOW)

    access.prepare(act="quota.use", slot="演示建〔2026〕1号", subject_id=0, payload={}, by=by, now=NOW)
    access.prepare(
        act="quota.encumber",
        slot="查封",
        subject_id=batch.pk,
        payload={},
        by=market.operator(PROVINCE),
        now=NOW,
    )
    first, *others = in_order(BATCH_LANE, batch.pk, burdened, listed, used)
    assert codes(others) == ["quota_encumbered", "quota_encumbered"]
    market.do(
        PROVINCE,
        "quota.lift_encumbrance",
        burdens.lift_encumbrance,
        now=NOW,
        subject_id=first.pk,
        encumbrance_id=first.pk,
    )
    assert codes(in_order(BATCH_LANE, batch.pk, listed, used)) == ["quota_insufficient"]
    _withdraw(market, draft)
    [draft] = drafted(market, 1, LEFT)
    assert codes(in_order(BATCH_LANE, batch.pk, used, listed)) == ["quota_frozen"]
    assert (balances()[Bucket.USED], faults()) == (LEFT, [])


def test_fifty_bookings_of_one_project_at_once_book_it_once(market: Deal) -> None:
    """Each wants all that the project's parts make, under a certificate of its own."""
    project, numbers = _project(market, "演示验〔2025〕50号"), [f"并发{place}" for place in range(50)]
    outcomes = together(*(lambda number=number: _book(market, project, number) for number in numbers))
    assert not errors(outcomes)
    assert (len(taken(outcomes)), set(codes(outcomes))) == (1, {"totals_mismatch"})
    assert (Batch.objects.filter(project_id=project).count(), faults()) == (1, [])


def test_with_the_locks_off_only_the_database_keeps_a_project_from_being_booked_twice(
    market: Deal, without_locks: Any
) -> None:
    project, numbers = _project(market, "演示验〔2025〕51号"), [f"无锁{place}" for place in range(12)]
    with without_locks():
        outcomes = together(*(lambda number=number: _book(market, project, number) for number in numbers))
    assert errors(outcomes)
    assert len(taken(outcomes)) == 1
    assert (Batch.objects.filter(project_id=project).count(), faults()) == (1, [])


def _project(deal: Deal, number: str) -> int:
    [ground] = drawn_apart(region="410222", areas_mu=[Decimal(30)])
    made = land.record_project(
        name="并发项目",
        approval_no="演示立〔2025〕50号",
        acceptance_no=number,
        region="410222",
        parts=[land.PartFacts(QuotaKind.FARMLAND_AREA, "irrigated", Decimal(30), 16, 7, geometry=ground)],
        report=Quantities(30, 0, 27000),
        farmland_before=Decimal(0),
        farmland_after=Decimal(30),
        by=deal.operator(SELLER),
        now=NOW,
    )
    return made.pk


def _book(deal: Deal, project: int, number: str) -> Any:
    with transaction.atomic():
        return deal.book(project, number, Quantities(30, 0, 27000), now=NOW)


def test_of_two_projects_recorded_at_once_on_one_ground_one_is_refused(market: Deal) -> None:
    [ground] = drawn_apart(region="410222", areas_mu=[Decimal(30)])
    for place in range(6):
        outcomes = together(
            *(lambda number=f"同地{place}-{each}": _recorded(market, number, ground) for each in "ab")
        )
        assert not errors(outcomes)
        assert (len(taken(outcomes)), codes(outcomes)) == (1, ["parcel_conflict"])
        [made] = taken(outcomes)
        market.do(
            SELLER,
            "project.void",
            quota.void_project,
            now=NOW,
            subject_id=made.pk,
            project_id=made.pk,
            reason="再来",
        )


def test_with_the_locks_off_both_projects_get_the_ground(market: Deal, without_locks: Any) -> None:
    [ground] = drawn_apart(region="410222", areas_mu=[Decimal(30)])
    made = []
    with without_locks():
        for place in range(10):
            made = taken(
                together(
                    *(
                        lambda number=f"无锁{place}-{each}": _recorded(market, number, ground)
                        for each in "abcd"
                    )
                )
            )
            for each in made:
                market.do(
                    SELLER, "project.void", quota.void_project, now=NOW, subject_id=each.pk, project_id=each.pk,
                    reason="再来",
                )  # fmt: skip
            if len(made) > 1:
                break
    assert len(made) > 1


def _recorded(deal: Deal, number: str, ground: Any) -> Any:
    with transaction.atomic():
        return land.record_project(
            name=number,
            approval_no="演示立〔2025〕60号",
            acceptance_no=number,
            region="410222",
            parts=[land.PartFacts(QuotaKind.FARMLAND_AREA, "irrigated", Decimal(30), 16, 7, geometry=ground)],
            report=Quantities(30, 0, 27000),
            farmland_before=Decimal(0),
            farmland_after=Decimal(30),
            by=deal.operator(SELLER),
            now=NOW,
        )
