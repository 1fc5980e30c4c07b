"""HEAD answers as GET does, without the body (RFC 9110 §9.3.2); an address that only takes POST leads to its form.

Monitors and link checkers ask with HEAD: whatever refuses it is called down. People come to an address of POST by a
bookmark, a mail, a reload after the session ended.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from apps.documents.models import Attachment, Document
from apps.listings.models import Listing
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened
from tests.factories.visitors import body

pytestmark = pytest.mark.django_db

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")
# Each request has its own: the policy's nonce, a request's number, tokens in cookies.
_ITS_OWN = {"Set-Cookie", "Date", "X-Request-ID", "Expires", "Last-Modified", "Content-Length"}


def _routes() -> Iterator[str]:
    """Every route there is; of a regular expression the text, its groups as parameters."""

    def walk(patterns: list[URLPattern | URLResolver], start: str) -> Iterator[str]:
        for each in patterns:
            route = _GROUP.sub(r"<\1>", str(each.pattern).lstrip("^").rstrip("$")).replace("\\", "")
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, start + route)
            elif not start.startswith("/admin/") and (route or start.count("/") < 3):
                yield start + route

    yield from walk(get_resolver().url_patterns, "/")


def _addresses(values: dict[str, list[str]]) -> Iterator[str]:
    """Every address, with each value there is in the place of a parameter."""
    for route in _routes():
        found = [route]
        for name in _PARAMETER.findall(route):
            found = [
                re.sub(rf"<(?:\w+:)?{name}>", value, each)
                for each in found
                for value in values.get(name, ["1"])
            ]
        yield from found


@pytest.fixture
def lot() -> Iterator[tuple[DeskSite, Listing]]:
    """A lot whose bidding is over, with two bids, and everybody's browser."""
    with opened() as site:
        listing = steps.in_bidding(site)
        steps.bid(site, listing, "a", "55000")
        steps.bid(site, listing, "b", "60000")
        site.go("03-30 10:06")
        site.see("centre", f"/desk/listings/{listing.pk}/")
        yield site, listing


def _values(site: DeskSite, listing: Listing) -> dict[str, list[str]]:
    """What stands in the places of parameters."""
    document = Document.objects.filter(case_id=listing.pk, public=True).earliest("pk")
    evidence = Attachment.objects.filter(case_id=listing.pk).earliest("pk")
    return {
        "listing_id": [str(listing.pk)],
        "subject_id": ["0", str(listing.pk)],
        "name": ["listing.draft", "money.import", "listing.suspend", "confirmation.issue"],
        "code": [document.verification_code],
        "document_id": [str(shown(document.pk, "document"))],
        "attachment_id": [str(shown(evidence.pk, "attachment"))],
        "province": ["410000"],
        "extension": ["csv", "json"],
        "person_id": [str(site.people["a"][0].person_id)],
        "project_id": ["1"],
        "what": ["announcement", "result"],
        "token": ["none"],
        "secret": ["none"],
        "year": ["2026"],
    }


def _headers(answer: Any) -> dict[str, str]:
    own = re.compile(r"'nonce-[^']*'")
    return {
        name: own.sub("", value) for name, value in answer.headers.items() if name.title() not in {
            each.title() for each in _ITS_OWN
        }
    }  # fmt: skip


def test_head_is_answered_as_get_is_everywhere(lot: tuple[DeskSite, Listing]) -> None:
    site, listing = lot
    values = _values(site, listing)
    people = {"public": Client(raise_request_exception=False)}
    people |= {
        key: site.browser(key) for key in ("seller", "a", "centre", "province", "finance", "supervisor")
    }
    answered, wrong = set(), []
    for address in sorted(set(_addresses(values))):
        desk = address.startswith("/desk/")
        for who, client in people.items():
            # Beside the desks, what an address answers hangs on whether one is signed in, not on who one is.
            if not desk and who not in ("public", "centre"):
                continue
            got = client.get(address)
            sent = body(got)
            if got.status_code == 405:
                if not address.startswith("/api/"):
                    wrong.append(f"{who} GET {address}: 405")
                continue
            if got.status_code < 400:
                answered.add(address)
            head = client.head(address)
            if head.status_code != got.status_code or body(head) or _headers(head) != _headers(got):
                wrong.append(f"{who} {address}: {got.status_code} {head.status_code} {len(sent)}")
    assert wrong == []
    assert len(answered) > 130
    for expected in ("/", f"/listings/{listing.pk}/dates.ics", "/open-data/results.csv", "/desk/finance/",
                     f"/open-data/bid-history/{listing.pk}.json", "/feeds/results.xml", "/robots.txt",
                     f"/desk/listings/{listing.pk}/bid/", "/api/v1/listings/"):  # fmt: skip
        assert expected in answered


def test_an_address_of_post_leads_to_its_form(lot: tuple[DeskSite, Listing]) -> None:
    site, listing = lot
    pk = listing.pk
    for who, address, page in (
        ("centre", f"/desk/acts/listing.suspend/{pk}/check/", f"/desk/acts/listing.suspend/{pk}/"),
        ("centre", f"/desk/acts/listing.suspend/{pk}/draft/", f"/desk/acts/listing.suspend/{pk}/"),
        ("centre", f"/desk/listings/{pk}/announcement-proof/", f"/desk/acts/announcement.publish/{pk}/"),
        ("centre", "/desk/tasks/", "/desk/"),
        ("centre", "/desk/objections/1/complainant/", "/desk/"),
        ("seller", f"/desk/listings/{pk}/evidence/", f"/desk/listings/{pk}/#evidence"),
        ("a", "/desk/notices/read/", "/desk/notices/"),
        ("a", "/desk/notices/1/read/", "/desk/notices/"),
        ("a", f"/listings/{pk}/objections/", f"/listings/{pk}/#objection"),
        ("a", "/display/", "/"),
        ("a", "/logout/", "/"),
    ):
        for method in ("get", "head"):
            answer = getattr(site.browser(who), method)(address)
            assert (answer.status_code, answer.headers.get("Location")) == (302, page), address
        assert site.browser(who).put(address).status_code == 405, address
    assert site.browser("a").get("/desk/").status_code == 200, "opening an address signs nobody out"
