"""What an act or a kind of deadline is called is written once, in `names.py` of the room that it belongs to.

Everything else imports it from there. A room that opens a deadline whose kind a later stage declares holds the name:
the later one can import it, the earlier one could not.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config.env import ROOT
from kernel.acts.act import all_acts
from kernel.deadlines.registry import all_kinds

_SCENARIOS = "apps/rehearsal/scenario.py"
"""The format of scenario files: a step's `do` is a word of that public format, and its types spell every word out.
`test_a_scenario_step_that_is_called_as_an_act_is_one` holds the two together."""
_OTHER_SENSE = {
    # What a page and the relation of a lot to its row call the note on the ministry's portal.
    ("apps/portal/lots.py", "portal_note"),
    ("apps/stages/announcement/models.py", "portal_note"),
}
"""Words that are the name of a kind by chance, in a place where the tree cannot tell."""
_LOOKS_UP = frozenset({"Kind", "kind_of", "due_at"})
_TELLS = re.compile(r"_?tell\w*|NewNotice")
"""Kinds of notices are other names, some spelt alike."""


class _Names:
    def __init__(self) -> None:
        self.acts = {act.name for act in all_acts()}
        self.kinds = set(all_kinds())
        self.plain = {name for name in self.kinds if "_" not in name}


@cache
def _names() -> _Names:
    return _Names()


def _ends_in(node: ast.AST, name: str) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) == name


def _texts(node: ast.AST) -> list[ast.Constant]:
    """The literals that stand in an expression itself or directly in the collection that it is."""
    found = [node] if isinstance(node, ast.Constant) else []
    for field in ("elts", "keys", "values"):
        for each in getattr(node, field, None) or []:
            found += [each] if isinstance(each, ast.Constant) else []
            if isinstance(each, ast.Tuple):
                found += [one for one in each.elts if isinstance(one, ast.Constant)]
    return [each for each in found if isinstance(each.value, str)]


def _in_place_of_a_kind(tree: ast.AST) -> Iterator[ast.Constant]:
    """Literals where only a kind can stand: `kind=…`, compared with a kind, looked up, or listed among kinds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if not _TELLS.fullmatch(called):
                for keyword in node.keywords:
                    if keyword.arg in ("kind", "kind__in"):
                        yield from _texts(keyword.value)
                        if isinstance(keyword.value, ast.IfExp):
                            yield from [*_texts(keyword.value.body), *_texts(keyword.value.orelse)]
            if called in _LOOKS_UP:
                yield from (text for argument in node.args for text in _texts(argument))
        elif isinstance(node, ast.Compare) and any(
            _ends_in(each, "kind") for each in (node.left, *node.comparators)
        ):
            yield from (text for each in (node.left, *node.comparators) for text in _texts(each))
        elif isinstance(node, ast.Dict | ast.Tuple | ast.List | ast.Set):
            texts = _texts(node)
            if any(text.value in _names().kinds - _names().plain for text in texts):
                yield from texts


def literals(path: Path) -> list[ast.Constant]:
    """Where a module writes the name of an act or a kind as a literal."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    room = str(path.relative_to(ROOT))
    names = _names()
    alone = {text for text in _in_place_of_a_kind(tree) if text.value in names.plain}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (room, node.value) not in _OTHER_SENSE
        # A slot of a preparation is an act's name, a colon and what tells it apart.
        and (
            node.value.partition(":")[0] in names.acts
            or node.value in names.kinds - names.plain
            or node in alone
        )
    ]


def _sources() -> Iterator[Path]:
    for folder in ("apps", "platform"):
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def test_a_name_is_written_in_the_names_of_its_room_alone() -> None:
    astray = [
        f"{path.relative_to(ROOT)}:{each.lineno}: {each.value!r}"
        for path in _sources()
        if path.name != "names.py" and str(path.relative_to(ROOT)) != _SCENARIOS
        for each in literals(path)
    ]
    assert astray == []


def test_every_act_and_every_kind_has_one_name_in_one_room() -> None:
    written = [
        node.value.value
        for path in _sources()
        if path.name == "names.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]
    assert sorted(map(str, written)) == sorted([*_names().acts, *_names().kinds])


def test_no_address_and_no_template_names_an_act_that_is_none() -> None:
    """Templates name acts in the addresses of their forms alone."""
    address = re.compile(r"/desk/acts/([a-z_]+\.[a-z_]+)/")
    spelt = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        wrong += [(path.name, each) for each in address.findall(text) if each not in _names().acts]
        wrong += [(path.name, each) for each in spelt.findall(text) if each in _names().acts]
    assert wrong == []
    code = {
        str(path.relative_to(ROOT)) for path in _sources() if address.search(path.read_text(encoding="utf-8"))
    }
    assert code == set()


def test_a_scenario_step_that_is_called_as_an_act_is_one() -> None:
    tree = ast.parse((ROOT / _SCENARIOS).read_text(encoding="utf-8"))
    steps = {
        text.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and _ends_in(node.target, "do")
        for text in ast.walk(node.annotation)
        if isinstance(text, ast.Constant)
    }
    assert len(steps) > 25
    assert steps & _names().acts == {
        str(each.value) for each in literals(ROOT / _SCENARIOS) if each.value in _names().acts
    }
