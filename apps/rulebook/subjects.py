"""Subjects of rules (规则主题): each has its class of parameters, its versions, and what is in force for it alone.

A room whose process has rules of its own registers its subject when it starts; `supplementary` is this room's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from apps.kinds.table import QuotaClass
from apps.rulebook.declaring import Parameter, Strict, declared_in, rows_in
from apps.rulebook.parameters import Parameters
from kernel.errors import Refusal


@dataclass(frozen=True)
class Subject:
    """What a version of rules is about: its code, Chinese name and class of parameters.

    `why_not_approve` refuses a version whose parts contradict each other, before somebody approves it.
    """

    code: str
    label: str
    parameters: type[Strict]
    why_not_approve: Callable[[Strict], Refusal | None] = lambda _: None

    @cached_property
    def declared(self) -> Mapping[str, Parameter]:
        """Its parameters by their paths, in the order of the rules."""
        return {each.path: each for each in declared_in(self.parameters)}

    @cached_property
    def columns(self) -> Mapping[str, Parameter]:
        """The columns of those that are lists of rows, by their names."""
        return {each.path: each for each in rows_in(self.parameters)}


SUPPLEMENTARY = Subject("supplementary", "补充耕地指标", Parameters)
"""How supplementary farmland quota is traded: the rules of a listing."""

_subjects: dict[str, Subject] = {}
_declared: dict[str, Parameter] = {}
_words: dict[str, str] = {}
_columns: dict[str, str] = {}


def register(subject: Subject) -> None:
    """Make a subject known, when the site starts.

    ValueError when it is there already, or when a path or a value is called otherwise than in another subject: one
    thing has one name wherever it is shown.
    """
    if subject.code in _subjects:
        raise ValueError(f"subject {subject.code} is registered twice")
    words: dict[str, str] = {}
    for each in (*subject.declared.values(), *subject.columns.values()):
        for value, word in each.words.items():
            if (words | _words).get(value, word) != word:
                raise ValueError(f"{value} is called {word} in {subject.code} and otherwise elsewhere")
            words[value] = word
    for path, each in subject.declared.items():
        if path in _declared and _declared[path].label != each.label:
            raise ValueError(f"{path} is called {each.label} in {subject.code} and otherwise elsewhere")
    _subjects[subject.code] = subject
    _declared.update(subject.declared)
    _words.update(words)
    _columns.update({name: each.label for name, each in subject.columns.items()})


def subject_called(code: str) -> Subject:
    """The subject of this code; KeyError when nobody registered it."""
    return _subjects[code]


def all_subjects() -> list[Subject]:
    """Every subject, in the order of registration."""
    return list(_subjects.values())


def declared_at(path: str) -> Parameter | None:
    """What is declared of the parameter at a path, such as `timed_bidding.round_minutes`, in whichever subject."""
    return _declared.get(path)


def declared_within(group: str) -> list[Parameter]:
    """What is declared of the parameters of a group, such as `timed_bidding`, in their order."""
    return [each for path, each in _declared.items() if path.startswith(f"{group}.")]


def word_for(value: str) -> str:
    """The Chinese word for a value of the rules; the value itself when it is no word."""
    return _words.get(value, value)


def column_called(name: str) -> str:
    """What a column of rows of the rules is called in Chinese; its name when nobody declares it."""
    return _columns.get(name, name)


def every_text() -> set[str]:
    """Every label and word of the rules, for the catalogue of interface texts."""
    labels = {each.label for each in _declared.values()} | {each.label for each in _subjects.values()}
    return labels | set(_words.values()) | set(_columns.values())


def traded_under(quota_class: QuotaClass) -> Subject:
    """The rules that quota of a class is traded under: the subject of its code. KeyError before it is registered."""
    return subject_called(str(quota_class))
