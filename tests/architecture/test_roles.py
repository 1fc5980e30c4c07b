"""Who may do what is said in one table: nothing else names a role, and no constraint of the database lists one."""

import ast
import re
from collections.abc import Iterator

from django.apps import apps
from django.db.models import CheckConstraint

from apps.parties.roles import Role
from config.env import ROOT

_MAY_NAME = (
    "apps/parties/",  # the table itself
    "apps/demo/",  # makes organisations
    "apps/rehearsal/",  # makes organisations, and scenarios whose files name them
    "bench/",
)
_NAMES_KINDS = (
    *_MAY_NAME,
    "apps/rulebook/surplus.py",
    "apps/rulebook/presets.py",  # rules say in their data which kinds may sell, buy and review
)
_CODES = {str(each) for each in Role} - {
    *("system", "public", "platform", "finance", "supervisor", "measurer", "auditor")
}
"""Codes that are no word of anything else."""


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for root in ("apps", "platform", "bench"):
        for path in sorted((ROOT / root).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _named(tree: ast.AST) -> Iterator[str]:
    """Each `Role.X`, however deep."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Role":
            yield each.attr


def test_only_what_makes_organisations_names_a_role() -> None:
    astray = [
        f"{name}: Role.{role}"
        for name, tree in _sources()
        if not name.startswith(_MAY_NAME)
        for role in _named(tree)
        if role not in ("SYSTEM", "PUBLIC")
    ]
    assert astray == []


def test_nobody_else_even_imports_the_roles_or_compares_an_actors_role() -> None:
    astray = []
    for name, tree in _sources():
        if name.startswith((*_MAY_NAME, "platform/kernel/actors.py")):
            continue
        for each in ast.walk(tree):
            if isinstance(each, ast.ImportFrom) and "Role" in {alias.name for alias in each.names}:
                astray.append(f"{name}: imports Role")
            if isinstance(each, ast.Compare) and getattr(each.left, "attr", "") == "role":
                astray.append(f"{name}: {ast.unparse(each)}")
    assert astray == []


def test_no_code_of_a_role_stands_in_the_source() -> None:
    astray = [
        f"{name}: {each.value}"
        for name, tree in _sources()
        if not name.startswith(_NAMES_KINDS)
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and each.value in _CODES
    ]
    assert astray == []


def test_no_page_and_no_function_of_the_database_compares_a_role() -> None:
    code = "|".join(sorted(str(each) for each in Role))
    compared = re.compile(rf"""(?:role|kind)\s*(?:==|!=|=|<>|in)\s*\(?["'](?:{code})["']""", re.IGNORECASE)
    folders = {"templates": "*.html", "apps": "*.sql", "platform": "*.sql"}
    texts = [path for folder, ending in folders.items() for path in (ROOT / folder).rglob(ending)]
    assert len(texts) > 50
    found = [f"{path.name}: {hit[0]}" for path in texts for hit in compared.finditer(path.read_text())]
    assert found == []


def test_no_query_names_a_kind_of_organisation() -> None:
    codes = {str(each) for each in Role} - {"system", "public"}
    astray = [
        f"{name}: {ast.unparse(each.value)}"
        for name, tree in _sources()
        if not name.startswith(_MAY_NAME)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for each in call.keywords
        if (each.arg or "").endswith(("organisation__kind", "kind__in", "role", "role__in"))
        and codes & {part.value for part in ast.walk(each.value) if isinstance(part, ast.Constant)}
    ]
    assert astray == []


def test_no_constraint_and_no_choice_of_the_database_lists_roles() -> None:
    codes = {str(each) for each in Role} - {"system", "public"}
    listed = []
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint) and _words(str(constraint.condition)) & codes:
                listed.append(constraint.name)
        for field in model._meta.get_fields():
            if codes & {str(value) for value, _ in getattr(field, "choices", None) or ()}:
                listed.append(f"{model.__name__}.{field.name}")
    assert listed == []


def _words(text: str) -> set[str]:
    return set(re.findall(r"'([a-z_]+)'", text))
