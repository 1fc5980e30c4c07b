"""What finance pays out: it waits in one place, says by whom it was prepared, and tells whom it pays how much."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.desks.payouts import waiting_orders
from apps.listings.models import Listing
from apps.money.models import Refund, Remittance, SubAccount
from apps.parties.models import Membership, Person
from apps.parties.queries import actor_of
from kernel.access.models import Preparation
from kernel.access.queries import Ending, ending_of
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def named(site: DeskSite, place: int, name: str) -> None:
    """One member of finance by a name of its own."""
    Person.objects.filter(pk=site.people["finance"][place].person_id).update(name=name)


def ended_with_refunds(site: DeskSite) -> tuple[Listing, Refund]:
    """A lot that was terminated: the deposits of a and b are owed back."""
    listing = steps.in_bidding(site)
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    due = Refund.objects.filter(released_at=None, entry__payer_name=site.organisation("a").name)
    return listing, due.get()


def paid_for(site: DeskSite) -> Listing:
    """A lot whose winner has paid its price."""
    listing = steps.contracted(site)
    account = SubAccount.objects.get(case_id=listing.pk, purpose="price")
    steps.pay(site, account.number, "b", "1100000.00", "P-1")
    listing.refresh_from_db()
    return listing


def together(site: DeskSite, listing: Listing) -> str:
    return f"/desk/acts/refund.release/{listing.pk}/?organisation_id={site.organisation('a').pk}"


def colleague(site: DeskSite) -> Client:
    """Another operator of finance."""
    mine = site.people["finance"][0]
    person = Person.objects.create_user(username="finance9", password=None, name="周某")
    Membership.objects.create(person=person, organisation=mine.organisation, duty=mine.duty)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_refund_that_waits_says_by_whom_and_has_no_form_either_way(site: DeskSite) -> None:
    listing, refund = ended_with_refunds(site)
    named(site, 0, "吴经办")
    alone = f"/desk/acts/refund.release_one/{refund.pk}/"
    assert alone in site.see("finance", "/desk/finance/")
    site.alone("finance", "refund.release_one", refund.pk)
    waiting = Preparation.objects.get(act="refund.release_one", decided_at=None)
    for key, place in (("finance", 0), ("finance", 1), ("supervisor", 0)):
        desk = site.see(key, "/desk/finance/", place)
        assert alone not in desk
        assert "待批准" in desk
        assert "吴经办" in desk
    for address in (alone, together(site, listing)):
        page = site.see("finance", address)
        assert "待批准" in page
        assert "吴经办" in page
        assert f"/desk/preparations/{shown(waiting.pk, 'preparation')}/" in page
        assert 'name="key"' not in page


def test_a_refund_that_waits_with_all_of_its_payee_is_not_prepared_again_by_itself(site: DeskSite) -> None:
    listing, refund = ended_with_refunds(site)
    named(site, 0, "吴经办")
    alone = f"/desk/acts/refund.release_one/{refund.pk}/"
    opened_before = form_of(site.browser("finance").get(alone))
    site.alone("finance", "refund.release", listing.pk, query=f"?{together(site, listing).partition('?')[2]}")
    desk = site.see("finance", "/desk/finance/")
    assert alone not in desk
    assert "待批准" in desk
    assert 'name="key"' not in site.see("finance", alone)
    for browser in (site.browser("finance"), colleague(site)):
        answer = browser.post(alone, opened_before | {"key": f"k{id(browser)}"})
        assert answer.status_code == 409
        assert "已由吴经办提交审核" in answer.content.decode()
    assert Preparation.objects.filter(act__startswith="refund.", decided_at=None).count() == 1


def test_of_two_that_wait_for_one_refund_the_first_can_be_released(site: DeskSite) -> None:
    listing, refund = ended_with_refunds(site)
    site.alone("finance", "refund.release_one", refund.pk)
    first = Preparation.objects.get(act="refund.release_one", decided_at=None)
    Preparation.objects.create(
        act="refund.release", slot=str(site.organisation("a").pk), subject_id=listing.pk, case_id=listing.pk,
        organisation_id=first.organisation_id, payload={"organisation_id": str(site.organisation("a").pk)},
        bound=first.bound, digest="0" * 64, prepared_by_id=first.prepared_by_id, prepared_by_name="周某",
        prepared_at=site.clock.now(),
    )  # fmt: skip
    second = Preparation.objects.latest("pk")
    assert "已由" in site.see("finance", f"/desk/preparations/{shown(second.pk, 'preparation')}/", 1)
    named(site, 1, "郑审核")
    address = f"/desk/preparations/{shown(first.pk, 'preparation')}/"
    browser = site.browser("finance", 1)
    assert 'value="release"' in browser.get(address).content.decode()
    assert browser.post(address, {"decision": "release", "seen": first.digest}).status_code == 302
    refund.refresh_from_db()
    second.refresh_from_db()
    assert refund.released_at is not None
    assert ending_of(second) is Ending.VOID
    page = site.see("finance", f"/desk/preparations/{shown(second.pk, 'preparation')}/")
    assert "自动作废" in page
    assert "郑审核审核办理“办理单笔退款”后" in page
    assert "退回、撤回或作废" not in page


def test_an_ended_preparation_names_who_ended_it_and_how(site: DeskSite) -> None:
    named(site, 0, "吴经办")
    named(site, 1, "郑审核")
    _listing, refund = ended_with_refunds(site)
    said = {}
    for end in ("take_back", "send_back"):
        site.alone("finance", "refund.release_one", refund.pk)
        prepared = Preparation.objects.get(act="refund.release_one", decided_at=None)
        address = f"/desk/preparations/{shown(prepared.pk, 'preparation')}/"
        browser = site.browser("finance", 0 if end == "take_back" else 1)
        browser.post(address, {"decision": end, "remark": "账号不清"})
        said[end] = site.see("finance", address)
    assert "已由经办人员 吴经办 于" in said["take_back"]
    assert "已由 郑审核 于" in said["send_back"]
    assert "退回经办：账号不清" in said["send_back"]


def test_a_remittance_that_waits_says_by_whom_and_has_no_form(site: DeskSite) -> None:
    listing = paid_for(site)
    named(site, 0, "吴经办")
    order = Remittance.objects.get(case_id=listing.pk)
    address = f"/desk/acts/remittance.release/{listing.pk}/"
    assert address in site.see("finance", "/desk/finance/")
    form = site.see("finance", address)
    before_button = form.partition('class="act-foot"')[0]
    assert f"{order.amount:,}" in before_button
    assert order.account is not None
    assert order.account.number in before_button
    assert order.account.name in before_button
    site.alone("finance", "remittance.release", listing.pk)
    desk = site.see("finance", "/desk/finance/")
    assert address not in desk
    assert "吴经办" in desk
    page = site.see("finance", address)
    assert "待批准" in page
    assert 'name="key"' not in page
    site.release("finance", "remittance.release")
    desk = site.see("finance", "/desk/finance/")
    sent = desk.partition("付款指令号")[2]
    assert "收款人" in sent
    assert order.account.number in sent
    content = site.browser("finance").get("/desk/finance/?as=xlsx").content
    rows = list(load_workbook(io.BytesIO(content))["已发出付款"].iter_rows(values_only=True))
    assert rows[0][1:3] == ("收款人", "收款账号")
    assert rows[1][1:3] == (order.account.name, order.account.number)


def test_a_form_of_refunds_shows_payee_and_amount_above_its_button(site: DeskSite) -> None:
    listing, refund = ended_with_refunds(site)
    for address in (f"/desk/acts/refund.release_one/{refund.pk}/", together(site, listing)):
        above = site.see("finance", address).partition('id="payment"')[2].partition('class="act-foot"')[0]
        for text in (site.organisation("a").name, f"{refund.amount:,}", refund.entry.payer_account):
            assert text in above, (address, text)
    # Another payee that is chosen is shown when the form is looked at, and nobody before one is chosen.
    bare = f"/desk/acts/refund.release/{listing.pk}/"
    assert site.organisation("b").name not in site.see("finance", bare).partition('id="payment"')[2][:400]
    chosen = {"organisation_id": str(site.organisation("b").pk), "key": "k"}
    looked = site.browser("finance").post(f"{bare}check/", chosen).content.decode()
    shown_there = looked.partition('id="payment"')[2].partition("</dl>")[0]
    assert 'hx-swap-oob="true"' in looked
    assert site.organisation("b").name in shown_there


def test_before_the_close_no_list_of_payments_names_a_bidder(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    account = listing.registrations.get(organisation=site.organisation("a")).sub_account.number
    steps.pay(site, account, "b", "10.00", "T-1")
    refund = Refund.objects.get()
    page = site.see("finance", f"/desk/acts/refund.release_one/{refund.pk}/")
    assert site.organisation("b").name not in page
    site.both("finance", "refund.release_one", refund.pk)
    desk = site.see("finance", "/desk/finance/")
    assert refund.entry.payer_account in desk.partition("付款指令号")[2]
    assert site.organisation("b").name not in desk


def test_an_operator_releases_nothing_and_nonsense_decides_nothing() -> None:
    with opened() as site:
        steps.submitted(site)
        ticked: dict[str, Any] = dict(steps.ticked("legality"))
        site.alone(
            "province", "review.decide", Listing.objects.get().pk, query="?opinion=legality", outcome="pass",
            **ticked,
        )  # fmt: skip
        prepared = Preparation.objects.get(act="review.decide")
        address = f"/desk/preparations/{shown(prepared.pk, 'preparation')}/"
        for place, decision in ((0, "release"), (1, "nonsense"), (1, "")):
            answer = site.browser("province", place).post(
                address, {"decision": decision, "seen": prepared.digest}
            )
            assert answer.status_code in (400, 403, 409), (place, decision)
            said = "请选择审核通过" if place else "须由本单位审核人员审核办理"
            assert said in answer.content.decode(), (place, decision)
            assert Preparation.objects.filter(decided_at=None).count() == 1


def test_orders_that_wait_take_one_query_for_all_lots(site: DeskSite) -> None:
    listing = paid_for(site)
    site.alone("finance", "remittance.release", listing.pk)
    [waits] = Preparation.objects.filter(act="remittance.release")
    by = actor_of(site.people["finance"][0])
    order = Remittance.objects.get(case_id=listing.pk)
    with CaptureQueriesContext(connection) as one:
        assert waiting_orders(by) == {order.pk: waits}
    for number in range(1, 6):
        waits.pk, waits.subject_id = None, listing.pk + number
        waits.save(force_insert=True)
    with CaptureQueriesContext(connection) as more:
        waiting_orders(by)
    assert len(more) == len(one)
