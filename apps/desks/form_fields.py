"""From an act's serializer to the inputs of a Chinese HTML form, and from what was posted back to plain data."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.desks import price_lines
from apps.kinds.classes import class_terms
from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.rulebook.declaring import Parameter, Shape
from apps.rulebook.subjects import declared_at
from kernel.acts.act import Act
from kernel.web.fields import AreaInput, CapacityInput, YuanInput

LEAST_ROWS = 3
MOST_ROWS = 60
_LONG = 300
_SEPARATORS = re.compile(r"[\s,，、;；]+")

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Input:
    """One labelled input. `kind` is text, number, amount, long, instant, date, choice, many, yes_no, check, lines,
    guides, table (rows written line by line), digest (of a file, which the page can compute) or terms (a text to read
    and confirm by its digest)."""

    name: str
    label: str
    kind: str
    required: bool
    value: str = ""
    choices: Choices = field(default_factory=list)
    error: str = ""
    most: int | None = None
    remark: str = ""
    declared: Parameter | None = None

    @property
    def columns(self) -> list[str]:
        """The names of the cells of a line, of a table that is written line by line."""
        return [each.name for each in self.declared.columns] if self.declared else []

    @property
    def chosen(self) -> list[str]:
        """The values ticked among several."""
        return self.value.splitlines()

    @property
    def element(self) -> str:
        """The id of the input on the page."""
        return f"id_{self.name.replace('.', '_')}"


@dataclass(frozen=True)
class Head:
    """A head of a table that brings rows: as it stands there, what the column is of, whether a row needs it."""

    name: str
    label: str = ""
    required: bool = False


@dataclass(frozen=True)
class Rows:
    """A list of equal rows; `titles` are the column heads."""

    name: str
    label: str
    titles: list[str]
    rows: list[list[Input]]
    error: str = ""
    from_file: bool = False
    """Whether the rows may come in a file instead."""
    columns: tuple[Head, ...] = ()
    """The heads that a table of them has; none where the file is a map."""
    required: bool = False
    """Whether there has to be one."""
    kept: int = 0
    """How many rows there are that are too many to be shown: they stay unless a file brings others."""
    remark: str = ""


@dataclass(frozen=True)
class Group:
    """Checks, or the parameters of a rulebook, under one heading. `kind` is items or parameters."""

    name: str
    label: str
    kind: str
    inputs: list[Input]


Part = Input | Rows | Group


def _kind(each: serializers.Field[Any, Any, Any, Any]) -> str:
    for kind in ("terms", "digest"):
        if each.style.get(kind):
            return kind
    if isinstance(each, serializers.ChoiceField):
        return "choice"
    if isinstance(each, serializers.BooleanField):
        return "yes_no" if each.required or each.allow_null else "check"
    if isinstance(each, serializers.DateTimeField):
        return "instant"
    if isinstance(each, serializers.DateField):
        return "date"
    if isinstance(each, serializers.ListField):
        return "lines"
    if isinstance(each, serializers.IntegerField):
        return "number"
    if isinstance(each, YuanInput | AreaInput | CapacityInput):
        return "amount"
    if isinstance(each, serializers.URLField):
        return "text"
    long = isinstance(each, serializers.JSONField) or (getattr(each, "max_length", None) or 0) > _LONG
    return "long" if long else "text"


def _shown(value: Any) -> str:
    """A plain value as the text of an input."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "\n".join(str(each) for each in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _input(
    name: str,
    each: serializers.Field[Any, Any, Any, Any],
    value: Any,
    offered: Mapping[str, Choices],
    path: str,
    error: str,
    *,
    must: bool = False,
) -> Input:
    kind = _kind(each)
    choices = offered.get(path, [])
    if path in offered:
        kind = "choice"
    elif isinstance(each, serializers.ChoiceField):
        choices = [(str(key), str(label)) for key, label in each.choices.items()]
    shown = _shown(value)
    if kind == "instant":
        shown = shown[:16]
    return Input(
        name=name,
        label=str(each.label or name),
        kind=kind,
        required=bool(each.required) or must,
        value=shown,
        choices=choices,
        error=error,
        most=getattr(each, "max_length", None),
    )


