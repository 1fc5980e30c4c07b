"""How a parameter of the rules (规则参数) is declared: one field, with label, unit, words, printed or not.

Pages, forms, comparisons and the catalogue of interface texts read it here; a new parameter is one field, its English,
and a value in a preset where the province has one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


class Unit(StrEnum):
    """In what a parameter is counted. Most stand behind the label in brackets; the rest the value itself shows."""

    WORKING_DAYS = "工作日"
    CALENDAR_DAYS = "自然日"
    CALENDAR_DAYS_AFTER_TRANSFER = "划转后自然日"
    DAYS = "日数"
    HOURS = "小时"
    MINUTES = "分钟"
    SECONDS = "秒"
    YUAN = "元"
    YUAN_OR_SHARE = "元或比例"
    SHARE = "比例"
    TIMES = "倍"
    BIDDERS = "家"
    GRADE = "等"
    MU = "亩"
    PARCELS = "个地块"
    TIME_OF_DAY = "时刻"
    NONE = ""
    """A word, a yes or no, a document number, a list of them."""

    @property
    def stands_behind_the_label(self) -> bool:
        """Whether the label is followed by the unit in brackets."""
        return self not in (
            Unit.SHARE,
            Unit.TIMES,
            Unit.BIDDERS,
            Unit.GRADE,
            Unit.TIME_OF_DAY,
            Unit.NONE,
        )


class Shape(StrEnum):
    """What a form offers for a parameter."""

    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    MANY = "many"
    ROWS = "rows"


@dataclass(frozen=True)
class Parameter:
    """What is said of a parameter beside its type and default, in `Annotated[type, Parameter(…)]`.

    `words` are the Chinese names of the values it chooses from. `printed` says whether papers (文书) state it. `path`,
    `shape`, `choices`, `required` and, of a list of rows, `columns` are read from the field when its subject is
    registered.
    """

    name: str
    unit: Unit
    printed: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    shape: Shape = Shape.TEXT
    choices: tuple[str, ...] = ()
    required: bool = True
    default: Any = None
    columns: tuple["Parameter", ...] = ()

    @property
    def label(self) -> str:
        """The name as pages show it, with the unit where the value does not show it."""
        return f"{self.name}（{self.unit}）" if self.unit.stands_behind_the_label else self.name


class Strict(BaseModel):
    """Nothing unknown, nothing guessed, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_json(self) -> dict[str, Any]:
        """Plain values that `model_validate` takes back exactly."""
        return self.model_dump(mode="json")


def declared_in(rules: type[Strict], *, above: str = "") -> Iterator[Parameter]:
    """Every parameter of a class of rules, in its order; those of a group by dotted paths.

    TypeError for a field that says nothing of itself, or offers values without words: it would be shown as its name.
    """
    for name, found in rules.model_fields.items():
        path = f"{above}{name}"
        group = found.annotation
        if isinstance(group, type) and issubclass(group, Strict):
            yield from declared_in(group, above=f"{path}.")
            continue
        yield _read(path, found)


def rows_in(rules: type[Strict]) -> Iterator[Parameter]:
    """The columns of the parameters that are lists of rows, such as guide prices."""
    for found in rules.model_fields.values():
        for row in get_args(found.annotation):
            if isinstance(row, type) and issubclass(row, Strict):
                yield from declared_in(row)


def _read(path: str, found: FieldInfo) -> Parameter:
    said = [each for each in found.metadata if isinstance(each, Parameter)]
    if len(said) != 1:
        raise TypeError(f"parameter {path} declares {len(said)} labels")
    shape, choices = _shape(found.annotation)
    if set(choices) - set(said[0].words):
        raise TypeError(f"parameter {path} offers values without words")
    required = found.is_required()
    return Parameter(
        name=said[0].name,
        unit=said[0].unit,
        printed=said[0].printed,
        words=said[0].words,
        path=path,
        shape=shape,
        choices=choices,
        required=required,
        columns=tuple(declared_in(get_args(found.annotation)[0])) if shape is Shape.ROWS else (),
        default=None if required else found.get_default(call_default_factory=True),
    )


def _shape(annotation: Any) -> tuple[Shape, tuple[str, ...]]:
    """What a form offers, and the values among which it is chosen."""
    if annotation is bool:
        return Shape.YES_NO, ()
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return Shape.CHOICE, tuple(str(each) for each in annotation)
    if get_origin(annotation) is Literal:
        return Shape.CHOICE, get_args(annotation)
    inner = get_args(annotation)
    if get_origin(annotation) is frozenset and get_origin(inner[0]) is Literal:
        return Shape.MANY, tuple(sorted(get_args(inner[0])))
    if get_origin(annotation) is tuple and isinstance(inner[0], type) and issubclass(inner[0], Strict):
        return Shape.ROWS, ()
    return Shape.TEXT, ()
