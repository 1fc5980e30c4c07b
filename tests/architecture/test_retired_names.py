"""Names that gave way to words an engineer would grep for do not come back, as files or as definitions.

Plain words such as "known" or "case" live on in prose, SQL and typing; what is looked at are names of modules and of
what they define.
"""

import ast
import re
from pathlib import Path

import pytest

from config.env import ROOT

_MODULES = {
    "apps": {"tidings", "papers", "carriers", "floor", "oversight", "registers", "business"},
    "apps/desks": {
        "offers", "subjects", "prefill", "wholesale", "gates", "control", "dossiers", "inputs", "offices", "figures",
    },
    "apps/rehearsal": {"case", "player", "cast"},
    "apps/demo": {"stories", "town"},
    "platform": {"minder", "pulse", "squeezed", "shedding", "constraints", "quantity"},
    "bench": {"minder"},
    "tests": {"sights", "house", "stand", "street", "halls", "town"},
}  # fmt: skip
_DEFINED = {
    "apps": {"Ladder", "Rung", "ladder", "Offer", "Story", "Town"},
    "apps/stages/bidding": {"Ask", "Asker", "Taken", "Known", "Place", "Reading"},
    "apps/api": {"Asked", "Rows", "Nowhere", "SiteActPoint"},
    "apps/rehearsal": {"Case", "BadCase", "Player", "Cast"},
    "platform/kernel/outbox": {"Tell", "put", "put_all", "carry", "carry_together", "hurry"},
    "platform/kernel/access": {"Claim"},
    "platform/kernel/acts": {"why_not"},
    "platform/config": {"SheddingMiddleware"},
    "tests": {"House", "Stand", "Halls", "Sight", "Town"},
}
_FIELDS = {"platform/kernel/errors.py": {"figures"}, "platform/kernel/actors.py": {"trial"}}
_ADDRESSES = {"ladder", "minder"}


def _files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize("folder", _MODULES)
def test_no_module_has_a_name_that_gave_way(folder: str) -> None:
    files = _files(folder)
    assert len(files) > 5
    names = {path.stem for path in files} | {path.parent.name for path in files}
    assert names & _MODULES[folder] == set()


@pytest.mark.parametrize("folder", _DEFINED)
def test_nothing_is_defined_by_a_name_that_gave_way(folder: str) -> None:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    defined = {
        node.name
        for path in _files(folder)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, kinds)
    }
    assert len(defined) > 3
    assert defined & _DEFINED[folder] == set()


def test_nothing_is_named_in_part_by_a_word_that_gave_way() -> None:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    named = {
        node.name
        for path in _files("apps")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, kinds) and re.search(r"rung|ladder", node.name, re.IGNORECASE)
    }
    assert named == set()


@pytest.mark.parametrize("file", _FIELDS)
def test_no_field_has_a_name_that_gave_way(file: str) -> None:
    fields = {
        node.target.id
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert len(fields) >= 3
    assert fields & _FIELDS[file] == set()


def test_no_address_and_no_template_has_a_name_that_gave_way() -> None:
    urls = [path.read_text(encoding="utf-8") for path in ROOT.glob("*/**/*urls.py") if "/." not in str(path)]
    assert len(urls) > 3
    parts = {part for text in urls for part in re.findall(r"[a-z]+", text)}
    names = {path.stem for path in (ROOT / "templates").rglob("*.html")}
    assert len(names) > 50
    assert (parts | names) & _ADDRESSES == set()