def parts_of(
    act: Act,
    *,
    data: Mapping[str, Any],
    offered: Mapping[str, Choices] | None = None,
    errors: Mapping[str, str] | None = None,
    more_rows: int = 0,
    items: Mapping[str, str] | None = None,
    remarks: Mapping[str, str] | None = None,
    of_class: QuotaClass | None = None,
    musts: Collection[str] = (),
) -> list[Part]:
    """The form of an act, filled with `data`.

    `offered` gives choices for inputs by their path (`lines.batch`), `errors` sentences by path (`lines.0.amount`),
    `items` the checklist of a review, `remarks` what a reviewer said of a field when the application was returned.
    `of_class` is the class of quota of a lot: what it has not is not asked for. `musts` are paths of inputs that the
    rules in force want, whatever the form says.
    """
    offered, errors = offered or {}, errors or {}
    parts: list[Part] = []
    for name, each in asked(act, of_class).items():
        value = data.get(name)
        if isinstance(each, serializers.ListSerializer):
            parts.append(
                _rows(name, each, value if isinstance(value, list) else [], offered, errors, more_rows, musts)
            )
        elif name == "answers":
            continue  # written beside the points that they are about
        elif isinstance(each, serializers.DictField):
            given = value if isinstance(value, Mapping) else {}
            parts.append(_group(name, each, given, errors, items or {}, data.get("answers")))
        else:
            parts.append(_input(name, each, value, offered, name, errors.get(name, "")))
    said = remarks or {}
    return [
        replace(part, remark=said[part.name]) if part.name in said and not isinstance(part, Group) else part
        for part in parts
    ]


def asked(act: Act, of_class: QuotaClass | None = None) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """What a person is asked for: all but what is the sum of rows, and what the class of a lot has not."""
    return {
        name: each
        for name, each in act.form().fields.items()
        if not each.style.get("summed")
        and _class_has(each.style.get("class_has"), of_class)
        and _is_of(name, of_class)
    }


def _class_has(what: str | None, of_class: QuotaClass | None) -> bool:
    return what is None or of_class is None or bool(getattr(class_terms(of_class), what))


def _is_of(name: str, of_class: QuotaClass | None) -> bool:
    """Whether a field is no amount of a kind that the class has not."""
    return of_class is None or name not in set(QuotaKind) or name in kinds_of(of_class)


def _columns(
    each: serializers.ListSerializer[Any],
) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """The columns of a list of rows."""
    child = each.child
    assert isinstance(child, serializers.Serializer)
    return dict(child.fields)


def _rows(
    name: str,
    each: serializers.ListSerializer[Any],
    values: list[Any],
    offered: Mapping[str, Choices],
    errors: Mapping[str, str],
    more_rows: int,
    musts: Collection[str],
) -> Rows:
    fields = _columns(each)
    headings = _heads(each.style.get("columns", ()), fields)
    label, must = str(each.label or name), bool(each.required) and not each.allow_empty
    if len(values) > MOST_ROWS:
        return Rows(name, label, [], [], errors.get(name, ""), True, headings, must, len(values))
    count = min(max(LEAST_ROWS, len(values)) + more_rows, MOST_ROWS)
    rows = []
    for index in range(count):
        given = values[index] if index < len(values) and isinstance(values[index], Mapping) else {}
        rows.append(
            [
                _input(
                    f"{name}-{index}-{column}",
                    inner,
                    given.get(column),
                    offered,
                    f"{name}.{column}",
                    errors.get(f"{name}.{index}.{column}", ""),
                    must=f"{name}.{column}" in musts,
                )
                for column, inner in fields.items()
            ]
        )
    return Rows(
        name,
        label,
        [str(inner.label) for inner in fields.values()],
        rows,
        errors.get(name, ""),
        "rows_from" in each.style,
        headings,
        must,
    )


def heads_of(act: Act, name: str) -> tuple[Head, ...]:
    """The heads of the table that brings a list of rows; none where no table does."""
    each = asked(act).get(name)
    if not isinstance(each, serializers.ListSerializer):
        return ()
    return _heads(each.style.get("columns", ()), _columns(each))


