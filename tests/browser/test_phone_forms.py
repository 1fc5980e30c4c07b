"""Long pages of quota across provinces at a phone's width: none scrolls sideways, every button can be pressed."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route, sync_playwright

from tests.browser.audits import sideways
from tests.browser.chromium import executable
from tests.browser.people import PHONE
from tests.crossprovince.test_pages import browser, read
from tests.factories.across import COUNTY, PROVINCE, Across

_HOST = "http://desk.test"
_COVERED = """() => [...document.querySelectorAll('main .btn')].filter((each) => {
  if (!each.checkVisibility()) return false;
  each.scrollIntoView({block: 'center', behavior: 'instant'});
  const box = each.getBoundingClientRect();
  const on = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const hit = on && (on === each || each.contains(on) || on.matches('input[type=file]'));
  return box.left < 0 || box.right > innerWidth || !hit;
}).map((each) => each.innerText.trim())"""


def opened_on_a_phone(page: Page, html: str) -> None:
    """The page as it was answered, with the site's own styles."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if not path.startswith("/static/"):
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
            return
        found = finders.find(path.removeprefix("/static/"))
        if isinstance(found, str):
            route.fulfill(path=found)
        else:
            route.abort()

    page.unroute_all()
    page.route(f"{_HOST}/**", answer)
    page.goto(f"{_HOST}/")


@pytest.mark.django_db
def test_long_pages_of_an_adjustment_fit_a_phone(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    across = Across.certified()
    across.draft(title="2026年度第一批节余指标跨省域调剂" + "FirstBatchOf2026" * 6)
    number, pages = across.adjustment_id, {}
    when = "04-01 10:00"
    pages["form"] = read(browser(across, COUNTY), f"/desk/acts/adjustment.amend/{number}/", when)[0]
    across.submit()
    across.report()
    pages["import"] = read(browser(across, PROVINCE), "/desk/acts/scheme.import/0/", "09-18 09:00")[0]
    across.match(across.row(scheme_no="部调剂〔2026〕" + "1" * 60))
    across.implementing()
    across.allocate("216000000.00")
    across.distribute("129600000.00", "64800000.00", "21600000.00")
    for key in (COUNTY, PROVINCE):
        pages[key] = read(browser(across, key), f"/desk/adjustments/{number}/", "10-22 11:00")[0]
    with sync_playwright() as playwright:
        found = executable()
        options: dict[str, Any] = {"executable_path": found} if found else {}
        chromium = playwright.chromium.launch(args=["--no-sandbox", "--disable-dev-shm-usage"], **options)
        page = chromium.new_page(viewport={"width": PHONE, "height": 800})
        for name, html in pages.items():
            opened_on_a_phone(page, html)
            assert page.locator("main .btn").count() > 0, name
            assert sideways(page) == 0, name
            assert page.evaluate(_COVERED) == [], name
        chromium.close()
