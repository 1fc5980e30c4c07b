"""Every refusal is a sentence: Chinese, whole, without a code word, a bare figure or a library's English."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override
from pydantic import ValidationError
from rest_framework import serializers

from apps.listings.states import ListingStatus
from apps.portal.templatetags.exchange import case_reference
from apps.portal.wording import UNSAID, WORDED, said_figures, shown_figure
from apps.process.record_words import FIGURES
from apps.rulebook.parameters import Parameters, problems
from kernel import clock
from kernel.acts.act import all_acts
from kernel.acts.perform import validated
from kernel.errors import Code, Refusal, Refused
from kernel.shapes import mistake
from tests.language.sentences import CHINESE, all_figures, all_said, foreign, is_sentence, source_lines

_FOR_COMMANDS = ("platform/kernel/workdays/shipped.py",)
"""Files that an administrator writes, in names of JSON; said on the command line."""


def test_every_text_of_a_refusal_is_a_chinese_sentence() -> None:
    shown = [said for said in all_said() if said.call != "ValueError" and said.text != "{}"]
    assert len(shown) > 300
    assert [(said.where, said.text) for said in shown if not is_sentence(said.text)] == []


def test_what_a_reader_says_of_bad_text_is_a_sentence() -> None:
    """A `ValueError` in English is for engineers; one in Chinese is said beside an input or a cell."""
    spoken = [said for said in all_said() if said.call == "ValueError" and CHINESE.search(said.text)]
    assert len(spoken) > 50
    assert [(said.where, said.text) for said in spoken if not is_sentence(said.text)] == []


def test_no_refusal_says_a_code_word_or_an_english_one() -> None:
    spoken = [said for said in all_said() if CHINESE.search(said.text)]
    found = [(said.where, words) for said in spoken if (words := foreign(said.text))]
    assert [each for each in found if not each[0].startswith(_FOR_COMMANDS)] == []


def test_what_is_no_sentence_is_found() -> None:
    assert not is_sentence("1000.00")
    assert not is_sentence("数量须大于零")
    assert not is_sentence("This field is required.")
    assert foreign("请填写 remark。") == {"remark"}
    assert foreign("当前状态不在 allowed 之列。") == {"allowed"}
    assert foreign("文件须为GeoJSON或CSV（UTF-8）。") == set()


def _fields(form: serializers.Field[Any, Any, Any, Any]) -> Iterator[serializers.Field[Any, Any, Any, Any]]:
    yield form
    for each in getattr(form, "fields", {}).values():
        yield from _fields(each)
    child = getattr(form, "child", None)
    if child is not None:
        yield from _fields(child)


def test_what_the_library_says_of_an_input_is_our_sentence() -> None:
    with override("zh-hans"):
        said = {
            str(text)
            for act in all_acts()
            for field in _fields(act.form())
            for text in [
                *field.error_messages.values(),
                *(getattr(each, "message", "") for each in field.validators),
            ]
            if str(text)
        }
    assert len(said) > 40
    assert [text for text in said if not is_sentence(text)] == []
    assert [(text, words) for text in said if (words := foreign(re.sub(r"\{\w+(:\w+)?\}", "", text)))] == []


_BAD: tuple[Any, ...] = ("", "x", None, [], {}, "1000.001", -1, "\x00", "2026-02-30", "\u202e", True)


@pytest.mark.django_db
@pytest.mark.parametrize("bad", _BAD, ids=repr)
def test_an_act_with_everything_wrong_is_refused_in_sentences(bad: Any) -> None:
    for act in all_acts():
        fields = act.form().fields
        with override("zh-hans"):
            try:
                validated(act, dict.fromkeys(fields, bad))
            except Refused as no:
                _is_said(act.name, no.refusal)


def _is_said(name: str, refusal: Refusal) -> None:
    for text in (refusal.sentence, *refusal.detail.values()):
        assert is_sentence(text), (name, text)
        assert not foreign(text), (name, text)


@pytest.mark.django_db
def test_the_sentence_about_an_input_names_it_as_its_form_does() -> None:
    act = next(each for each in all_acts() if each.name == "listing.draft")
    facts = {
        "title": "甲", "grade": 7, "starting_price": "5万", "price_unit": "yuan_per_mu",
        "lines": [{"batch": 1, "kind": "farmland_area", "amount": "0"}],
    }  # fmt: skip
    with pytest.raises(Refused) as no:
        validated(act, facts)
    assert no.value.refusal.sentence == "“批次来源第1行的数量”填写有误：数量须大于零。"
    assert "starting_price" in no.value.refusal.detail
    facts["lines"] = [{"batch": 1, "kind": "farmland_area", "amount": "1"}]
    with pytest.raises(Refused) as no:
        validated(act, facts)
    label = act.form().fields["starting_price"].label
    assert no.value.refusal.sentence.startswith(f"“{label}”填写有误：")


def test_a_rulebook_is_refused_in_sentences() -> None:
    with pytest.raises(ValidationError) as no:
        Parameters.model_validate(
            {"increment": {"kind": "percent_of_start", "value": "2"}, "review_wd": 0, "no": 1}
        )
    found = problems(no.value)
    assert len(found) > 20
    assert [(name, text) for name, text in found if not is_sentence(text) or foreign(text)] == []


def test_a_sort_of_mistake_without_a_sentence_of_its_own_has_one() -> None:
    assert is_sentence(mistake({"type": "frozen_instance", "loc": (), "msg": "frozen", "input": 1}))


def test_every_figure_of_a_refusal_has_a_name_in_chinese() -> None:
    inputs = {
        name for act in all_acts() for field in _fields(act.form()) for name in getattr(field, "fields", {})
    }
    named = [each for each in all_figures() if each.name not in inputs]
    assert len(named) > 80
    assert [each for each in named if each.name not in FIGURES] == []
    assert [name for name, label in FIGURES.items() if not CHINESE.search(label)] == []


@pytest.mark.parametrize("name", sorted(WORDED))
def test_a_word_of_the_domain_is_shown_in_chinese(name: str) -> None:
    assert shown_figure(name, "announced,bidding") == "公告中、竞价中"
    assert shown_figure(name, "farmland_area") == "耕地数量"


def test_statuses_roles_and_papers_are_shown_in_chinese() -> None:
    assert [status for status in ListingStatus if not CHINESE.search(shown_figure("allowed", status))] == []
    said = dict(said_figures({"status": "voided", "missing": "retest_report", "use_mode": "project"}))
    assert said == {"当前状态": "已撤销登记", "缺少": "复测报告", "核算方式": "按建设项目挂钩"}


def test_beside_a_refusal_stands_nothing_that_only_programs_need() -> None:
    figures = {
        "field": "unit_price",
        "noted": "1",
        "nobody": "x",
        "lowest_valid": "1155000.00",
        "reason": "请填写理由。",
    }
    assert said_figures(figures) == [("最低有效报价（元）", "1,155,000.00")]
    assert set(FIGURES) >= UNSAID


def test_a_figure_is_written_as_people_write_it() -> None:
    assert shown_figure("opens_at", "2026-03-25T09:00:00+08:00") == "2026-03-25 09:00"
    assert shown_figure("available", "18000") == "18,000"
    assert shown_figure("year", "2026") == "2026"
    assert shown_figure("reference", "bidding") == "bidding"


def test_an_amount_in_a_sentence_has_separators() -> None:
    """An amount or an area is filled in as `{amount:,}`; a name is no amount."""
    plain = re.compile(r"\{(?!\w*unit\})[\w.\[\]()]+(:\.\df)?\}(万?元|亩|公斤)")
    found = [(where, each.group()) for where, line in source_lines() for each in plain.finditer(line)]
    assert found == []


def test_no_sentence_has_an_instant_as_machines_write_it() -> None:
    machine = re.compile(r"f\"[^\"]*[\u4e00-\u9fff][^\"]*\{[^{}]*(isoformat\(\)|\biso\()")
    assert [where for where, line in source_lines() if machine.search(line)] == []


def test_codes_keep_their_places() -> None:
    """The place is part of what is read out over the phone."""
    assert [list(Code).index(code) + 1 for code in (Code.NOT_PERMITTED, Code.BARRED, Code.INVALID)] == [
        1,
        14,
        34,
    ]


def test_the_reference_says_when_and_why() -> None:
    with clock.simulated(datetime(2026, 3, 25, 1, 2, 3, tzinfo=UTC)):
        assert case_reference(Refusal(Code.BARRED, "x")) == "0325-090203-14"
