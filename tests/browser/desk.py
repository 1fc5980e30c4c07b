"""What people do at their desks, by clicks alone: find the task, fill in the form, hand it in, release it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.people import Visitor, visitor

_WORK = re.compile("^办理")


@dataclass
class Desks:
    """Everybody who takes part, each signed in once in a browser of their own."""

    browser: Browser
    origin: str
    stack: ExitStack = field(default_factory=ExitStack)
    known: dict[str, Visitor] = field(default_factory=dict)

    def at(self, username: str) -> Visitor:
        """Somebody at the desk, its first page open."""
        if username not in self.known:
            self.known[username] = self.stack.enter_context(visitor(self.browser, self.origin))
            # A form that is refused answers so, and Chromium notes it.
            self.known[username].watch.forgiven = ("status of 400", "status of 409")
            self.known[username].sign_in(username)
        somebody = self.known[username]
        # The page before may be the desk too: what it shows is not to be taken for what the new one does.
        with somebody.page.expect_navigation():
            somebody.page.get_by_role("navigation", name="主导航").get_by_role("link", name="工作台").click()
        return somebody

    def task(self, username: str, label: str, about: str = "") -> Page:
        """Open the form of a task that waits on somebody's desk."""
        page = self.at(username).page
        row = page.get_by_role("listitem").filter(has_text=label)
        if about:
            row = row.filter(has_text=about)
        row.first.get_by_role("link", name=_WORK).click()
        return page

    def begin(self, username: str, label: str) -> Page:
        """Open the form of something new from the desk's head."""
        page = self.at(username).page
        page.get_by_role("link", name=label, exact=True).click()
        return page

    def release(self, username: str, label: str) -> None:
        """The approver reads what a colleague prepared and releases it."""
        page = self.at(username).page
        row = page.get_by_role("row").filter(has_text=label).first
        row.get_by_role("link", name=re.compile("^审核")).click()
        page.get_by_role("button", name="审核通过").click()
        expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()

    @property
    def complaints(self) -> list[str]:
        """What went wrong in anybody's browser."""
        return [f"{name}: {each}" for name, one in self.known.items() for each in one.watch.complaints]


@contextmanager
def desks(browser: Browser, origin: str) -> Iterator[Desks]:
    """The desks, until the block ends."""
    made = Desks(browser, origin)
    with made.stack:
        yield made


def fill(page: Page, **values: str) -> None:
    """Type into the inputs that these labels name; a choice is chosen by its text."""
    for label, value in values.items():
        _put(page.locator("form.act-form").get_by_label(label).first, value)


def fill_row(page: Page, number: int, **values: str) -> None:
    """The same in one row of a list of rows."""
    row = page.get_by_role("group", name=f"第{number}行").first
    for label, value in values.items():
        _put(row.get_by_label(label), value)


def _put(place: Locator, value: str) -> None:
    if place.evaluate("each => each.tagName") == "SELECT":
        option = place.locator("option", has_text=value).first
        place.select_option(value=option.get_attribute("value"))
    else:
        place.fill(value)


def hand_in(page: Page) -> None:
    """Send the form; the page that follows says that it was done, or waits for the approver."""
    page.locator("form.act-form").get_by_role("button", name=re.compile("提交审核|确认办理")).click()
    expect(page.get_by_role("status").filter(has_text=re.compile("已办理|已提交待审核"))).to_be_visible()


def upload_all(page: Page, file: Path) -> None:
    """Attach the file as every kind of evidence that is required and not there yet."""
    rows = page.locator("#evidence tbody tr")
    # Counting waits for nothing: on the page before there is no list, and it would seem complete.
    expect(rows.first).to_be_visible()
    while (missing := rows.filter(has_text="（必备）").filter(has_text="未上传")).count():
        kind = missing.first.locator("th").inner_text().replace("（必备）", "").strip()
        page.get_by_label("材料种类（第1份）").select_option(label=kind)
        page.get_by_label("文件（第1份）").set_input_files(file)
        with page.expect_navigation():
            page.get_by_role("button", name="上传").click()
        expect(page.get_by_role("status").filter(has_text="已上传")).to_be_visible()


def offered(page: Page, label: str) -> None:
    """Begin one of the acts that the page of a lot offers."""
    page.locator("#main").get_by_role("link", name=label).first.click()


def confirm_terms(page: Page) -> None:
    """Open and read the notice to bidders and the undertaking, and tick both; unread they cannot be ticked."""
    # Listing waits for nothing: on the page before there are no terms, and none would be confirmed.
    expect(page.locator("[data-terms]")).to_have_count(2)
    for terms in page.locator("[data-terms]").all():
        box = terms.get_by_role("checkbox")
        box.click()
        expect(box).not_to_be_checked()
        expect(terms.get_by_text("请先打开并阅读全文")).to_be_visible()
        terms.get_by_text("打开并阅读全文", exact=True).click()
        expect(terms.get_by_role("region")).to_contain_text("保证金不予退还")
        box.check()
