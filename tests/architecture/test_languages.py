"""A language is a row in the settings and a catalogue: no script holds words or asks which language the page is in,
and no template names one."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils.translation import override

from apps.portal.languages import page_languages
from config.env import ROOT

_SCRIPTS = [path for path in sorted((ROOT / "static").glob("*.js")) if not path.name.endswith(".min.js")]
_TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
_WORD = re.compile("[\u3400-\u9fff\uff00-\uffef]")
_CODES = sorted({code for code, _ in settings.LANGUAGES} | {"zh", "zh-Hans"})
_SWITCH = re.compile(
    r"""documentElement\.lang|navigator\.language|(["'`])(?:""" + "|".join(_CODES) + r")\1", re.IGNORECASE
)
_MARK = re.compile(r"""\.lang = "zh-Hans";""")
"""What a script adds to the page of the trade's own data (a lot's number, a refusal's sentence) is Chinese in every
language, and says so; as templates do with `lang="zh-Hans"`."""
_NAMED = re.compile(
    r"""<html[^>]*\slang="[\w-]+"|(?:==|!=|in)\s*["'](?:CODES)["']|value=["'](?:CODES)["']""".replace(
        "CODES", "|".join(_CODES)
    ),
    re.IGNORECASE,
)
_WITHOUT_LANGUAGE = {"bare.html", "styleguide.html"}
"""Chinese only: what must show when nothing works, and a page for developers."""


def _code(script: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", script, flags=re.DOTALL)


def _stray(script: str) -> list[str]:
    code = _MARK.sub("", _code(script))
    # A range of characters is no word.
    code = re.sub(r"\\u[0-9a-f]{4}", "", code)
    return [each.group() for pattern in (_WORD, _SWITCH) for each in pattern.finditer(code)]


@pytest.mark.parametrize("path", _SCRIPTS, ids=lambda path: str(path.name))
def test_a_script_holds_no_words_and_asks_for_no_language(path: Path) -> None:
    assert _stray(path.read_text()) == []


@pytest.mark.parametrize("path", _TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_names_no_language(path: Path) -> None:
    if path.name not in _WITHOUT_LANGUAGE:
        assert [each.group() for each in _NAMED.finditer(path.read_text())] == []


def test_what_names_a_language_is_found() -> None:
    assert _stray('const words = document.documentElement.lang.startsWith("en") ? "No" : "否";') != []
    assert _stray("if (page.lang === 'zh-hans') said = none;") != []
    assert _stray('name.lang = "zh-Hans"; // 中文\nconst url = "https://example.org";') == []
    for text in (
        '<html lang="en">',
        "{% if language == 'en' %}",
        '{% if language != "zh-hans" %}',
        '<button name="language" value="en">',
    ):
        assert _NAMED.search(text), text
    assert not _NAMED.search('<dd lang="en">{{ name }}</dd><span lang="zh-Hans">{{ title }}</span>')


def test_the_build_reads_which_catalogues_there_are() -> None:
    names = "|".join(path.name for path in (ROOT / "locale").iterdir())
    named = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")
    told = [ROOT / name for name in ("Makefile", "Dockerfile", "pyproject.toml", ".ci/run")]
    assert [path.name for path in told if path.exists() and named.search(path.read_text())] == []


def test_no_code_names_a_language() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("apps", "platform")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in _CODES
    ]
    assert {each.split(":")[0] for each in found} == {"platform/config/settings/base.py"}


def test_a_page_offers_every_other_language_of_the_settings() -> None:
    rows = [("zh-hans", "中文"), ("mn", "Монгол"), ("en", "English")]
    with override_settings(LANGUAGES=rows):
        for code, lang, others in (
            ("mn", "mn", [("zh-Hans", "中文"), ("en", "English")]),
            ("zh-hans", "zh-Hans", [("mn", "Монгол"), ("en", "English")]),
        ):
            with override(code):
                page = page_languages()
                assert (page.now.lang, page.is_source) == (lang, code == settings.LANGUAGE_CODE)
                assert [(each.lang, each.name) for each in page.others] == others
