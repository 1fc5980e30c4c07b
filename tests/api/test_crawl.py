"""Who bids is nobody's business before close, on any page that links lead to: the canaries of two provinces' roles."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.test import Client

from tests.api.market import ROLES, Market
from tests.api.test_secrecy import secrets

_LINK = re.compile(r'(?:href|src|hx-get|action)="(/[^"#]*)"')
_HIDDEN = re.compile(r"<a [^>]*\shidden>")
_NOT_PAGES = ("/static/", "/logout/", "/api/v1/schema", "/api/v1/docs", "/admin/")
_MOST_VARIANTS = 2  # of one address with other queries: filters, pages, sheets
_MOST_PAGES = 400


@dataclass(frozen=True)
class Page:
    """One address as it was answered: everything that it says, and the page on which its link stood."""

    address: str
    status: int
    said: str
    linked_from: str


def _pages(client: Client, *starts: str) -> Iterator[Page]:
    """Every page that links lead to from these, in order of discovery."""
    waiting, variants = list(starts), Counter[str]()
    met = dict.fromkeys(waiting, "")
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        assert answer.status_code < 500, address
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        said = content.decode("utf-8", "replace")
        yield Page(address, answer.status_code, f"{dict(answer.headers)} {said}", met[address])
        for found in _LINK.findall(_HIDDEN.sub("", said).replace("&amp;", "&")):
            path = found.partition("?")[0]
            if found in met or path.startswith(_NOT_PAGES) or variants[path] >= _MOST_VARIANTS:
                continue
            variants[path] += 1
            met[found] = address
            waiting.append(found)
        assert len(met) < _MOST_PAGES, "the crawl does not end"


def _client(market: Market, role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != "public":
        client.force_login(market.member(role).person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _may_learn(role: str, what: str, page: Page) -> bool:
    """Finance sends money back: d's came without a certificate."""
    return role == "finance" and what == "name of d" and page.address.startswith("/desk/acts/refund.release/")


def test_no_page_that_links_lead_to_tells_any_role_of_two_provinces_who_bids(bidding: Market) -> None:
    learnt, dead, read = [], [], Counter[str]()
    for role in ROLES:
        hidden = secrets(bidding, but=role)
        for page in _pages(_client(bidding, role), "/", *(["/desk/"] if role != "public" else [])):
            read[role] += 1
            if page.status == 404:
                dead.append(f"{role}: {page.linked_from} leads to {page.address}")
            learnt += [
                f"{role} learns the {what} from {page.address}"
                for what, secret in hidden.items()
                if secret in page.said and not _may_learn(role, what, page)
            ]
    assert learnt == []
    assert dead == []
    assert min(read[role] for role in ROLES) > 20, read
