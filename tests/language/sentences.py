"""Every text with which the product says no, as far as its source shows it: where, in which call, and with `{}` for
what is filled in."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from config.env import ROOT

_PLACE = {"Refusal": 1, "because": 1, "No": 2, "ValidationError": 0, "CellError": 2, "ValueError": 0}
"""Which argument of a call is the sentence."""
CHINESE = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z_]+")
NAMES = frozenset(
    {
        "API",
        "CGCS",
        "CSV",
        "DTD",
        "Excel",
        "GB",
        "GBK",
        "GeoJSON",
        "HTML",
        "IP",
        "JPEG",
        "JSON",
        "KB",
        "MB",
        "PDF",
        "PNG",
    }
    | {"RFC", "SHA", "UTF", "WPS", "XLSX", "XML", "ZIP", "camt", "pain", "xlsx", "application"}
)
"""What is called so in Chinese, too: formats, programs, standards; and the media type that an API names."""


@dataclass(frozen=True)
class Said:
    """One text in one place."""

    where: str
    call: str
    text: str


@dataclass(frozen=True)
class Named:
    """One figure of a refusal: its name in one place."""

    where: str
    name: str


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _texts(node: ast.AST, known: dict[str, list[str]]) -> list[str]:
    """Every text that an expression may give; what is filled in stands as {}."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, known), *_texts(node.orelse, known)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_texts(each, known) or ["{}"] for each in (node.left, node.right)]
        return [left + right for left in parts[0] for right in parts[1]]
    if isinstance(node, ast.Dict):
        return [text for value in node.values for text in _texts(value, known)]
    if isinstance(node, ast.Name):
        return known.get(node.id, [])
    return []


def _known(tree: ast.Module) -> dict[str, list[str]]:
    """What the names of a module hold that are given a text."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).extend(_texts(node.value, {}))
    return found


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("apps", "platform"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def _of_module(path: str, tree: ast.Module) -> Iterator[Said]:
    known = _known(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (call := _called(node)) in _PLACE and len(node.args) > _PLACE[call]:
            given = node.args[_PLACE[call]]
            yield from (Said(f"{path}:{node.lineno}", call, text) for text in _texts(given, known))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "default_error_messages":
            yield from (Said(f"{path}:{node.lineno}", "messages", text) for text in _texts(node.value, known))
        if isinstance(node, ast.keyword) and node.arg == "error_messages":
            yield from (
                Said(f"{path}:{node.value.lineno}", "messages", text) for text in _texts(node.value, known)
            )


@cache
def all_said() -> tuple[Said, ...]:
    """Every such text of the product."""
    return tuple(said for path, tree in _modules() for said in _of_module(path, tree))


@cache
def all_figures() -> tuple[Named, ...]:
    """The names of the figures of every refusal, where the source spells them out."""
    found = []
    for path, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (call := _called(node)) in ("Refusal", "because"):
                found += [Named(f"{path}:{node.lineno}", name) for name in _names(node, call)]
    return tuple(found)


def _names(node: ast.Call, call: str) -> list[str]:
    if call == "because":
        return [each.arg for each in node.keywords if each.arg]
    given = node.args[2] if len(node.args) > _PLACE["No"] else None
    keys = given.keys if isinstance(given, ast.Dict) else []
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def foreign(text: str) -> set[str]:
    """Words of a sentence that are no Chinese and no name: a code word, a field, a library's English."""
    quoted = re.sub(r"“[^”]*”", "", text.replace("{}", ""))
    return set(_WORD.findall(re.sub(r"\.[a-z]{3,4}\b", "", quoted))) - NAMES


def is_sentence(text: str) -> bool:
    """Whether a person is told something, in Chinese, up to its full stop."""
    return bool(CHINESE.search(text)) and text.endswith(("。", "。”", "{}")) and text != "{}"


def source_lines() -> Iterator[tuple[str, str]]:
    """(where, line) of the product's Python."""
    for folder in ("apps", "platform"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                for number, line in enumerate(path.read_text().splitlines(), 1):
                    yield f"{path.relative_to(ROOT)}:{number}", line
