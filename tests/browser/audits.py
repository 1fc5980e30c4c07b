"""What every page is held to: axe's rules, visible labels, no sideways scroll, no stray English."""

import json
import re

from playwright.sync_api import BrowserContext, Page

from config.env import ROOT

_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# Only what is reported crosses over to the test: the whole answer weighs as much as the page.
_ASK = f"""() => axe.run(document, {{runOnly: {json.dumps(_RULES)}, resultTypes: ['violations']}}).then(
  (found) => found.violations.flatMap((each) => each.nodes.slice(0, 3).map(
    (node) => `${{each.id}} (${{each.impact}}): ${{node.target}} ${{node.html.slice(0, 160)}}`)))"""


def bring_axe(context: BrowserContext) -> None:
    """Have axe in every page opened from now on: handing it over page by page takes longer than asking it."""
    context.add_init_script(path=_AXE)


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA and of good practice that axe finds, one line each with where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())
    found: list[str] = page.evaluate(_ASK)
    return [f"{page.url} {each}" for each in found]


_UNLABELLED = """() => [...document.querySelectorAll('input, select, textarea')].filter((each) => {
  if (['hidden', 'submit', 'button'].includes(each.type) || !each.checkVisibility()) return false;
  const labels = [...(each.labels || [])];
  return !labels.some((label) => {
    const box = label.getBoundingClientRect();
    return label.innerText.trim() && box.width > 4 && box.height > 4 && label.checkVisibility();
  });
}).map((each) => each.outerHTML.slice(0, 120))"""


def without_label(page: Page) -> list[str]:
    """Inputs that people can see but whose label they cannot."""
    found: list[str] = page.evaluate(_UNLABELLED)
    return [f"{page.url} {each}" for each in found]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(width, 0)


_SEEN = """(skip) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const place = walker.currentNode.parentElement;
    if (!place || place.closest(skip) || !place.checkVisibility()) continue;
    const text = walker.currentNode.data.trim();
    if (text) texts.push(text);
  }
  return texts;
}"""
_NOT_PROSE = "script, style, code, pre, .hash, textarea, body [lang='en'], canvas"
# What Chinese pages write in Latin letters: formats, protocols, and the law's own formulas.
_ALLOWED = re.compile(
    r"CSV|JSONL?|RSS|PDF|ZIP|API|XLSX|XML|GeoJSON|PNG|JPEG|MB|KB|HMAC|SHA|CGCS\d+|WGS\d+|EPSG|camt|ISO|Excel|UTF|BOM|"
    r"Demo-2026-farmland|HTTPS?|GB|id|Ed25519|[A-Z0-9]{4}(?:-[A-Z0-9]{4}){1,3}|ABCD-EFGH-2345-WXYZ|"
    r"[\w.\u4e00-\u9fff（）《》〔〕-]*\.(?:pdf|csv|json|xlsx|geojson|xml|ics|zip)"
)
_WORD = re.compile(r"[A-Za-z]{2,}")


def stray_english(page: Page) -> list[str]:
    """Latin words that a Chinese page shows, apart from names of formats."""
    texts: list[str] = page.evaluate(_SEEN, _NOT_PROSE)
    return [f"{page.url} {text[:100]}" for text in texts if _WORD.search(_ALLOWED.sub("", text))]


_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def stray_chinese(page: Page) -> list[str]:
    """Chinese that an English page shows outside what is marked as Chinese."""
    texts: list[str] = page.evaluate(_SEEN, _NOT_PROSE.replace("[lang='en']", "[lang='zh-Hans']"))
    return [f"{page.url} {text[:100]}" for text in texts if _CHINESE.search(text)]
