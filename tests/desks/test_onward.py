"""Whoever opens an act from the queue comes back to it, as it was searched, with the receipt; and nowhere else."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.test import RequestFactory

from apps.desks.onward import leading_back, onward
from kernel.access.models import Preparation
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

QUEUE = f"/desk/?q={quote('通许县')}"


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def link(page: str, beginning: str) -> str:
    """The first link of a page to an address that begins so."""
    _, found, rest = page.partition(f'href="{beginning}')
    assert found, f"no link to {beginning}"
    return (beginning + rest.partition('"')[0]).replace("&amp;", "&")


@pytest.mark.django_db
def test_an_act_of_the_queue_leads_back_to_the_queue_and_says_what_was_done(site: DeskSite) -> None:
    listing = steps.submitted(site)
    operator, approver = site.browser("province"), site.browser("province", 1)
    act = link(site.see("province", QUEUE), f"/desk/acts/review.decide/{listing.pk}/")
    form = operator.get(act)
    assert f'href="{QUEUE}"' in form.content.decode()  # 返回
    sent = operator.post(act, form_of(form) | {"outcome": "pass", **steps.ticked("legality")}, follow=True)
    assert sent.redirect_chain[-1][0] == QUEUE
    assert "已提交待审核" in sent.content.decode()
    waiting = Preparation.objects.get(act="review.decide", decided_at=None)
    read = link(site.see("province", QUEUE, 1), f"/desk/preparations/{shown(waiting.pk, 'preparation')}/")
    assert f'href="{QUEUE}"' in approver.get(read).content.decode()
    done = approver.post(read, {"decision": "release", "seen": waiting.digest}, follow=True)
    assert done.redirect_chain[-1][0] == QUEUE
    assert "已办理：出具审查意见" in done.content.decode()


@pytest.mark.django_db
def test_what_was_opened_elsewhere_leads_on_as_before(site: DeskSite) -> None:
    listing = steps.submitted(site)
    address = f"/desk/acts/review.decide/{listing.pk}/?opinion=legality"
    for bad in ("", "https://example.com/", "//example.com", "/\\example.com", "/login/"):
        browser = site.browser("province")
        form = browser.get(f"{address}&next={quote(bad)}")
        assert f'href="{bad}"' not in form.content.decode()
        answer = browser.post(
            f"{address}&next={quote(bad)}", form_of(form) | {"outcome": "pass", **steps.ticked("legality")}
        )
        assert answer.headers["Location"] == f"/desk/listings/{listing.pk}/"
        waiting = Preparation.objects.get(decided_at=None)
        taken = browser.post(
            f"/desk/preparations/{shown(waiting.pk, 'preparation')}/", {"decision": "take_back"}
        )
        assert taken.headers["Location"] == f"/desk/acts/review.decide/{listing.pk}/"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/desk/", True),
        ("/desk/?q=a&waiting=2", True),
        ("/desk/finance/", True),
        ("/listings/1/", False),
        ("/desk/../logout/", False),
        ("/desk/%2e%2e/logout/", False),
        ("/desk/%2E%2E//evil.example/", False),
        ("/desk/?q=%E5%8E%BF", True),
        ("//evil.example/desk/", False),
        ("https://evil.example/desk/", False),
        ("javascript:alert(1)", False),
        ("/desk/\r\nX: y", False),
        (f"/desk/?q={'x' * 700}", False),
    ],
)
def test_only_an_own_page_of_the_desk_is_gone_on_to(given: str, taken: bool) -> None:
    assert onward(RequestFactory().get("/desk/acts/x/1/", {"next": given})) == (given if taken else "")


def test_only_acts_and_preparations_lead_back() -> None:
    assert leading_back("/desk/acts/a/1/?opinion=x", "/desk/?q=1&act=b") == (
        "/desk/acts/a/1/?opinion=x&next=/desk/%3Fq%3D1%26act%3Db"
    )
    for address in ("/desk/listings/1/#deposit", "/desk/listings/1/bid/"):
        assert leading_back(address, "/desk/") == address
    assert leading_back("/desk/acts/a/1/", "") == "/desk/acts/a/1/"
