"""The public pages: what everybody reads, without signing in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.documents.models import Document
from apps.listings.models import Listing
from apps.objections.models import Objection
from apps.parties.commands import register_organisation
from apps.parties.models import Membership
from apps.parties.roles import Role
from apps.portal import lots
from apps.rulebook import price_tables, surplus
from apps.rulebook.commands import install
from apps.rulebook.models import Rulebook
from apps.rulebook.subjects import subject_called
from apps.stages.bidding.queries import bid_history
from kernel import clock, proofs
from kernel.actors import SYSTEM, Duty
from kernel.web.opaque import shown
from tests.factories.deal import CENTRE, SELLER, A, B, Deal, at
from tests.factories.journey import announced, bidding_lot, closed, confirmed, contracted
from tests.factories.visitors import PAGES, copies, fetched, read, signed_in

pytestmark = pytest.mark.django_db

NOW = at("03-28 12:00")


@pytest.fixture
def deal() -> Deal:
    """A lot in bidding with two bids."""
    made = bidding_lot()
    made.bid(A, 55000, now=at("03-26 10:00"))
    made.bid(B, 60000, now=at("03-27 10:00"))
    return made


def _lot(deal: Deal) -> str:
    return f"/listings/{deal.listing_id}/"


def test_the_public_reads_every_page_without_a_login(deal: Deal) -> None:
    for address in (*PAGES, _lot(deal), "/rules/410000/1/"):
        page = read(address, now=NOW)
        assert "<h1" in page
        # A way out that somebody clicks on, such as to the authority's portal, is no request of the page's.
        page = re.sub(r'<a rel="external[^>]*>', "", page)
        assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", page), address
        assert not re.search(
            r"<script(?![^>]*application/json)[^>]*>[^<\s]|<style|\sstyle=|\son\w+=", page
        ), address


def test_every_input_of_the_public_pages_has_a_label(deal: Deal) -> None:
    for address in (*PAGES, _lot(deal)):
        page = read(address, now=NOW)
        for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
            if 'type="hidden"' in tag:
                continue
            found = re.search(r'\bid="([^"]+)"', tag)
            assert found, f"{address}: {tag}"
            assert f'for="{found[1]}"' in page, f"{address}: {tag}"


def test_the_lot_page_shows_prices_in_figures_and_capitals(deal: Deal) -> None:
    page = read(_lot(deal), now=NOW)
    assert "60,000.00" in page
    assert "1,200,000.00" in page
    assert "壹佰贰拾万元整" in page
    assert "校验：链条完整" in page
    assert "中牟水厂" not in page
    assert "新郑市" not in page


def test_a_broken_chain_is_said(deal: Deal) -> None:
    listing = lots.public_lot(deal.listing_id)
    assert listing is not None
    bid_lines = bid_history(listing)
    assert lots.chain_holds(listing, bid_lines)
    assert not lots.chain_holds(listing, bid_lines[1:])
    assert not lots.chain_holds(listing, list(reversed(bid_lines)))


def test_the_winner_is_named_only_after_the_confirmation() -> None:
    closed_deal = closed()
    now = at("03-30 11:00")
    for address in (_lot(closed_deal), "/results/", "/"):
        assert "中牟水厂" not in read(address, now=now)
    assert "成交确认后公开" in read("/results/", now=now)
    now = at("03-31 09:00")
    closed_deal.confirm()
    for address in (_lot(closed_deal), "/results/"):
        assert "中牟水厂" in read(address, now=now)


def test_a_lot_that_is_not_announced_does_not_exist_for_the_public() -> None:
    begun = Deal.begun()
    for address in (_lot(begun), f"{_lot(begun)}dates.ics", f"/open-data/bid-history/{begun.listing_id}.csv"):
        read(address, now=NOW, status=404)
    read(f"/listings/{2**70}/", now=NOW, status=404)


def test_a_visit_settles_what_is_due(deal: Deal) -> None:
    assert "已成交待确认" in read(_lot(deal), now=at("03-30 10:06"))


def test_a_result_says_its_premium_over_the_start() -> None:
    confirmed()
    page = read("/results/", now=at("03-31 10:00"))
    assert "30.00%" in page
    assert "1,300,000.00" in page


def test_lists_are_paged_by_key_and_lose_nothing(deal: Deal) -> None:
    copies(deal.listing, 45, status="unsold")
    for order in ("", "closing", "cheapest", "dearest"):
        seen: list[str] = []
        query = f"order={order}&q=复制项目"
        while query:
            page = read(f"/listings/?{query}", now=NOW)
            seen += re.findall(r"复制项目(\d{4})</a>", page)
            found = re.search(r'rel="next" href="\?([^"]+)"', page)
            query = found[1].replace("&amp;", "&") if found else ""
        assert len(seen) == len(set(seen)) == 45, order


def test_lots_are_filtered(deal: Deal) -> None:
    copies(deal.listing, 3, status="unsold")
    nothing = "没有符合条件的项目"
    assert "复制项目" not in read("/listings/?status=bidding", now=NOW)
    assert "通许县补充耕地指标" in read("/listings/?kind=grain_capacity&county=410222", now=NOW)
    for query in ("kind=paddy_area", "county=410184", "q=没有的", "status=terminated"):
        assert nothing in read(f"/listings/?{query}", now=NOW), query
    assert "复制项目0002" in read("/listings/?q=0002 复制", now=NOW)
    assert "复制项目0002" not in read("/listings/?q=0003 复制", now=NOW)


@pytest.mark.parametrize("page", ["/listings/", "/announcements/", "/results/", "/market/", "/guide/"])
@pytest.mark.parametrize(
    "query",
    [
        "after=abc",
        "after=9999999999999999999999",
        "after=2026-01-01T00:00:00~1",
        "after=NaN~1&order=cheapest",
        "after=1e400~1&order=cheapest",
        "after=0001-01-01T00:00:00%2B00:00~1",
        "q=%00",
        "q=%27%22%5C%3A*%26%7C%3C-%3E",
        "status=draft",
        "county=%00",
        "county=４１０２２２",
        "since=2026-13-01&until=x",
        "since=9999-12-31",
        "province=x&period=x",
        "document=tripartite_contract",
    ],
)
def test_odd_filters_are_dropped(page: str, query: str) -> None:
    read(f"{page}?{query}", now=NOW)


def test_announcements_are_filtered_by_kind_day_and_words(deal: Deal) -> None:
    nothing = "没有符合条件的公告"
    page = read("/announcements/", now=NOW)
    number = Document.objects.get(kind="announcement").number
    assert number in page
    for query in ("since=2026-03-05&until=2026-03-05", "document=announcement", "q=通许县", "county=410222"):
        assert number in read(f"/announcements/?{query}", now=NOW), query
    for query in (
        "since=2026-03-06",
        "until=2026-03-04",
        "document=termination_notice",
        "q=新郑",
        "county=410184",
    ):
        assert nothing in read(f"/announcements/?{query}", now=NOW), query


def test_only_notices_to_everybody_are_announcements() -> None:
    contracted()
    page = read("/announcements/", now=at("04-04 09:00"))
    for kind in ("qualification_certificate", "tripartite_contract"):
        for document in Document.objects.filter(kind=kind):
            assert document.number not in page
            read(f"/announcements/{document.verification_code}/", now=NOW, status=404)


def test_an_announcement_has_a_stable_address(deal: Deal) -> None:
    document = Document.objects.get(kind="announcement")
    answer = fetched(f"/announcements/{document.verification_code}/", now=NOW)
    assert answer.headers["Location"] == f"/listings/{deal.listing_id}/#documents"


@pytest.mark.parametrize(
    ("address", "cost"),
    [
        ("/", 4),
        ("/listings/", 3),
        ("/listings/?q=项目&county=410222&order=closing", 3),
        ("/announcements/", 4),
        ("/results/", 3),
        ("/market/", 2),
    ],
)
def test_lists_cost_the_same_with_one_row_and_with_thirty(
    address: str, cost: int, django_assert_num_queries: Any
) -> None:
    deal = confirmed()
    now = at("04-01 10:00")
    for rows in (0, 30):
        copies(deal.listing, rows)
        with clock.simulated(now), django_assert_num_queries(cost):
            assert Client().get(address).status_code == 200


def test_the_lot_page_costs_the_same_with_few_and_with_many_bids(
    deal: Deal, django_assert_num_queries: Any
) -> None:
    for step in range(2):
        with clock.simulated(NOW), django_assert_num_queries(9):
            assert Client().get(_lot(deal)).status_code == 200
        if step == 0:
            for number in range(15):
                deal.bid(A if number % 2 == 0 else B, 65000 + 5000 * number, now=at("03-28 11:00"))


def test_documents_are_verified_by_number_code_and_file(deal: Deal) -> None:
    document = Document.objects.get(case_id=deal.listing_id, kind="announcement")
    assert "查验属实" in read(f"/verify/?q={document.number}", now=NOW)
    page = read(f"/verify/{document.verification_code}", now=NOW)
    address = f"/documents/{document.verification_code}/"
    assert "查验属实" in page
    assert f'href="{address}"' in page
    answer = fetched(address, now=NOW)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    genuine = Client().post("/verify/", {"file": SimpleUploadedFile("a.pdf", answer.content)})
    assert "查验属实" in genuine.content.decode()
    forged = Client().post("/verify/", {"file": SimpleUploadedFile("a.pdf", answer.content + b" ")})
    assert "未查到" in forged.content.decode()
    assert "未查到" in read("/verify/?q=没有的文号", now=NOW)
    missing = Client().post("/verify/", {})
    assert missing.status_code == 400
    assert "请选择不超过 20 MB" in missing.content.decode()


def test_the_public_is_told_nothing_by_a_documents_number_in_the_database(deal: Deal) -> None:
    document = Document.objects.get(case_id=deal.listing_id, kind="announcement")
    read(f"/documents/{shown(document.pk, 'document')}/", now=NOW, status=404)
    assert f"/documents/{shown(document.pk, 'document')}/" not in read(_lot(deal), now=NOW)
    answer = fetched(
        f"/documents/{shown(document.pk, 'document')}/", now=NOW, client=signed_in(deal.people[CENTRE][0])
    )
    assert answer.headers["Location"] == f"/documents/{document.verification_code}/"
    read(f"/documents/{2**70}/", now=NOW, status=404, client=signed_in(deal.people[CENTRE][0]))


def test_a_certificate_is_its_bidders_alone_before_the_close(deal: Deal) -> None:
    own = deal.organisation(A).pk
    document = Document.objects.get(case_id=deal.listing_id, kind="qualification_certificate", visible_to=own)
    address = f"/documents/{document.verification_code}/"
    assert fetched(address, now=NOW, client=signed_in(deal.people[A][0])).status_code == 200
    for key in (B, SELLER, CENTRE, "province"):
        assert fetched(address, now=NOW, client=signed_in(deal.people[key][0])).status_code == 404
        assert (
            fetched(
                f"/documents/{shown(document.pk, 'document')}/",
                now=NOW,
                client=signed_in(deal.people[key][0]),
            ).status_code
            == 404
        )
    read(address, now=NOW, status=404)


def test_a_suspension_is_said_with_its_public_reason_alone(deal: Deal) -> None:
    deal.suspend(now=at("03-28 11:00"), reason="内部核查线索", public_reason="标的权属需要核实")
    page = read(_lot(deal), now=NOW)
    assert "标的权属需要核实" in page
    assert "内部核查线索" not in page


def test_a_refused_objection_keeps_what_was_typed_and_stands_at_its_field() -> None:
    deal = announced()
    sent = {"text": "等别有误", "name": "赵先生", "contact": " ", "key": "k"}
    with clock.simulated(at("03-12 10:00")):
        answer = Client().post(f"/listings/{deal.listing_id}/objections/", sent)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "等别有误" in page
    assert "赵先生" in page
    assert re.search(r'id="contact_error"[^>]*>.*?请填写该项', page, re.DOTALL)
    given = answer.context["challenge"]
    proof = {"challenge": given.text, "answer": proofs.answer_to(given)}
    with clock.simulated(at("03-12 10:00")):
        done = Client().post(
            f"/listings/{deal.listing_id}/objections/", sent | proof | {"contact": "0371-1", "key": "k2"}
        )
    assert done.headers["Location"] == f"/listings/{deal.listing_id}/?objected=1"


def test_an_objection_is_measured_as_the_browser_counts_it() -> None:
    deal = announced()
    lines = ("字" * 39 + "\r\n") * 99 + "字" * 40
    assert len(lines.replace("\r\n", "\n")) == 4000 < len(lines)
    sent = {"text": lines, "name": "赵先生", "contact": "0371-1"}
    with clock.simulated(at("03-12 10:00")):
        given = Client().post(f"/listings/{deal.listing_id}/objections/", sent).context["challenge"]
        proof = {"challenge": given.text, "answer": proofs.answer_to(given)}
        done = Client().post(f"/listings/{deal.listing_id}/objections/", sent | proof)
    assert done.status_code == 302
    assert Objection.objects.get().text == lines.replace("\r\n", "\n")


def test_the_guide_counts_its_dates_from_the_rules_in_force() -> None:
    Deal.begun(rules={"review_wd": 7})
    page = read("/guide/", now=at("03-09 10:00"))
    assert "7 个工作日" in page
    assert "2026-03-18 24:00" in page
    assert "2026-03-19 24:00" in read("/guide/?province=410000", now=at("03-10 10:00"))


def test_the_rules_show_other_versions_and_never_a_draft() -> None:
    Deal.begun()
    book = Rulebook.objects.filter(province="410000").latest("version")
    draft = Rulebook.objects.get(pk=book.pk)
    draft.pk, draft.version, draft.name, draft._state.adding = None, book.version + 1, "未批准的草案", True
    draft.approved_by_id = draft.approved_at = None
    draft.save()
    page = read("/rules/", now=NOW)
    assert "豫自然资投告〔2023〕83号" in page
    assert "保证金比例" in page
    assert "未批准的草案" not in page
    read(f"/rules/410000/{draft.version}/", now=NOW, status=404)
    read(f"/rules/410000/{2**40}/", now=NOW, status=404)
    assert "该版本现行有效" in read(f"/rules/410000/{book.version}/", now=NOW)


@pytest.mark.parametrize("subject", ["prices", "surplus"])
def test_the_rules_of_every_subject_are_read_in_full(subject: str) -> None:
    rules, said = {
        "prices": (price_tables.parameters("baseline"), ("后期管护年数", "附加规划规模加价")),
        "surplus": (surplus.parameters("baseline"), ("市级初审时限", "收益分配时限")),
    }[subject]
    first, _ = [
        install(
            province="410000", name=name, legal_basis=["演示文号一"], parameters=rules, now=NOW,
            subject=subject_called(subject),
        ).version
        for name in ("第一版规则", "第二版规则")
    ]  # fmt: skip
    page = read(f"/rules/?subject={subject}", now=NOW)
    assert all(each in page for each in (*said, "演示文号一", "第一版规则", "第二版规则"))
    assert f"/rules/410000/{first}/?subject={subject}" in page
    version = read(f"/rules/410000/{first}/?subject={subject}", now=NOW)
    assert all(each in version for each in (*said, "第一版规则", "该版本不是现行版本"))
    assert "第一版规则" not in read("/rules/", now=NOW)


def test_somebody_with_a_password_signs_in_and_comes_to_the_desk() -> None:
    deal = Deal.begun()
    person = deal.people[CENTRE][0].person
    person.set_password("演示密码一二三四五")
    person.save()
    client = Client()
    wrong = client.post("/login/", {"username": "centre0", "password": "不对"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.content.decode()
    assert 'value="centre0"' in wrong.content.decode()
    right = client.post("/login/", {"username": "centre0", "password": "演示密码一二三四五"})
    assert right.headers["Location"] == "/desk/"
    assert client.post("/logout/").status_code == 302
    assert client.get("/desk/").status_code == 302


def test_somebody_with_two_duties_chooses_one() -> None:
    deal = Deal.begun()
    person = deal.people[A][0].person
    second = register_organisation(
        kind=Role.COUNTY_GOVERNMENT, name="登封市人民政府", region="410185", by=SYSTEM, now=at("03-01 09:00")
    )
    other = Membership.objects.create(person=person, organisation=second, duty=str(Duty.APPROVER))
    client = signed_in(deal.people[A][0])
    assert "登封市人民政府" in read("/duty/", now=NOW, client=client)
    assert client.post("/duty/", {"membership": str(other.pk)}).status_code == 302
    assert "登封市人民政府" in read("/verify/", now=NOW, client=client)
    foreign = deal.people[B][0].pk
    assert client.post("/duty/", {"membership": str(foreign)}).status_code == 200
    assert "登封市人民政府" in read("/verify/", now=NOW, client=client)


def test_errors_are_told_in_chinese() -> None:
    assert "没有找到该页面" in read("/没有/", now=NOW, status=404)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "页面已失效" in answer.content.decode()


def test_a_lot_suspended_before_its_publication_would_not_be_public(deal: Deal) -> None:
    assert lots.public_lot(deal.listing_id) is not None
    [hidden] = copies(Listing.objects.get(pk=deal.listing_id), 1, announced_at=None)
    assert lots.public_lot(hidden.pk) is None


def test_home_shows_todays_announcements_on_the_day_and_the_last_ones_afterwards() -> None:
    announced()
    assert "今日公告" in read("/", now=at("03-05 18:00"))
    assert "最新公告" in read("/", now=at("03-05 18:00") + timedelta(days=1))
