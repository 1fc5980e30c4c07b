"""A room opens its own deadlines: what another has to see to, it says in an event, and the reactions call that one."""

import ast
from collections.abc import Iterator
from pathlib import Path

from config.env import ROOT
from kernel.deadlines.registry import all_kinds

_OPENS = {"start", "start_all", "set_at"}
_COMMANDS = "kernel.deadlines.commands"


def _room(path: Path) -> str:
    """apps/<room> or apps/stages/<room>."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[: 3 if parts[1] == "stages" else 2])


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "apps").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.Call))


def _names() -> dict[str, str]:
    """What the constants of the rooms' `names.py` hold."""
    found: dict[str, str] = {}
    for path, tree in _trees():
        for each in tree.body if path.name == "names.py" else ():
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
                found |= {ast.unparse(name): str(each.value.value) for name in each.targets}
    return found


def _said(node: ast.expr, names: dict[str, str]) -> str:
    """The kind that an expression names: a literal or a constant of a room; how it is written where it is neither."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return names.get(ast.unparse(node), ast.unparse(node))


def _declared() -> dict[str, set[str]]:
    """Each kind with the rooms in which `Kind("…", …)` stands."""
    found: dict[str, set[str]] = {}
    names = _names()
    for path, tree in _trees():
        for call in _calls(tree):
            if isinstance(call.func, ast.Name) and call.func.id == "Kind" and call.args:
                found.setdefault(_said(call.args[0], names), set()).add(_room(path))
    return found


def _openers(tree: ast.Module) -> tuple[set[str], set[str]]:
    """What a module calls the commands of deadlines: names of the module, names of its functions that open one."""
    modules, functions = set(), set()
    for each in ast.walk(tree):
        if not isinstance(each, ast.ImportFrom):
            continue
        for alias in each.names:
            if f"{each.module}.{alias.name}" == _COMMANDS:
                modules.add(alias.asname or alias.name)
            if each.module == _COMMANDS and alias.name in _OPENS:
                functions.add(alias.asname or alias.name)
    return modules, functions


def _opened(tree: ast.Module, names: dict[str, str]) -> Iterator[str]:
    """The kinds that a module opens."""
    modules, functions = _openers(tree)
    for call in _calls(tree):
        func = call.func
        by_module = (
            isinstance(func, ast.Attribute)
            and func.attr in _OPENS
            and isinstance(func.value, ast.Name)
            and func.value.id in modules
        )
        if by_module or (isinstance(func, ast.Name) and func.id in functions):
            kind = next(each.value for each in call.keywords if each.arg == "kind")
            yield _said(kind, names)


def test_each_kind_of_deadline_is_declared_by_one_room() -> None:
    declared = _declared()
    assert set(declared) == set(all_kinds())
    assert {kind: rooms for kind, rooms in declared.items() if len(rooms) > 1} == {}


def test_a_room_opens_no_kind_of_another_and_names_its_own() -> None:
    declared, names = _declared(), _names()
    astray = [
        f"{path.relative_to(ROOT)} opens {kind}"
        for path, tree in _trees()
        for kind in _opened(tree, names)
        if declared.get(kind) != {_room(path)}
    ]
    assert astray == []


def test_whoever_declares_a_kind_opens_it() -> None:
    names = _names()
    opened = {kind for _, tree in _trees() for kind in _opened(tree, names)}
    assert opened == set(all_kinds())
