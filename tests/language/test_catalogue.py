"""The catalogues: whole, true to the Chinese, and what the site reads."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from gettext import GNUTranslations
from pathlib import Path
from unittest.mock import patch

import pytest
from django.template import Context, Template
from django.utils.translation import gettext, override

from apps.listings.states import LABELS, ListingStatus
from apps.portal.script_words import words_of
from apps.portal.templatetags import exchange
from apps.process.record_words import CODES
from config import catalogue
from config.env import ROOT
from kernel.errors import Code
from kernel.money import Yuan

_PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|%[Ymd]")
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_ALLOWED = {"每行一项：种类 等别起-止 最低价 最高价，如“耕地数量 1-4 40000 60000”，不限的写“—”。"}
"""Its English quotes what must be typed in Chinese."""


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_text_that_a_page_can_show_is_translated(language: str) -> None:
    known = catalogue.texts_of(language)
    assert sorted(text for text in catalogue.all_messages() if not known.get(text)) == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_the_catalogue_holds_nothing_that_no_page_shows(language: str) -> None:
    assert sorted(set(catalogue.texts_of(language)) - catalogue.all_messages()) == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_both_sides_have_the_same_placeholders(language: str) -> None:
    wrong = [
        chinese
        for chinese, english in catalogue.texts_of(language).items()
        if sorted(_PLACES.findall(chinese)) != sorted(_PLACES.findall(english))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_both_sides_have_the_same_elements(language: str) -> None:
    element = re.compile(r"<[^>]+>")
    wrong = [
        chinese
        for chinese, english in catalogue.texts_of(language).items()
        if sorted(element.findall(chinese)) != sorted(element.findall(english))
    ]
    assert wrong == []


def test_the_english_has_no_chinese_in_it() -> None:
    left = {chinese for chinese, english in catalogue.texts_of("en").items() if _CHINESE.search(english)}
    assert left == _ALLOWED


def test_one_term_has_one_english() -> None:
    known = catalogue.texts_of("en")
    for chinese, english in (
        ("指标", "Quota"),
        ("出让方", "Seller"),
        ("竞得人", "Winning bidder"),
        ("号牌", "Paddle"),
        ("加价幅度", "Increment"),
        ("最高限价", "Ceiling price"),
        ("保留价", "Reserve price"),
        ("成交确认书", "Award confirmation"),
        ("三方合同", "Tripartite contract"),
        ("经办人", "Operator"),
        ("审核人", "Approver"),
        ("元/亩", "yuan/mu"),
        ("公斤", "kg"),
    ):
        assert known[chinese] == english
    assert [english for english in known.values() if re.search(r"\bCNY\b|\bRMB\b", english)] == []


@pytest.mark.parametrize("path", catalogue.templates_to_check(), ids=lambda path: str(path.name))
def test_no_template_has_text_that_is_not_marked(path: Path) -> None:
    assert list(catalogue.unmarked(path)) == []


@pytest.mark.parametrize("path", catalogue.templates_to_check(), ids=lambda path: str(path.name))
def test_no_template_has_full_width_signs_that_are_not_marked(path: Path) -> None:
    text = re.sub(
        r"(?s){#.*?#}|{% *blocktranslate.*?endblocktranslate *%}|{%.*?%}|{{.*?}}", "", path.read_text()
    )
    text = re.sub(r'(?s)<(\w+)[^>]*lang="zh-Hans"[^>]*>[^<]*</\1>', "", text)
    assert re.findall("[\uff00-\uffef\u3001\u3002]", text) == []


def test_text_that_is_not_marked_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<p>挂牌</p><p lang="zh-Hans">中文</p>{% translate "挂牌" %}<a aria-label="号牌"></a>')
    assert len(list(catalogue.unmarked(page))) == 2


def test_the_site_reads_the_catalogue_as_it_is_written() -> None:
    with catalogue.po_of("en").with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    known = catalogue.texts_of("en")
    assert [text for text, english in known.items() if compiled.gettext(text) != english] == []
    with override("en"):
        assert gettext("补耕不存在的词") == "补耕不存在的词"
        assert gettext("交易公告") == known["交易公告"]
    with override("zh-hans"):
        assert gettext("交易公告") == "交易公告"


def test_amounts_and_quantities_are_written_alike_in_both_languages() -> None:
    amount = Yuan("19500000.50")
    written = []
    for language in ("zh-hans", "en"):
        with override(language):
            written.append((exchange.yuan(amount), exchange.wan(amount), exchange.percent(Decimal("0.125"))))
    assert written[0] == written[1] == ("19,500,000.50", "1,950.00005", "12.50%")


def test_every_code_of_a_refusal_has_a_meaning_in_english() -> None:
    with override("en"):
        for code in Code:
            meaning = gettext(CODES[code])
            assert meaning.endswith(".")
            assert not _CHINESE.search(meaning)


@pytest.mark.parametrize("script", ["live", "hall", "alerts", "board"])
def test_a_page_hands_its_script_the_words_in_its_language(script: str) -> None:
    """Placeholders are the script's: it fills in the same ones whatever the language is."""
    with override("zh-hans"):
        chinese = words_of(script, refusals=False)
    with override("en"):
        theirs = words_of(script, refusals=False)
    assert [text for text in chinese.values() if not _CHINESE.search(text)] == []
    assert [text for text in theirs.values() if _CHINESE.search(text)] == []
    used = set(re.findall(r"\bwords\.(\w+)", (ROOT / "static" / f"{script}.js").read_text()))
    assert used <= {*chinese, "refusals"}


def test_the_live_pages_name_every_status_that_they_show() -> None:
    with override("en"):
        said = words_of("live", refusals=False)
    unseen = {status for status in ListingStatus if status not in said}
    assert {LABELS[status] for status in unseen} == {"草稿", "审查中", "退回补正", "审查通过", "已撤回"}
    assert said[ListingStatus.BIDDING] == catalogue.texts_of("en")[LABELS[ListingStatus.BIDDING]]


def test_the_hall_says_what_a_refusal_means_only_where_it_does_not_show_its_sentence() -> None:
    own, translated = Template("{% load languages %}{% script_words 'hall' %}"), []
    for language in ("zh-hans", "en"):
        with override(language):
            translated.append(own.render(Context()))
    assert ["refusals" in text for text in translated] == [False, True]
    assert all(text.startswith('<script id="words-hall" type="application/json">') for text in translated)


def test_what_words_hold_cannot_end_their_element() -> None:
    with override("en"), _saying("关闭", "</script><b>"):
        text = Template("{% load languages %}{% script_words 'board' %}").render(Context())
    assert text.count("<") == 2


@contextmanager
def _saying(chinese: str, english: str) -> Iterator[None]:
    with patch("apps.portal.script_words.gettext", lambda text: english if text == chinese else text):
        yield
