"""Every parameter is declared once, stored copies of every version load, and subjects are in force each for itself."""

import ast
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pytest
from django.db import IntegrityError, transaction

from apps.documents.facts import Terms
from apps.rulebook import cross_province, presets, subjects, surplus
from apps.rulebook.commands import install
from apps.rulebook.declaring import Parameter, Shape, Strict, Unit, declared_in
from apps.rulebook.models import Rulebook
from apps.rulebook.parameters import Parameters
from apps.rulebook.queries import (
    flat,
    in_force,
    newest_approved,
    rules_from,
    rules_of,
    side_by_side,
    versions,
)
from apps.rulebook.subjects import SUPPLEMENTARY, Subject, all_subjects, register, subject_called
from config.env import ROOT
from tests.factories.deal import at

VERSIONS = sorted((Path(__file__).parent / "versions").glob("*.json"))
NOW = at("03-02 09:00")


_BALLOTS = {"open": "公开", "secret": "不记名"}


class Few(Strict):
    """Rules of another process."""

    ballot_wd: Annotated[int, Parameter("投票时限", Unit.WORKING_DAYS)]
    sort: Annotated[
        Literal["open", "secret"],
        Parameter("投票方式", Unit.NONE, words={"open": "公开", "secret": "不记名"}),
    ]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A second subject, as another room would register it; gone with the test."""
    for name in ("_subjects", "_declared", "_words"):
        monkeypatch.setattr(subjects, name, dict(getattr(subjects, name)))
    made = Subject("consolidation", "整理项目", Few)
    register(made)
    return made


# --- stored copies of older versions ---


def _of(path: Path) -> tuple[str, int]:
    """Of which subject a stored copy is, and which one of it."""
    code, _, number = path.stem.rpartition("-")
    return code, int(number)


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_stored_copy_of_every_version_that_ever_shipped_loads_and_says_what_it_said(path: Path) -> None:
    rules = subject_called(_of(path)[0]).parameters
    for stored in json.loads(path.read_text(encoding="utf-8")).values():
        loaded = rules.model_validate(stored).as_json()
        assert {name: loaded[name] for name in stored} == stored
        later = {each for each in rules.model_fields if each not in stored}
        assert not any(rules.model_fields[each].is_required() for each in later)


@pytest.mark.parametrize(
    ("code", "made"),
    [("supplementary", presets), ("surplus", surplus), ("cross_province", cross_province)],
)
def test_the_newest_stored_copy_has_what_this_version_stores_of_its_subject(code: str, made: Any) -> None:
    """Those that a subject has of another's class stand in the other's copies."""
    own = set(subject_called(code).parameters.__annotations__)
    newest = max((path for path in VERSIONS if _of(path)[0] == code), key=_of)
    stored = json.loads(newest.read_text(encoding="utf-8"))
    assert {name: sorted(own & set(given)) for name, given in stored.items()} == {
        name: sorted(own & set(made.parameters(name).as_json())) for name in made.PRESETS
    }


def test_a_listings_copy_without_a_subject_is_of_the_first_and_comes_back_as_it_was() -> None:
    stored = {
        "name": "甲",
        "version": 1,
        "legal_basis": [],
        "parameters": presets.parameters("henan").as_json(),
    }
    assert rules_from(stored).subject is SUPPLEMENTARY
    assert rules_from(stored).as_json() == stored


# --- one declaration each ---


@pytest.mark.parametrize("subject", all_subjects(), ids=lambda subject: subject.code)
def test_every_parameter_has_a_label_a_unit_a_default_or_is_required_and_says_whether_papers_print_it(
    subject: Subject,
) -> None:
    assert subject.declared
    for path, each in (*subject.declared.items(), *subject.columns.items()):
        assert each.name, path
        assert isinstance(each.unit, Unit), path
        assert isinstance(each.printed, bool), path
        assert set(each.choices) <= set(each.words), path
    for path, each in subject.declared.items():
        assert each.required or each.default is not None or type(None) in get_args(_field(subject, path)), (
            path
        )
    labels = [each.label for each in subject.declared.values()]
    assert len(set(labels)) == len(labels)


def _field(subject: Subject, path: str) -> Any:
    found: Any = subject.parameters
    for part in path.split("."):
        found = found.model_fields[part].annotation
    return found


def test_a_number_has_a_unit_and_a_word_has_none() -> None:
    for path, each in SUPPLEMENTARY.declared.items():
        numeric = each.shape is Shape.TEXT and path not in ("resale_rule_no", "daily_end")
        assert (each.unit in (Unit.NONE, Unit.TIME_OF_DAY)) is not numeric, path


def test_what_papers_print_is_what_they_read() -> None:
    read = set(Terms.model_fields)
    for path in (ROOT / "apps" / "process" / "issuing").glob("*.py"):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.Attribute) and ast.unparse(each.value) in (
                "rules",
                "listing.rules.parameters",
            ):
                read.add(each.attr)
    read &= set(Parameters.model_fields)
    counted_with = {"daily_end"}  # at what hour the printed last day ends; not stated by itself
    printed = {path.partition(".")[0] for path, each in SUPPLEMENTARY.declared.items() if each.printed}
    assert read - counted_with == printed


def test_no_label_and_no_path_of_a_parameter_is_written_down_a_second_time() -> None:
    known = {each.label for each in SUPPLEMENTARY.declared.values()} | {
        each.name for each in SUPPLEMENTARY.declared.values() if len(each.name) > 5
    }
    dotted = {path for path in SUPPLEMENTARY.declared if "." in path}
    twice = []
    for path in (ROOT / "apps").rglob("*.py"):
        if path.parent.name == "rulebook":
            continue
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.Constant) and each.value in known | dotted:
                twice.append(f"{path.relative_to(ROOT)}: {each.value}")
    assert twice == []


def test_a_field_that_says_nothing_of_itself_or_offers_values_without_words_is_no_parameter() -> None:
    class Silent(Strict):
        days: int

    class Wordless(Strict):
        sort: Annotated[Literal["a", "b"], Parameter("种类", Unit.NONE, words={"a": "甲"})]

    for rules, why in ((Silent, "declares 0 labels"), (Wordless, "without words")):
        with pytest.raises(TypeError, match=why):
            list(declared_in(rules))


# --- subjects ---


def test_a_subject_is_registered_once_and_calls_nothing_otherwise_than_another(few: Subject) -> None:
    class Other(Strict):
        way: Annotated[Literal["open"], Parameter("方式", Unit.NONE, words={"open": "敞开"})]

    with pytest.raises(ValueError, match="registered twice"):
        register(Subject("consolidation", "整理项目", Few))
    with pytest.raises(ValueError, match="open is called"):
        register(Subject("risk", "风险", Other))
    assert subjects.declared_at("ballot_wd").label == "投票时限（工作日）"  # type: ignore[union-attr]
    assert (subjects.word_for("secret"), subjects.word_for("nothing")) == ("不记名", "nothing")


@pytest.mark.django_db
def test_each_subject_has_versions_of_its_own_and_its_own_in_force(few: Subject) -> None:
    given: Any = {"province": "640000", "legal_basis": [], "now": NOW}
    first = install(name="甲", parameters=presets.parameters("hunan"), **given)
    other = install(name="乙", parameters=Few(ballot_wd=5, sort="open"), subject=few, **given)
    assert (first.version, other.version) == (1, 1)
    second = install(name="甲", parameters=presets.parameters("hunan", {"review_wd": 7}), **given)
    assert second.version == 2
    asked: Any = {"province": "640000", "now": NOW}
    assert in_force(subject=SUPPLEMENTARY, **asked) == second
    assert newest_approved(subject=few, **asked) == in_force(subject=few, **asked) == other
    assert [each.pk for each in versions(province="640000", subject=SUPPLEMENTARY)] == [first.pk, second.pk]
    assert [each.path for each in side_by_side(first, second) if each.changed] == ["review_wd"]
    assert list(flat(other)) == [("ballot_wd", 5), ("sort", "open")]
    with pytest.raises(TypeError, match="not a listing's"):
        rules_of(other)


@pytest.mark.django_db
def test_a_version_past_its_last_day_is_in_force_no_more_and_the_number_is_taken_once() -> None:
    given: Any = {"province": "640000", "legal_basis": [], "now": NOW}
    install(name="甲", parameters=presets.parameters("hunan"), **given)
    kept = Rulebook.objects.get(province="640000")
    kept.pk, kept.version, kept.valid_to = None, 2, date(2001, 1, 1)
    kept.save()
    asked: Any = {"province": "640000", "subject": SUPPLEMENTARY}
    found = in_force(now=NOW, **asked)
    assert found is not None
    assert found.version == 1
    assert newest_approved(now=NOW + timedelta(days=1), **asked) == kept
    kept.pk = None
    with pytest.raises(IntegrityError, match="rulebook_version_once"), transaction.atomic():
        kept.save()
