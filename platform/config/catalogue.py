"""The catalogues of languages (locale/): what there is to translate, and whether all of it is.

Chinese is the source. What pages show comes from three places: templates and Python marked for gettext, and the
labels of the domain, which stay plain Chinese there and are translated where they are shown.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from apps.portal.labels import labels
from config.env import ROOT

LOCALE = ROOT / "locale"
TEMPLATES = ROOT / "templates"
_PYTHON = ("apps", "platform/config")
_KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None}
_CALL = re.compile(r"\b(?:gettext|_)\((u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")\)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_STAFF = frozenset({"styleguide.html", "429.html", "bare.html", "500.html", "503.html"})
"""Not translated: a page for developers, and those that must show when nothing works."""


def of_templates() -> dict[str, set[str]]:
    """Each text marked in the templates, with the templates it stands in (paths from `templates/`)."""
    found: dict[str, set[str]] = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        for text in _CALL.findall(templatize(path.read_text())):
            found.setdefault(ast.literal_eval(text), set()).add(str(path.relative_to(TEMPLATES)))
    return found


def of_python() -> dict[str, set[str]]:
    """Each text marked in Python, with the modules it stands in."""
    found: dict[str, set[str]] = {}
    for folder in _PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for _, message, _, _ in extract_from_file("python", str(path), keywords=_KEYWORDS):
                if isinstance(message, str) and message:
                    found.setdefault(message, set()).add(str(path.relative_to(ROOT)))
    return found


def all_messages() -> set[str]:
    """Everything that a page can show in words of ours."""
    return set(of_templates()) | set(of_python()) | labels()


def languages() -> dict[str, str]:
    """The languages that pages are translated into, with their names. The catalogue of the source is written by hand:
    it says the libraries' own messages in our words."""
    return {code: name for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}


def po_of(language: str) -> Path:
    """Where the catalogue of a language lies; its compiled form is beside it."""
    return LOCALE / to_locale(language) / "LC_MESSAGES" / "django.po"


def texts_of(language: str) -> dict[str, str]:
    """A catalogue as it is: Chinese to that language; an empty text where there is none yet."""
    if not po_of(language).exists():
        return {}
    with po_of(language).open("rb") as file:
        catalog = read_po(file, locale=to_locale(language))
    return {str(each.id): str(each.string or "") for each in catalog if each.id}


def write(language: str, texts: dict[str, str]) -> None:
    """Write a catalogue anew, in the order of the Chinese."""
    catalog = Catalog(locale=to_locale(language), project="quota-exchange", charset="utf-8", fuzzy=False)
    catalog.header_comment = (
        f"# {languages()[language]} of the exchange. The Chinese is the source; "
        "`manage.py catalogue` adds what is new."
    )
    for message in sorted(texts):
        flags = ["python-format"] if "%(" in message else []
        catalog.add(message, texts[message], flags=flags)
    po = po_of(language)
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, include_previous=False)
    # A date in the head would change the file at every run.
    kept = [
        line
        for line in po.read_text().splitlines()
        if not re.match(r'"(POT-Creation|PO-Revision)-Date', line)
    ]
    po.write_text("\n".join(kept) + "\n")


def compile_all() -> None:
    """Make the files that the site reads."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale=path.parts[-3]))


def unmarked(path: Path) -> Iterator[str]:
    """Chinese that stands in a template and is not marked; what is marked as always Chinese may."""
    inside = False
    for token in Lexer(path.read_text()).tokenize():
        if token.token_type is TokenType.BLOCK:
            word = token.split_contents()[0] if token.contents else ""
            inside = word == "blocktranslate" or (inside and word != "endblocktranslate")
        elif token.token_type is TokenType.TEXT and not inside:
            yield from _plain(token)


def _plain(token: Token) -> Iterator[str]:
    text = re.sub(r'<(\w+)[^>]*lang="zh-Hans"[^>]*>[^<]*</\1>', "", token.contents)
    yield from (line.strip() for line in text.splitlines() if _CHINESE.search(line))


def templates_to_check() -> list[Path]:
    """The templates that must be marked throughout."""
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if path.name not in _STAFF]
