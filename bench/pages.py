"""`python -m bench.pages`: how soon public pages show their largest part on a slow line and a slow machine.

A market of its own is served as `make demo` serves it (one process, static files and all), and looked at in Chromium
with 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back, a processor four times slower, and nothing cached. Each
figure is the median of three visits. A table goes to the screen, the figures to `.local/bench/pages.json`.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from config.env import LOCAL

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VISITS = 3
LIMIT_MS = 2000
PUBLIC = (
    "/",
    "/announcements/",
    "/listings/",
    "/listings/{bidding}/",
    "/listings/{bidding}/hall/",
    "/listings/{completed}/",
    "/results/",
    "/market/",
    "/guide/",
    "/rules/",
    "/verify/",
    "/open-data/",
    "/login/",
)
_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_WATCH = """
window.largest = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) {
    window.largest = each.startTime;
    window.largestPart = each.element ? each.element.outerHTML.slice(0, 80) : "";
  }
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
_READ = """() => {
  const all = performance.getEntriesByType("resource");
  const page = performance.getEntriesByType("navigation")[0];
  const sum = (some) => some.reduce((total, each) => total + each.transferSize, 0);
  return {
    largest: window.largest, part: window.largestPart || "",
    first: performance.getEntriesByName("first-contentful-paint").map((each) => each.startTime)[0] || 0,
    answered: page.responseStart, bytes: sum(all) + page.transferSize, requests: all.length + 1,
    script: sum(all.filter((each) => each.initiatorType === "script")),
    style: sum(all.filter((each) => each.initiatorType === "link" && each.name.endsWith(".css"))),
  };
}"""


def main(only: list[str]) -> int:
    """Measure; with arguments, only pages whose address holds one of them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from apps.listings.models import Listing  # noqa: PLC0415 - models exist only now
    from tests.browser import live_site, people  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, live_site.running_site(Path(folder), market=True) as market:
        ids = {
            status: Listing.objects.filter(status=status).order_by("pk").values_list("pk", flat=True)[0]
            for status in ("bidding", "completed")
        }
        paths = [path.format(**ids) for path in PUBLIC]
        with people.browser() as browser:
            _visit(browser, market.origin + "/")  # the first page of all wakes the server
            figures = {
                path: _median([_visit(browser, market.origin + path) for _ in range(VISITS)])
                for path in paths
                if not only or any(each in path for each in only)
            }
    to = LOCAL / "bench" / "pages.json"
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps(figures, ensure_ascii=False, indent=2))
    sys.stdout.write(_table(figures))
    return 0


def _visit(browser: "Browser", address: str) -> dict[str, Any]:
    """One visit with nothing cached; times in milliseconds since the address was asked for."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    try:
        page = context.new_page()
        page.add_init_script(_WATCH)
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        line.send("Network.emulateNetworkConditions", _LINE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(address, wait_until="load", timeout=60_000)
        page.wait_for_timeout(1500)
        found: dict[str, Any] = page.evaluate(_READ)
        return found
    finally:
        context.close()


def _median(visits: list[dict[str, Any]]) -> dict[str, Any]:
    numbers = {
        name: round(statistics.median(each[name] for each in visits)) for name in visits[0] if name != "part"
    }
    return numbers | {"part": visits[-1]["part"]}


def _table(figures: dict[str, dict[str, Any]]) -> str:
    head = "| page | largest paint ms | first paint ms | first byte ms | kB in all | script kB | style kB | requests |"
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for path, each in figures.items():
        late = " !" if each["largest"] > LIMIT_MS else ""
        sizes = " | ".join(f"{each[name] / 1000:.0f}" for name in ("bytes", "script", "style"))
        lines.append(
            f"| `{path}` | {each['largest']}{late} | {each['first']} | {each['answered']} | {sizes}"
            f" | {each['requests']} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
