"""What a preview says of a line is what becomes of it when its statement closes: one judgement for both."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.listings.models import Listing
from apps.money import commands as money
from apps.money.forecast import BankLine, forecast
from apps.money.models import BankEntry, Exceptional, SubAccount
from apps.money.queries import deposit_position
from apps.money.rules import Verdict
from apps.parties.queries import actor_of
from apps.process.arrivals import foreseen
from apps.stages.qualification.models import Registration
from kernel.clock import written
from kernel.money import Yuan
from tests.factories import desk_steps as steps
from tests.factories.deal import FINANCE, Deal
from tests.factories.desk_site import DeskSite, form_of, opened
from tests.money.test_bankfiles import table
from tests.money.test_counting import NOON, closed, waiting

pytestmark = pytest.mark.django_db
PAGE = "/desk/finance/statement/"


def bank_line(row: Registration, reference: str, amount: str, **given: Any) -> BankLine:
    facts: dict[str, Any] = {"payer_name": row.organisation.name, "arrived_at": NOON} | given
    return BankLine(
        reference, row.sub_account.number, Yuan(amount), payer_account="6222000000000001", **facts
    )


def told(deal: Deal, lines: list[BankLine], *, now: Any = NOON) -> list[Verdict | None]:
    return foreseen(forecast(lines, by=deal.operator(FINANCE), now=now), now=now)


def sentences(found: list[Verdict | None]) -> list[str]:
    return [each.sentence if each else "-" for each in found]


def booked(deal: Deal, row: Registration, lines: list[BankLine], *, now: Any = NOON) -> list[str]:
    """What the exceptions list says of each line once it was imported and its statement closed."""
    money.import_entries(lines, by=deal.operator(FINANCE), now=now)
    closed(deal, row, now=now)
    said = {each.entry.reference: each.sentence for each in Exceptional.objects.select_related("entry")}
    return [said.get(each.reference, "") for each in lines]


@pytest.mark.parametrize(
    "amounts", [["200000.00"], ["200000.50"], ["300000.00"], ["150000.00", "60000.00", "7.00"]]
)
def test_what_exceeds_the_deposit_is_foretold_as_it_is_booked(own_media: None, amounts: list[str]) -> None:
    deal, row = waiting()
    lines = [
        bank_line(row, f"L-{place}", amount, arrived_at=NOON + timedelta(minutes=place))
        for place, amount in enumerate(amounts)
    ]
    now = NOON + timedelta(hours=1)
    foretold = sentences(told(deal, lines, now=now))
    assert foretold == booked(deal, row, lines, now=now)
    assert any(foretold) == (amounts != ["200000.00"])
    assert deposit_position(row.sub_account_id).held == Yuan(200000)


def test_before_the_close_a_preview_tells_nothing_that_is_not_in_the_file(own_media: None) -> None:
    """Not who bids (a line of one's own making beforehand tells it no more), not what was paid, not a decision."""
    deal, row = waiting()

    later = NOON + timedelta(hours=2)

    def foretold() -> list[str]:
        return sentences(told(deal, [bank_line(row, "L-9", "200000.00", arrived_at=later)], now=later))

    before = foretold()
    for reference, payer in (("L-1", row.organisation.name), ("L-2", "别的单位")):
        line = bank_line(row, reference, "0.01", payer_name=payer, arrived_at=NOON - timedelta(hours=1))
        money.import_entries([line], by=deal.operator(FINANCE), now=NOON)
        assert foretold() == before == [""]
    closed(deal, row, now=NOON)
    assert foretold() == before, "what has come is nobody's business"
    Registration.objects.filter(pk=row.pk).update(status="rejected", reason="材料不全")
    assert foretold() == before, "nor how the application stands"


def test_what_comes_after_the_cut_off_is_foretold_as_it_is_booked(own_media: None) -> None:
    deal, row = waiting()
    cutoff = deal.listing.deposit_cutoff_at
    assert cutoff is not None
    lines = [
        bank_line(row, "L-1", "100000.00", arrived_at=cutoff - timedelta(seconds=1)),
        bank_line(row, "L-2", "90000.00", arrived_at=cutoff),
    ]
    now = cutoff + timedelta(hours=1)
    foretold = sentences(told(deal, lines, now=now))
    assert foretold[0] == ""
    assert "已过保证金到账截止时间" in foretold[1]
    assert foretold == booked(deal, row, lines, now=now)


def test_a_preview_does_not_tell_who_bids_and_takes_as_few_queries_for_many(own_media: None) -> None:
    deal, row = waiting()
    for guess in (row.organisation.name, "别的单位"):
        assert sentences(told(deal, [bank_line(row, "L-1", "1.00", payer_name=guess)])) == [""]
    with CaptureQueriesContext(connection) as few:
        told(deal, [bank_line(row, "L-1", "1.00")])
    many = [bank_line(row, f"M-{place}", f"{place + 1}.00") for place in range(300)]
    with CaptureQueriesContext(connection) as more:
        told(deal, many)
    assert len(more) == len(few) <= 12
    assert not BankEntry.objects.exists()


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def sent(site: DeskSite, *lines: list[str]) -> Any:
    return site.browser("finance").post(PAGE, {"file": SimpleUploadedFile("x.csv", table(*lines))})


def typed(site: DeskSite, account: str, key: str, reference: str, amount: str, at: str) -> list[str]:
    return [reference, account, amount, site.organisation(key).name, "6222000000000001", at]


def test_the_row_of_a_preview_says_what_will_become_of_the_line(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    account = steps.registered(site, listing, "a").sub_account.number
    page = sent(site, typed(site, account, "a", "L-1", "300000.00", "2026-03-10 09:00"))
    text = page.content.decode()
    assert "超出应缴" in text
    assert "200,000.00元计入；" in text
    assert "超出应缴保证金200,000.00元的部分100,000.00元，暂存待核实。" in text
    assert "其中1笔按现有情况不能计入或超出应缴" in text
    assert form_of(page, having="sealed")["sealed"]  # it may be imported nevertheless
    cutoff = Listing.objects.get(pk=listing.pk).deposit_cutoff_at
    assert cutoff is not None
    site.clock.move_to(cutoff + timedelta(minutes=30))
    late = sent(site, typed(site, account, "a", "L-2", "200000.00", written(cutoff))).content.decode()
    assert "不能计入" in late
    assert "已过保证金到账截止时间" in late


def test_a_price_that_is_too_much_or_anothers_is_foretold_as_it_is_booked(site: DeskSite) -> None:
    listing = steps.contracted(site)
    account = SubAccount.objects.get(case_id=listing.pk, purpose="price").number
    when = "2026-03-31 08:00"
    lines = [
        typed(site, account, "a", "P-1", "10.00", when),
        typed(site, account, "b", "P-2", "1200000.00", when),
    ]
    text = sent(site, *lines).content.decode()
    assert "付款人与竞得人不一致" in text
    assert "超出应付价款及违约金的部分100,000.00元，暂存待核实。" in text
    site.browser("finance").post(PAGE, form_of(sent(site, *lines), having="sealed"))
    steps.closed_statement(site, account)
    booked_as = {each.entry.reference: each.sentence for each in Exceptional.objects.select_related("entry")}
    assert set(booked_as) == {"P-1", "P-2"}
    assert all(each in text for each in booked_as.values())


def test_a_name_that_is_nearly_the_winners_is_foretold_to_wait_as_it_does(site: DeskSite) -> None:
    listing = steps.contracted(site)
    account = SubAccount.objects.get(case_id=listing.pk, purpose="price").number
    nearly = f"{site.organisation('b').name}部"
    line = ["P-1", account, "10.00", nearly, "6222000000000001", "2026-03-31 08:00"]
    text = sent(site, line).content.decode()
    site.browser("finance").post(PAGE, form_of(sent(site, line), having="sealed"))
    steps.closed_statement(site, account)
    found = Exceptional.objects.get(entry__reference="P-1")
    assert found.held
    assert "暂存待核实" in found.sentence
    assert found.sentence in text


def test_what_was_imported_and_not_counted_comes_before_what_is_foretold(site: DeskSite) -> None:
    listing = steps.contracted(site)
    account = SubAccount.objects.get(case_id=listing.pk, purpose="price").number
    first = typed(site, account, "b", "P-1", "1000000.00", "2026-03-31 07:00")
    second = typed(site, account, "b", "P-2", "150000.00", "2026-03-31 08:00")
    assert "暂存待核实" not in sent(site, second).content.decode()
    site.browser("finance").post(PAGE, form_of(sent(site, first), having="sealed"))
    assert "超出应付价款及违约金的部分50,000.00元，暂存待核实。" in sent(site, second).content.decode()


def test_many_lines_under_other_names_take_as_few_queries_as_one(site: DeskSite) -> None:
    """After the close, when a payer is told from another."""
    listing = steps.contracted(site)
    account = SubAccount.objects.get(case_id=listing.pk, purpose="price").number
    lines = [
        BankLine(
            f"M-{place}",
            account,
            Yuan(f"{place + 1}.00"),
            "别的单位",
            site.clock.now(),
            f"62220000{place:08d}",
        )
        for place in range(200)
    ]
    by = actor_of(site.people["finance"][0])
    taken = []
    for count in (1, 200):
        found = forecast(lines[:count], by=by, now=site.clock.now())
        with CaptureQueriesContext(connection) as queries:
            verdicts = foreseen(found, now=site.clock.now())
        assert all(each is not None and each.refusal is not None for each in verdicts)
        taken.append(len(queries))
    assert taken[0] == taken[1]