def _heads(
    names: Iterable[str], fields: Mapping[str, serializers.Field[Any, Any, Any, Any]]
) -> tuple[Head, ...]:
    """The heads of a table; of a code of another system what the form calls that column."""
    return tuple(
        Head(each, str(fields[each].label), bool(fields[each].required)) if each in fields else Head(each)
        for each in names
    )


def _group(
    name: str,
    each: serializers.Field[Any, Any, Any, Any],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    items: Mapping[str, str],
    answers: Any = None,
) -> Group:
    label = str(each.label or name)
    if name == "items":
        written = answers if isinstance(answers, Mapping) else {}
        checks = [
            Input(
                f"items.{key}",
                sentence,
                "check",
                False,
                _shown(values.get(key)),
                remark=_shown(written.get(key)),
            )
            for key, sentence in items.items()
        ]
        return Group(name, label, "items", checks)
    return Group(
        name, label, "parameters", [_parameter(path, value, errors) for path, value in _flat(values)]
    )


def _flat(parameters: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}.{inner}", each) for inner, each in value.items()]
        else:
            pairs.append((name, value))
    return pairs


def _parameter(path: str, value: Any, errors: Mapping[str, str]) -> Input:
    """One parameter of a rulebook; its label is looked up by its path."""
    error = errors.get(path, "")
    name = f"parameters.{path}"
    declared = declared_at(path)
    shape = declared.shape if declared else Shape.TEXT
    if declared is not None and shape in (Shape.CHOICE, Shape.MANY):
        named = shape is Shape.MANY
        offered = [(word, declared.words[word] if named else word) for word in declared.choices]
        return Input(name, path, str(shape), True, _shown(value), offered, error)
    if declared is not None and shape is Shape.ROWS and path != "price_guidance":
        said = price_lines.faults_of(declared, errors)
        lines = "\n".join(price_lines.line_of(each, declared.columns) for each in value or [])
        return Input(name, path, "table", False, lines, [], error or "；".join(said[:3]), None, "", declared)
    if shape is Shape.ROWS:
        return Input(
            name, path, "guides", False, "\n".join(_guide_line(each) for each in value or []), [], error
        )
    if isinstance(value, bool):
        return Input(name, path, "yes_no", True, _shown(value), [], error)
    return Input(name, path, "lines" if isinstance(value, list) else "text", False, _shown(value), [], error)


# --- back ---


