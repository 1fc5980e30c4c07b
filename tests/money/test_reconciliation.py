"""Reconciliation: one row corrupted, one bank line dropped, a stale statement are three different alarms."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from apps.money.commands import cover, import_entry
from apps.money.models import BankEntry
from apps.money.reconcile import Alarm, findings, positions
from apps.parties.queries import actor_of
from kernel.actors import Actor
from kernel.money import Yuan
from tests.desks import steps
from tests.desks.house import House, at, opened

NOW = at("03-02 18:00")


@pytest.fixture
def house() -> Iterator[House]:
    with opened() as made:
        yield made


def finance(house: House) -> Actor:
    return actor_of(house.people["finance"][0])


def taken(house: House, reference: str, amount: int) -> BankEntry:
    found = import_entry(
        reference=reference, credited_number="61999", amount=Yuan(amount), payer_name="甲",
        arrived_at=at("03-02 10:00"), by=finance(house), now=at("03-02 12:00"),
    )  # fmt: skip
    return found.entry


def covered(house: House, *, closing: int, count: int, total: int) -> None:
    cover(
        covers_until=at("03-02 11:00"), opening_balance=Yuan(0), closing_balance=Yuan(closing), debit_total=Yuan(0),
        credit_total=Yuan(total), credit_count=count, by=finance(house), now=at("03-02 12:00"),
    )  # fmt: skip


def alarms(now: object = NOW) -> list[Alarm]:
    return [each.alarm for each in findings(now=now)]  # type: ignore[arg-type]


@pytest.mark.django_db
def test_books_that_agree_with_the_bank_raise_no_alarm(house: House) -> None:
    taken(house, "L-1", 100)
    taken(house, "L-2", 50)
    covered(house, closing=150, count=2, total=150)
    assert alarms() == []


@pytest.mark.django_db
def test_a_dropped_bank_line_is_its_own_alarm(house: House) -> None:
    taken(house, "L-1", 100)
    covered(house, closing=150, count=2, total=150)
    assert alarms() == [Alarm.DROPPED]
    assert "1笔、50.00元" in findings(now=NOW)[0].sentence


@pytest.mark.django_db
def test_a_closing_balance_that_differs_is_a_dropped_line_too(house: House) -> None:
    taken(house, "L-1", 100)
    cover(
        covers_until=at("03-02 11:00"), opening_balance=Yuan(0), closing_balance=Yuan(130), debit_total=Yuan(0),
        by=finance(house), now=at("03-02 12:00"),
    )  # fmt: skip
    assert alarms() == [Alarm.DROPPED]
    assert "30.00" in findings(now=NOW)[0].sentence


@pytest.mark.django_db
def test_a_stale_statement_is_its_own_alarm(house: House) -> None:
    taken(house, "L-1", 100)
    covered(house, closing=100, count=1, total=100)
    assert alarms(NOW + timedelta(days=1)) == []
    assert alarms(NOW + timedelta(days=3)) == [Alarm.STALE]


def test_a_corrupted_row_is_its_own_alarm(committed_db: str) -> None:
    with opened() as house:
        entry = taken(house, "L-1", 100)
        covered(house, closing=100, count=1, total=100)
        assert alarms() == []
        for change in ("payer_name = '乙'", "credited_number = '62000'"):
            _as_owner(f"UPDATE money_bankentry SET {change} WHERE id = {entry.pk}")
            assert alarms() == [Alarm.CORRUPTED], change
            _as_owner(
                f"UPDATE money_bankentry SET payer_name = '甲', credited_number = '61999' WHERE id = {entry.pk}"
            )
            assert alarms() == []
        _as_owner(f"UPDATE money_bankentry SET amount = 90 WHERE id = {entry.pk}")
        assert Alarm.CORRUPTED in alarms()


def _as_owner(statement: str) -> None:
    """What only somebody past every trigger could do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE money_bankentry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE money_bankentry ENABLE TRIGGER USER")


@pytest.mark.django_db
def test_every_sub_account_adds_up_and_the_page_shows_it(house: House) -> None:
    listing = steps.closed(house)
    accounts = [
        each.sub_account for each in listing.registrations.select_related("sub_account__organisation")
    ]
    found = positions(accounts)
    assert [str(each.difference) for each in found] == ["0.00", "0.00"]
    assert all(each.received == Yuan(200000) for each in found)
    page = house.see("finance", "/desk/reconciliation/")
    assert accounts[0].number in page
    assert "对账单过期" in page
    assert accounts[0].number in house.see("supervisor", "/desk/reconciliation/")


@pytest.mark.django_db
@pytest.mark.parametrize("office", ["finance", "supervisor"])
def test_before_the_close_no_office_sees_a_sub_account_and_after_it_finance_and_supervision_do(
    house: House, office: str
) -> None:
    listing = steps.in_bidding(house)
    number = listing.registrations.first().sub_account.number  # type: ignore[union-attr]
    assert number not in house.see(office, "/desk/reconciliation/")
    steps.bid(house, listing, "a", "60000")
    house.go("03-30 10:06")
    house.see("centre", f"/desk/listings/{listing.pk}/")
    assert number in house.see(office, "/desk/reconciliation/")
