"""Reconciliation: one row corrupted, one bank line dropped, a stale statement are three different alarms."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction

from apps.money.commands import cover, import_entry
from apps.money.models import BankEntry, Statement
from apps.money.reconcile import Alarm, findings, positions
from apps.parties.queries import actor_of
from kernel.access import commands as access
from kernel.actors import Actor
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from tests.factories import bank
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, at, opened

NOW = at("03-02 18:00")


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


MAIN = "6100000000000001"


def finance(site: DeskSite) -> Actor:
    return actor_of(site.people["finance"][0])


def approver(site: DeskSite, number: int = 1) -> Actor:
    return actor_of(site.people["finance"][number])


def refused(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def taken(site: DeskSite, reference: str, amount: int) -> BankEntry:
    found = import_entry(
        reference=reference, credited_number="61999", amount=Yuan(amount), payer_name="甲",
        arrived_at=at("03-02 10:00"), by=finance(site), now=at("03-02 12:00"),
    )  # fmt: skip
    return found.entry


def covered(site: DeskSite, *, closing: int, count: int, total: int, debits: int = 0) -> None:
    now = at("03-02 12:00")
    access.prepare(act="money.cover", slot=MAIN, subject_id=0, payload={}, by=finance(site), now=now)
    cover(
        account=MAIN, covers_until=at("03-02 11:00"), opening_balance=Yuan(0), closing_balance=Yuan(closing),
        debit_total=Yuan(debits), credit_total=Yuan(total), credit_count=count, by=approver(site), now=now,
    )  # fmt: skip


def alarms(now: object = NOW) -> list[Alarm]:
    return [each.alarm for each in findings(now=now)]  # type: ignore[arg-type]


@pytest.mark.django_db
def test_books_that_agree_with_the_bank_raise_no_alarm(site: DeskSite) -> None:
    taken(site, "L-1", 100)
    taken(site, "L-2", 50)
    covered(site, closing=150, count=2, total=150)
    assert alarms() == []


@pytest.mark.django_db
def test_a_statement_with_a_line_that_is_not_imported_does_not_close(site: DeskSite) -> None:
    taken(site, "L-1", 100)
    no = refused(lambda: covered(site, closing=150, count=2, total=150))
    assert (no.code, no.detail["difference"]) == (Code.TOTALS_MISMATCH, "50.00")
    assert not Statement.objects.exists()


@pytest.mark.django_db
def test_a_statement_closes_only_when_opening_and_credits_less_debits_give_the_closing_balance(
    site: DeskSite,
) -> None:
    taken(site, "L-1", 100)
    no = refused(lambda: covered(site, closing=130, count=1, total=100))
    assert (no.code, no.detail["difference"]) == (Code.TOTALS_MISMATCH, "30.00")
    covered(site, closing=100, count=1, total=100)
    with pytest.raises(Refused) as again:
        bank.close(MAIN, until=at("03-02 11:00"), operator=finance(site), approver=approver(site), now=NOW)
    assert again.value.refusal.code is Code.INVALID


@pytest.mark.django_db
def test_the_next_statement_opens_with_the_last_closing_balance(site: DeskSite) -> None:
    taken(site, "L-1", 100)
    covered(site, closing=100, count=1, total=100)
    access.prepare(act="money.cover", slot=MAIN, subject_id=0, payload={}, by=finance(site), now=NOW)
    no = refused(
        lambda: cover(
            account=MAIN, covers_until=NOW, opening_balance=Yuan(99), closing_balance=Yuan(99),
            debit_total=Yuan(0), by=approver(site), now=NOW,
        )
    )  # fmt: skip
    assert (no.code, no.detail["difference"]) == (Code.TOTALS_MISMATCH, "-1.00")


@pytest.mark.django_db
def test_a_line_of_a_closed_span_is_no_line_of_the_bank(site: DeskSite) -> None:
    taken(site, "L-1", 100)
    covered(site, closing=100, count=1, total=100)
    assert refused(lambda: taken(site, "L-2", 50)).code is Code.FACTS_FROZEN


@pytest.mark.django_db
def test_a_stale_statement_is_its_own_alarm(site: DeskSite) -> None:
    taken(site, "L-1", 100)
    covered(site, closing=100, count=1, total=100)
    assert alarms(NOW + timedelta(days=1)) == []
    assert alarms(NOW + timedelta(days=3)) == [Alarm.STALE]


def test_a_corrupted_row_is_its_own_alarm(committed_db: str) -> None:
    with opened() as site:
        entry = taken(site, "L-1", 100)
        covered(site, closing=100, count=1, total=100)
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
def test_every_sub_account_adds_up_and_the_page_shows_it(site: DeskSite) -> None:
    listing = steps.closed(site)
    accounts = [
        each.sub_account for each in listing.registrations.select_related("sub_account__organisation")
    ]
    found = positions(accounts)
    assert [str(each.difference) for each in found] == ["0.00", "0.00"]
    assert all(each.received == Yuan(200000) for each in found)
    page = site.see("finance", "/desk/reconciliation/")
    assert accounts[0].number in page
    assert "对账单过期" in page
    assert accounts[0].number in site.see("supervisor", "/desk/reconciliation/")


@pytest.mark.django_db
@pytest.mark.parametrize("office", ["finance", "supervisor"])
def test_before_the_close_no_office_sees_a_sub_account_and_after_it_finance_and_supervision_do(
    site: DeskSite, office: str
) -> None:
    listing = steps.in_bidding(site)
    number = listing.registrations.first().sub_account.number  # type: ignore[union-attr]
    assert number not in site.see(office, "/desk/reconciliation/")
    steps.bid(site, listing, "a", "60000")
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    assert number in site.see(office, "/desk/reconciliation/")
