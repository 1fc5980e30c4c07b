"""The public pages: what everybody reads, without signing in."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.documents.models import Document
from apps.listings.models import Listing
from apps.parties.commands import register_organisation
from apps.parties.models import Membership
from kernel.actors import SYSTEM, Duty, Role
from tests.desks import steps
from tests.desks.house import House, at, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot() -> Iterator[tuple[House, Listing, Client]]:
    """A lot in bidding with two bids, and a visitor."""
    with opened() as house:
        listing = steps.in_bidding(house)
        steps.bid(house, listing, "a", "55000")
        steps.bid(house, listing, "b", "60000")
        yield house, listing, Client()


def _text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_the_public_reads_every_page_without_a_login(lot: tuple[House, Listing, Client]) -> None:
    _, listing, client = lot
    for address in ("/", "/listings/", f"/listings/{listing.pk}/", "/verify/", "/rules/", "/login/"):
        page = _text(client, address)
        assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", page)
        assert not re.search(r"<script[^>]*>[^<\s]|<style|\sstyle=", page)


def test_the_lot_page_shows_prices_in_figures_and_capitals(lot: tuple[House, Listing, Client]) -> None:
    _, listing, client = lot
    page = _text(client, f"/listings/{listing.pk}/")
    assert "60,000.00" in page
    assert "1,200,000.00" in page
    assert "壹佰贰拾万元整" in page
    assert "校验：链条完整" in page
    assert "中牟水厂" not in page
    assert "新郑市" not in page


def test_the_winner_is_named_on_the_lot_page_only_after_the_confirmation() -> None:
    with opened() as house:
        listing = steps.closed(house)
        assert "中牟水厂" not in _text(Client(), f"/listings/{listing.pk}/")
        house.both("centre", "confirmation.issue", listing.pk)
        assert "中牟水厂" in _text(Client(), f"/listings/{listing.pk}/")


def test_a_lot_that_is_not_announced_does_not_exist_for_the_public() -> None:
    with opened() as house:
        listing = steps.submitted(house)
        _text(Client(), f"/listings/{listing.pk}/", 404)
        _text(Client(), f"/listings/{2**70}/", 404)


def test_a_visit_settles_what_is_due(lot: tuple[House, Listing, Client]) -> None:
    house, listing, client = lot
    house.go("03-30 10:06")
    assert "已成交待确认" in _text(client, f"/listings/{listing.pk}/")


def test_lots_are_filtered_and_paged_by_key(lot: tuple[House, Listing, Client]) -> None:
    _, listing, client = lot
    for number in range(25):
        twin = Listing.objects.get(pk=listing.pk)
        twin.pk, twin.number, twin.status, twin._state.adding = None, f"复制{number:02d}", "unsold", True
        twin.announced_at = twin.announced_at + timedelta(minutes=number) if twin.announced_at else None
        twin.save()
    first = _text(client, "/listings/")
    address = first.split('class="button second" href="')[1].split('"')[0]
    second = _text(client, "/listings/" + address.replace("&amp;", "&"))
    assert first.count("复制") + second.count("复制") == 25
    assert "下一页" not in second
    assert "复制" not in _text(client, "/listings/?status=bidding")
    assert "没有符合条件的项目" in _text(client, "/listings/?kind=paddy_area")
    assert "没有符合条件的项目" in _text(client, "/listings/?county=410184")
    assert "复制07" in _text(client, "/listings/?q=复制07")
    for odd in ("before=abc", "before=99999999999999999999999", "q=%00", "status=draft", "county=%00"):
        _text(client, f"/listings/?{odd}")


def test_the_lists_cost_a_fixed_number_of_queries(lot: tuple[House, Listing, Client]) -> None:
    _, listing, client = lot
    costs = []
    for number in range(2):
        for address in ("/", "/listings/"):
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            costs.append(len(seen))
        twin = Listing.objects.get(pk=listing.pk)
        twin.pk, twin.number, twin._state.adding = None, f"复制{number}", True
        twin.save()
    assert costs[:2] == costs[2:]
    assert max(costs) <= 6


def test_documents_are_verified_by_number_code_and_file(lot: tuple[House, Listing, Client]) -> None:
    _, listing, client = lot
    document = Document.objects.get(listing_id=listing.pk, kind="announcement")
    assert "查验属实" in _text(client, f"/verify/?q={document.number}")
    assert "查验属实" in _text(client, f"/verify/{document.verification_code}")
    answer = client.get(f"/documents/{document.pk}/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    genuine = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", answer.content)})
    assert "查验属实" in genuine.content.decode()
    forged = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", answer.content + b" ")})
    assert "未查到" in forged.content.decode()
    assert "未查到" in _text(client, "/verify/?q=没有的文号")


def test_a_certificate_is_its_bidders_alone_before_the_close(lot: tuple[House, Listing, Client]) -> None:
    house, listing, client = lot
    own = house.organisation("a").pk
    document = Document.objects.get(listing_id=listing.pk, kind="qualification_certificate", visible_to=own)
    address = f"/documents/{document.pk}/"
    assert house.browser("a").get(address).status_code == 200
    for key in ("b", "seller", "centre", "province", "supervisor", "outsider"):
        assert house.browser(key).get(address).status_code == 404
    _text(client, address, 404)


def test_an_objection_without_a_contact_is_refused_and_keeps_what_was_typed(
    lot: tuple[House, Listing, Client],
) -> None:
    house, _, client = lot
    listing = steps.announced_again(house)
    sent = {"text": "等别有误", "name": "赵先生", "contact": "", "key": "k"}
    answer = client.post(f"/listings/{listing.pk}/objections/", sent)
    assert answer.status_code == 400
    assert "等别有误" in answer.content.decode()


def test_somebody_with_a_password_signs_in_and_comes_to_the_desk() -> None:
    with opened() as house:
        person = house.people["centre"][0].person
        person.set_password("演示密码一二三四五")
        person.save()
        client = Client()
        wrong = client.post("/login/", {"username": "centre0", "password": "不对"})
        assert wrong.status_code == 200
        assert 'role="alert"' in wrong.content.decode()
        right = client.post("/login/", {"username": "centre0", "password": "演示密码一二三四五"})
        assert right.headers["Location"] == "/desk/"
        assert client.post("/logout/").status_code == 302
        assert client.get("/desk/").status_code == 302


def test_somebody_with_two_duties_chooses_one() -> None:
    with opened() as house:
        person = house.people["a"][0].person
        second = register_organisation(
            kind=Role.COUNTY_GOVERNMENT,
            name="登封市人民政府",
            region="410185",
            by=SYSTEM,
            now=at("03-01 09:00"),
        )
        other = Membership.objects.create(person=person, organisation=second, duty=str(Duty.APPROVER))
        client = house.browser("a")
        assert "登封市人民政府" in _text(client, "/duty/")
        assert client.post("/duty/", {"membership": str(other.pk)}).status_code == 302
        assert "登封市人民政府 · 审核" in _text(client, "/desk/")
        foreign = house.people["b"][0].pk
        assert client.post("/duty/", {"membership": str(foreign)}).status_code == 200
        assert "登封市人民政府 · 审核" in _text(client, "/desk/")


def test_the_rules_in_force_are_read_with_their_legal_basis() -> None:
    with opened():
        page = _text(Client(), "/rules/")
        assert "豫自然资投告〔2023〕83号" in page
        assert "保证金比例" in page


def test_errors_are_told_in_chinese() -> None:
    assert "没有找到该页面" in _text(Client(), "/没有/", 404)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "页面已失效" in answer.content.decode()