def data_of(act: Act, posted: QueryDict, *, initial: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Plain data for `perform` from what was posted: blanks are left out, blank rows dropped.

    `initial` tells which parameters a rulebook has and of what type they are.
    """
    data: dict[str, Any] = {}
    for name, each in asked(act).items():
        if isinstance(each, serializers.ListSerializer):
            data[name] = _posted_rows(name, each, posted)
        elif isinstance(each, serializers.DictField):
            data[name] = _posted_group(name, posted, initial or {})
        else:
            value = _posted(name, each, posted)
            if value is not None:
                data[name] = value
    return data


def _posted(name: str, each: serializers.Field[Any, Any, Any, Any], posted: QueryDict) -> Any:
    """One value; None for a blank one."""
    given = posted.get(name, "").replace("\x00", "")
    text = given.strip()
    kind = _kind(each)
    if kind == "check":
        return text == "true"
    if kind == "yes_no":
        return {"true": True, "false": False}.get(text)
    if kind == "lines":
        dates = isinstance(getattr(each, "child", None), serializers.DateField)
        found = _SEPARATORS.split(given) if dates else given.splitlines()
        return [one.strip() for one in found if one.strip()]
    if kind == "number" and text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    return text.replace("\r\n", "\n") or None


def _posted_rows(name: str, each: serializers.ListSerializer[Any], posted: QueryDict) -> list[dict[str, Any]]:
    fields = _columns(each)
    rows = []
    for index in range(MOST_ROWS):
        row = {column: _posted(f"{name}-{index}-{column}", inner, posted) for column, inner in fields.items()}
        if any(value is not None for value in row.values()):
            rows.append({column: value for column, value in row.items() if value is not None})
    return rows


def _posted_group(name: str, posted: QueryDict, initial: Mapping[str, Any]) -> dict[str, Any]:
    if name == "items":
        shown = posted.getlist("items_shown")
        return {key: posted.get(f"items.{key}") == "true" for key in shown[:40]}
    if name == "answers":
        written = {
            key: posted.get(f"answers.{key}", "").strip() for key in posted.getlist("items_shown")[:40]
        }
        return {key: said for key, said in written.items() if said}
    found: dict[str, Any] = {}
    for path, before in _flat(initial.get(name, {})):
        value = _parameter_value(path, posted.getlist(f"{name}.{path}"), before)
        outer, _, inner = path.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = value
        else:
            found[outer] = value
    return found


_GUIDE = re.compile(r"(\S+)\s+(\d{1,2})\s*[-—至]\s*(\d{1,2})\s+([\d.]+|[-—])\s+([\d.]+|[-—])")


def _guide_line(guide: Any) -> str:
    """One guide price as a line: 耕地数量 1-4 40000 60000; a dash where there is no bound."""
    if not isinstance(guide, Mapping):
        return str(guide)
    label = QuotaKind(guide["kind"]).label
    bounds = [str(guide.get(name) or "—") for name in ("lowest", "highest")]
    return f"{label} {guide['grade_from']}-{guide['grade_to']} {' '.join(bounds)}"


def _guide(line: str) -> Any:
    """The guide price in a line; the line itself when it is none, which the rulebook then refuses by name."""
    match = _GUIDE.fullmatch(line.strip())
    kinds = {kind.label: str(kind) for kind in kinds_of()}
    if match is None or match.group(1) not in kinds:
        return line.strip()
    lowest, highest = (None if text in "-—" else text for text in match.group(4, 5))
    return {
        "kind": kinds[match.group(1)],
        "grade_from": int(match.group(2)),
        "grade_to": int(match.group(3)),
        "lowest": lowest,
        "highest": highest,
    }


def _parameter_value(path: str, given: list[str], before: Any) -> Any:
    declared = declared_at(path)
    if declared is not None and declared.shape is Shape.MANY:
        return [each for text in given for each in text.splitlines()]
    if declared is not None and declared.shape is Shape.ROWS and path != "price_guidance":
        lines = [line for text in given for line in text.splitlines() if line.strip()]
        return [price_lines.row_of(line, declared.columns) for line in lines]
    if path == "price_guidance":
        return [_guide(line) for text in given for line in text.splitlines() if line.strip()]
    return _typed(given[-1] if given else "", before)


def _typed(text: str, before: Any) -> Any:
    """A parameter's text in the type that the present value has; what does not fit stays text and is refused."""
    text = text.strip()
    if isinstance(before, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(before, list):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if not text:
        return None
    if isinstance(before, int) and text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    return text


def described(act: Act, payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A prepared act's facts as (label, text), in the order of its form."""
    lines: list[tuple[str, str]] = []
    for name, each in act.form().fields.items():
        value = payload.get(name)
        if value is None or value in ("", []):
            continue
        label = str(each.label or name)
        if isinstance(each, serializers.ListSerializer):
            lines += [
                (_("%(label)s%(number)s") % {"label": _(label), "number": index}, _row_text(each, row))
                for index, row in enumerate(value, start=1)
            ]
        else:
            lines.append((label, _value_text(each, value)))
    return lines


def _row_text(each: serializers.ListSerializer[Any], row: Mapping[str, Any]) -> str:
    fields = _columns(each)
    return "，".join(
        f"{inner.label}{_value_text(inner, row[name])}" for name, inner in fields.items() if name in row
    )


def _value_text(each: serializers.Field[Any, Any, Any, Any], value: Any) -> str:
    if isinstance(each, serializers.ChoiceField):
        return str(each.choices.get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return f"{sum(1 for each in value.values() if each is True)}/{len(value)}项符合"
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    if isinstance(each, serializers.DateTimeField):
        return str(value)[:16].replace("T", " ")
    return str(value)
