"""Lots with qualified bidders for the halls, told by the demonstration's own histories on the live site's clock."""

import heapq
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.test import override_settings
from playwright.sync_api import Browser, Locator, Page, expect

from apps.demo.histories import Plan, Teller
from apps.demo.organisations import Organisations
from apps.kinds.quantities import Quantities
from apps.listings.models import Listing
from apps.parties.models import Membership
from apps.stages.bidding.models import Bid
from kernel.money import Yuan
from tests.browser.live_site import LiveSite
from tests.browser.people import Visitor, visitor

PREPARED = timedelta(days=40)
"""From the first step of a story to bidding, with every period of the rules."""
DAYS_OPEN = timedelta(days=4)


@dataclass
class HallPages:
    """Lots on one stand by a short name, and people who come to their halls."""

    live_site: LiveSite
    organisations: Organisations
    browser: Browser
    tellers: dict[str, Teller] = field(default_factory=dict)
    cookies: dict[str, object] = field(default_factory=dict)

    def lot(self, name: str) -> Listing:
        """The lot as it stands."""
        return Listing.objects.get(pk=self.tellers[name].listing_id)

    def do(self, name: str, act: str, key: str, **data: object) -> None:
        """One act on a lot outside any browser, by two persons where it takes two."""
        with override_settings(CLOCK="shared"):
            self.tellers[name]._do(act, key, data)

    def place(self, name: str, key: str, price: str) -> None:
        """Somebody bids from elsewhere."""
        self.do(name, "bid.place", key, unit_price=price)

    def next_price(self, name: str, *, steps: int = 0) -> Yuan:
        """The lowest valid price, or so many steps above it."""
        lot = self.lot(name)
        last = Bid.objects.filter(listing=lot).order_by("-sequence").first()
        assert lot.increment is not None
        least = lot.starting_price if last is None else last.unit_price + lot.increment
        return least + lot.increment.times(steps)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Streams that are open stay open and tell nothing, as with a cable that was pulled."""
        group = self.live_site.processes["live"].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def inside(self, name: str, key: str = "") -> str:
        """The address of a lot's hall: a bidder's, or everybody's."""
        pk = self.tellers[name].listing_id
        return f"/desk/listings/{pk}/bid/" if key else f"/listings/{pk}/hall/"

    @contextmanager
    def anybody(self, key: str = "", **options: object) -> Iterator[Visitor]:
        """A browser of its own; `key` is signed in, by the cookies of an earlier login where there was one."""
        if key in self.cookies:
            options["storage_state"] = self.cookies[key]
        with visitor(self.browser, self.live_site.origin, **options) as somebody:  # type: ignore[arg-type]
            if key and key not in self.cookies:
                somebody.sign_in(key)
                self.cookies[key] = somebody.context.storage_state()
            yield somebody

    @contextmanager
    def hall(self, name: str, *keys: str, **options: object) -> Iterator[list[Visitor]]:
        """The hall of a lot open in a browser for each of them; the empty key is a spectator. All are live."""
        with ExitStack() as stack:
            people = []
            for key in keys:
                somebody = stack.enter_context(self.anybody(f"{key}-op" if key else "", **options))
                somebody.open(self.inside(name, key))
                people.append(somebody)
            for somebody in people:
                live(somebody.page)
            yield people


def live(page: Page) -> None:
    """Wait until prices come by the stream."""
    expect(page.locator("html")).to_have_attribute("data-connection", "live", timeout=40_000)


def shown(page: Page, name: str) -> Locator:
    """One live figure of a hall."""
    return page.locator(f'#main [data-live="{name}"]').first


def tell(live_site: LiveSite, browser: Browser, **opened: timedelta) -> HallPages:
    """Tell lots up to one present; each with how long before it (or, negative, after it) bidding opened."""
    hall_pages = HallPages(live_site, _organisations(), browser)
    present = live_site.now() + PREPARED
    waiting: list[tuple[datetime, str]] = []
    stories = {}
    for number, (name, ago) in enumerate(opened.items(), start=1):
        plan = Plan(
            number=number,
            seller=hall_pages.organisations.sellers[number - 1],
            quantities=Quantities("20.0000", 0, 18000),
            grade=7,
            starting_price="50000.00",
            unit="yuan_per_mu",
            closes_at=present - ago + DAYS_OPEN,
            bidders=("bidder1", "bidder2"),
        )
        hall_pages.tellers[name] = Teller(plan, hall_pages.organisations)
        stories[name] = hall_pages.tellers[name].tell()
        heapq.heappush(waiting, (next(stories[name]), name))
    with override_settings(CLOCK="shared"):
        while waiting:
            at, name = heapq.heappop(waiting)
            _pass_to(live_site, at)
            following = next(stories[name], None)
            if following is not None:
                heapq.heappush(waiting, (following, name))
    _pass_to(live_site, present)
    return hall_pages


def _pass_to(live_site: LiveSite, at: datetime) -> None:
    if at > live_site.now():
        live_site.move(at - live_site.now())


def _organisations() -> Organisations:
    """The people of the stand, found by their user names."""
    organisations = Organisations()
    for each in Membership.objects.select_related("person", "organisation").order_by("pk"):
        key = each.person.username.partition("-")[0]
        organisations.by_key[key] = each.organisation
        organisations.people.setdefault(key, []).append(each)
    return organisations
