"""People at their browsers: each in a context of their own, watched for what no page may do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.db import connections
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from apps.demo.organisations import PASSWORD
from tests.browser.chromium import executable

WIDE, TABLET, PHONE = 1440, 768, 375


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, without a window.

    Playwright keeps an event loop in this thread, in which Django would refuse to be asked anything. What it is asked
    there goes over connections of its own. They are closed here: nobody else would, and the next module's browser
    would find them leading to a database that is gone.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        path = executable()
        options: dict[str, Any] = {"executable_path": path} if path else {}
        found = playwright.chromium.launch(args=["--no-sandbox", "--disable-dev-shm-usage"], **options)
        try:
            yield found
        finally:
            connections.close_all()
            found.close()
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Watch:
    """What went wrong in somebody's browser: errors in the console, requests to other hosts, answers of 5xx."""

    host: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()

    def on(self, page: Page) -> None:
        """Begin to watch a page."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        text = f"{message.location.get('url', '')}: {message.text}"
        if message.type == "error" and not any(each in text for each in self.forgiven):
            self.errors.append(text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != self.host:
            self.foreign.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.failed.append(f"{response.status} {response.url}")

    @property
    def complaints(self) -> list[str]:
        """Everything that went wrong."""
        return [*self.errors, *self.foreign, *self.failed]


@dataclass
class Visitor:
    """Somebody at a browser; `page` is the tab in front."""

    context: BrowserContext
    page: Page
    watch: Watch
    origin: str

    def open(self, path: str) -> Response | None:
        """Go to an address of the site."""
        return self.page.goto(self.origin + path)

    def sign_in(self, username: str) -> None:
        """Through the login page, as anybody does."""
        self.open("/login/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="登录").click()
        self.page.wait_for_url("**/desk/**")


@contextmanager
def visitor(
    browser: Browser, origin: str, *, width: int = WIDE, height: int = 900, language: str = "", **options: Any
) -> Iterator[Visitor]:
    """A visitor in a fresh browser context, in Beijing's time zone."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        **options,
    )
    if language:
        context.add_cookies([{"name": "language", "value": language, "url": origin}])
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch = Watch(urlsplit(origin).hostname or "")
    watch.on(page)
    try:
        yield Visitor(context, page, watch, origin)
    finally:
        context.close()
