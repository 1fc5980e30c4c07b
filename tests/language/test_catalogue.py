"""The catalogue of English: whole, true to the Chinese, and what the site reads."""

import re
import subprocess
from decimal import Decimal
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from apps.listings.states import LABELS, ListingStatus
from apps.portal.templatetags import exchange
from apps.process.record_words import CODES
from config import catalogue
from config.env import ROOT
from kernel.errors import Code
from kernel.money import Yuan

_PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|%[Ymd]")
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_TABLES = ("static/board.js", "static/alerts.js")
"""Scripts of the desk with a table of words of their own."""
_ALLOWED = {"每行一项：种类 等别起-止 最低价 最高价，如“耕地数量 1-4 40000 60000”，不限的写“—”。"}
"""Its English quotes what must be typed in Chinese."""


def test_every_text_that_a_page_can_show_has_english() -> None:
    known = catalogue.english()
    assert sorted(text for text in catalogue.all_messages() if not known.get(text)) == []


def test_the_catalogue_holds_nothing_that_no_page_shows() -> None:
    assert sorted(set(catalogue.english()) - catalogue.all_messages()) == []


def test_both_sides_have_the_same_placeholders() -> None:
    wrong = [
        chinese
        for chinese, english in catalogue.english().items()
        if sorted(_PLACES.findall(chinese)) != sorted(_PLACES.findall(english))
    ]
    assert wrong == []


def test_both_sides_have_the_same_elements() -> None:
    element = re.compile(r"<[^>]+>")
    wrong = [
        chinese
        for chinese, english in catalogue.english().items()
        if sorted(element.findall(chinese)) != sorted(element.findall(english))
    ]
    assert wrong == []


def test_the_english_has_no_chinese_in_it() -> None:
    left = {chinese for chinese, english in catalogue.english().items() if _CHINESE.search(english)}
    assert left == _ALLOWED


def test_one_term_has_one_english() -> None:
    known = catalogue.english()
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
    with catalogue.MO.open("rb") as file:
        compiled = GNUTranslations(file)
    known = catalogue.english()
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


def test_the_live_pages_name_the_statuses_as_the_catalogue_does() -> None:
    script = (ROOT / "static" / "live.js").read_text()
    tables = [_table(script, name) for name in ("CHINESE", "ENGLISH")]
    assert tables[0].keys() == tables[1].keys()
    known = catalogue.english()
    for status in ListingStatus:
        if status in tables[0]:
            assert tables[0][status] == LABELS[status]
            assert tables[1][status] == known[LABELS[status]]


def test_the_hall_names_a_bidders_standing_as_the_catalogue_does() -> None:
    script = (ROOT / "static" / "hall.js").read_text()
    english, chinese = re.findall(
        r'none: "([^"]+)", leads: "([^"]+)", outbid: "([^"]+)", tied: "([^"]+)"', script
    )
    known = catalogue.english()
    assert [known[text] for text in chinese] == list(english)


def test_no_other_script_has_words_of_its_own() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "static/*.js"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    with_words = {name for name in tracked if re.search("[\u3400-\u9fff]", _code((ROOT / name).read_text()))}
    assert with_words == {"static/live.js", "static/hall.js", "static/site.js", *_TABLES}


@pytest.mark.parametrize("name", _TABLES)
def test_a_script_with_words_has_each_in_both_languages(name: str) -> None:
    english, chinese = re.findall(r"\? \{(.*?)\}\s*: \{(.*?)\};", (ROOT / name).read_text(), re.DOTALL)[0]
    word = re.compile(r'(\w+): "([^"]+)"')
    theirs, ours = dict(word.findall(english)), dict(word.findall(chinese))
    assert theirs.keys() == ours.keys()
    assert ours
    assert [text for text in theirs.values() if _CHINESE.search(text)] == []
    assert [text for text in ours.values() if not _CHINESE.search(text)] == []


def _table(script: str, name: str) -> dict[str, str]:
    inside = script.split(f"const {name} = {{")[1].split("\n  };")[0]
    return dict(re.findall(r'(\w+): "([^"]*)"', inside))


def _code(script: str) -> str:
    return re.sub(r"//[^\n]*", "", script)
