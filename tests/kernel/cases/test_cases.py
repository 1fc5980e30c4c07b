"""A case says whose it is once and for good; deadlines, papers and the record are keyed by it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.listings.models import Listing
from apps.money.events import MoneyArrived
from apps.process.reactions.listing import take_money
from kernel import lanes
from kernel.actors import PUBLIC
from kernel.audit.models import AuditEntry
from kernel.cases import commands as cases
from kernel.cases import registry
from kernel.cases.models import Case
from kernel.cases.registry import all_processes, process_called, register_process
from kernel.deadlines import commands as deadlines
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.events import Event, emit
from tests.factories.cases import open_cases
from tests.factories.deal import at
from tests.factories.journey import bidding_lot

ROLLED_BACK = pytest.mark.django_db
NOW = at("06-10 10:00")


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files of this test alone."""
    settings.MEDIA_ROOT = tmp_path


def refused(statement: str) -> str:
    """What the database says against a statement; empty when it says nothing, also not at the commit."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        return str(error)
    return ""


@ROLLED_BACK
def test_a_listing_is_a_case_under_the_same_key(own_media: None) -> None:
    listing = bidding_lot().listing
    case = Case.objects.get(pk=listing.pk)
    assert (case.process, case.number, case.owner_id) == ("listing", listing.number, listing.seller_id)
    assert (case.province, case.region) == (listing.province, listing.seller.region_id)
    assert case.ended_at is None
    assert set(AuditEntry.objects.filter(case_id=case.pk).values_list("chain", flat=True)) == {
        f"case:{case.pk}"
    }
    assert set(case.deadlines.values_list("case_id", flat=True)) == {listing.pk}


@ROLLED_BACK
@pytest.mark.parametrize(
    "change",
    [
        "process = 'other'", "owner_id = owner_id + 1", "province = '420000'", "region = '420100'",
        "opened_at = opened_at + interval '1 day'", "number = '另一号'", "number = NULL",
    ],
)  # fmt: skip
def test_whose_case_it_is_and_its_number_never_change(own_media: None, change: str) -> None:
    lot = bidding_lot().listing_id
    assert refused(f"UPDATE cases_case SET {change} WHERE id = {lot}")
    assert refused(f"DELETE FROM cases_case WHERE id = {lot}")


@ROLLED_BACK
@pytest.mark.parametrize(
    "change",
    ["number = '另一号'", "province = '420000'", "seller_id = (SELECT min(id) FROM parties_organisation)"],
)
def test_what_a_lot_keeps_of_its_case_is_the_same_there(own_media: None, change: str) -> None:
    open_cases([990])
    lot = Listing.objects.get(pk=bidding_lot().listing_id)
    fresh = Case.objects.create(
        process="listing",
        owner_id=lot.seller_id,
        province=lot.province,
        region="410100",
        number="新号",
        opened_at=NOW,
    )
    lines = list(lot.lines.all())
    lot.case, lot._state.adding, lot.number, lot.announced_at = fresh, True, "新号", None
    lot.save(force_insert=True)
    for line in lines:
        line.pk, line._state.adding, line.listing = None, True, lot
        line.save(force_insert=True)
    assert refused("SELECT 1") == ""
    said = refused(f"UPDATE listings_listing SET {change} WHERE id = {fresh.pk}")
    assert f"lot {fresh.pk} is not as its case" in said or "unique" in said


@ROLLED_BACK
def test_a_number_is_given_once_and_an_end_comes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(process_called("listing"), name="other")
    monkeypatch.setitem(registry._processes, other.name, other)
    case = cases.open_case(process="other", owner_id=1, province="410000", region="410100", now=NOW)
    cases.give_number(case.pk, "一号")
    with pytest.raises(ValueError, match="has a number already"):
        cases.give_number(case.pk, "二号")
    cases.end(case.pk, at=NOW)
    cases.end(case.pk, at=at("06-11 10:00"))
    case.refresh_from_db()
    assert (case.number, case.ended_at) == ("一号", NOW)
    assert "given once" in refused(f"UPDATE cases_case SET ended_at = now() WHERE id = {case.pk}")


@ROLLED_BACK
def test_only_a_registered_process_opens_cases() -> None:
    assert [each.name for each in all_processes()] == ["listing", "verification", "adjustment", "demand"]
    with pytest.raises(KeyError):
        cases.open_case(process="unheard of", owner_id=1, province="410000", region="410100", now=NOW)
    with pytest.raises(ValueError, match="registered twice"):
        register_process(process_called("listing"))


@ROLLED_BACK
def test_a_process_says_where_a_case_is_shown_and_who_may_know_of_it(own_media: None) -> None:
    deal = bidding_lot()
    listing = process_called("listing")
    assert (listing.page(deal.listing_id), listing.public_page(deal.listing_id)) == (
        f"/desk/listings/{deal.listing_id}/",
        f"/listings/{deal.listing_id}/",
    )
    assert listing.may_see(deal.listing_id, PUBLIC)
    assert not listing.may_see(0, PUBLIC)


def test_a_deadline_of_no_case_is_its_organisations_and_handled_under_its_lane(committed_db: str) -> None:
    row = deadlines.set_at(kind="bar_end", case_id=None, concerns_id=7, due_at=NOW, now=NOW)
    assert (row.lane, Deadline.objects.get(case=None).pk) == ((lanes.ORGANISATION, 7), row.pk)
    with pytest.raises(ValueError, match="of no case"):
        assert row.of_case
    assert refused(f"UPDATE deadlines_deadline SET concerns_id = NULL WHERE id = {row.pk}")
    assert runner.run_due(now=NOW) == 1


def test_one_deadline_of_a_kind_is_open_for_an_organisation_too(committed_db: str) -> None:
    """NULL is no other case than NULL."""
    deadlines.set_at(kind="bar_end", case_id=None, concerns_id=7, subject_id=3, due_at=NOW, now=NOW)
    with pytest.raises(DatabaseError, match="one_pending_deadline_each"):
        deadlines.set_at(kind="bar_end", case_id=None, concerns_id=7, subject_id=3, due_at=NOW, now=NOW)


def test_an_event_that_nobody_declared_is_an_error() -> None:
    class NobodyHears(Event):
        """Not in any table."""

    with pytest.raises(LookupError, match="NobodyHears"):
        emit(NobodyHears())


def test_money_for_an_unknown_purpose_is_an_error() -> None:
    event = MoneyArrived(entry_id=1, sub_account_id=1, purpose="gift", case_id=1, organisation_id=1, now=NOW)
    with pytest.raises(ValueError, match="gift"):
        take_money(event)


def test_each_rank_of_lanes_has_one_name() -> None:
    with pytest.raises(ValueError, match="rank 1 is that of case"):
        lanes.lane(1, "lot")
    assert lanes.lane(1, "case") == lanes.CASE
