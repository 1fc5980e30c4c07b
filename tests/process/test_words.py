"""One thing has one name: the words of the trade as the contract has them, in every text."""

import ast

import pytest

from apps.api.contract import TermsBody
from apps.process.record_words import FACTS, FIGURES, content_of, label_of
from config.env import ROOT
from kernel.audit.models import AuditEntry

_OTHER_WORDS = {"滞纳金": "违约金", "千克": "公斤"}
_TEXTS = ("apps", "templates")


@pytest.mark.parametrize("word", _OTHER_WORDS)
def test_no_text_has_a_second_word_for_the_same_thing(word: str) -> None:
    files = [
        path
        for folder in _TEXTS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".typ", ".txt"}
    ]
    assert len(files) > 300
    found = [str(path.relative_to(ROOT)) for path in files if word in path.read_text()]
    assert found == [], f"{word}: {_OTHER_WORDS[word]}"


def test_the_late_fee_and_the_capacity_have_their_names() -> None:
    assert FACTS["late_fee"] == "违约金（元）"
    assert TermsBody().fields["grain_capacity"].help_text == "公斤"


def _labels(**figures: str) -> list[str]:
    entry = AuditEntry(verb="bid.place", before={}, after={"detail": figures})
    return [line.label for line in content_of(entry)]


def test_the_record_calls_a_price_of_then_no_present_one() -> None:
    """Who reads it later would take the present price for it."""
    assert _labels(current="52000.00") == ["当时最高价（元）"]
    assert FIGURES["current"] == "当前最高价（元）", "beside a refusal it is the present one"


def test_the_most_that_can_be_bid_is_no_price_that_was_bid() -> None:
    assert _labels(highest="52000.00") == [FIGURES["highest"]] == ["最高可报单价（元）"]


def _verbs_written() -> set[str]:
    """What the code itself writes into the record, apart from the names of acts."""
    trees = [
        ast.parse(path.read_text())
        for folder in ("apps", "platform")
        for path in (ROOT / folder).rglob("*.py")
    ]
    values = (
        each.value
        for tree in trees
        for each in ast.walk(tree)
        if isinstance(each, ast.keyword) and each.arg == "verb"
    )
    return {each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_whatever_stands_in_the_record_is_called_by_words() -> None:
    written = _verbs_written()
    assert len(written) > 30
    assert {each for each in written if label_of(each) == each} == set()
