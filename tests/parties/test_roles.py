"""Every role × every act, page, address and command, against a reviewed file.

`capabilities.csv` says who may: acts (办理事项), pages of the desks, entries of their menus, addresses of the API and
what the commands themselves ask for. A new act without a row fails, and so does a role that may more or less.
"""

import ast
import csv
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver

from apps.api.base import ApiView
from apps.desks import urls as desk_urls
from apps.desks.menu import MENU
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.parties.roles import (
    KINDS_REGISTERED,
    ROLE_LABELS,
    Can,
    Reach,
    Role,
    administers,
    kinds_that,
    role_called,
)
from config import api_urls
from config.env import ROOT
from kernel.actors import PUBLIC, SYSTEM, Actor
from kernel.acts.act import all_acts
from kernel.capabilities import Capability, capabilities_of, declare_roles, named
from tests.factories.journey import announced

TABLE = Path(__file__).parent / "capabilities.csv"
_ROUTES = list[URLPattern | URLResolver]


def _patterns(found: _ROUTES) -> Iterator[Any]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns)
        else:
            yield each


def _may(code: str, *any_of: Capability) -> bool:
    return Actor(1, "某人", 1, "某单位", code, None).can(*any_of)


def _row(what: str, name: str, *any_of: Capability, signed_in: bool = False) -> dict[str, str]:
    people = {str(each) for each in Role} - {SYSTEM.role, PUBLIC.role}
    return {"what": what, "name": name} | {
        str(role): "yes" if _may(role, *any_of) and (role in people or not signed_in) else "" for role in Role
    }


def _gate(page: Any) -> tuple[Can, ...]:
    """The capabilities in the door of a page of the desk."""
    while page is not None:
        held = dict(zip(page.__code__.co_freevars, page.__closure__ or (), strict=True))
        if "capabilities" in held:
            given: tuple[Can, ...] = held["capabilities"].cell_contents
            return given or (Can.TAKE_PART,)
        page = getattr(page, "__wrapped__", None)
    raise AssertionError("a page of the desk without a door")


def _pages() -> Iterator[dict[str, str]]:
    pages = {pattern.callback for pattern in _patterns(desk_urls.urlpatterns)}  # type: ignore[arg-type]
    for page in pages:
        name = f"{page.__module__.removeprefix('apps.desks.')}.{page.__name__}"
        yield _row("page", name, *_gate(page), signed_in=True)


def _addresses() -> Iterator[dict[str, str]]:
    seen = set()
    for pattern in _patterns(api_urls.urlpatterns):
        view = getattr(pattern.callback, "view_class", None)
        if view is None or not issubclass(view, ApiView) or hasattr(view, "act") or view in seen:
            continue
        seen.add(view)
        name = f"{view.__module__.removeprefix('apps.api.')}.{view.__qualname__}"
        yield _row("api", name, *([view.capability] if view.capability else Can))


def _commands() -> Iterator[dict[str, str]]:
    for path in sorted((ROOT / "apps").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "require_capability(" not in text:
            continue
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef):
                name = f"{module.__name__.removeprefix('apps.')}.{function.name}"
                yield from (_row("command", name, each) for each in _asked_in(function))


def _asked_in(function: ast.FunctionDef) -> Iterator[Can]:
    """What `require_capability(by, Can.X)` asks for in a function."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "require_capability":
            for each in call.args[1:]:
                if isinstance(each, ast.Attribute):
                    yield Can[each.attr]


def found() -> list[dict[str, str]]:
    """The table as the code has it now."""
    rows = [_row("act", act.name, act.capability) for act in all_acts()]
    rows += [*_pages(), *_addresses(), *_commands()]
    rows += [
        _row("menu", f"{each.label} {each.url}", each.capability, signed_in=True)
        for _, entries in MENU
        for each in entries
    ]
    return sorted(rows, key=lambda row: (row["what"], row["name"], *row.values()))


def test_each_role_may_what_the_reviewed_table_says() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    now = found()
    named_now = {(row["what"], row["name"]) for row in now}
    assert named_now == {(row["what"], row["name"]) for row in expected}
    assert [row for row in now if row not in expected] == []
    assert [row for row in expected if row not in now] == []
    assert len(now) == len(expected)


def test_a_command_of_an_act_asks_for_what_the_act_needs() -> None:
    differing = []
    for act in all_acts():
        command = act.command
        text = Path(importlib.import_module(command.__module__).__file__ or "").read_text(encoding="utf-8")
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef) and function.name == command.__name__:
                differing += [(act.name, each) for each in _asked_in(function) if each != act.capability]
    assert differing == []


def test_the_registry_knows_every_row_and_no_row_twice() -> None:
    assert {str(each): each.capabilities for each in Role} == {str(e): capabilities_of(str(e)) for e in Role}
    assert capabilities_of("nobody") == frozenset()
    with pytest.raises(ValueError, match="declared twice"):
        declare_roles(Role.FINANCE)


def test_every_capability_is_somebodys_and_every_role_has_its_own_name() -> None:
    assert [each for each in Can if not kinds_that(each)] == []
    assert len(set(ROLE_LABELS.values())) == len(Role)
    assert [role_called(str(each)) for each in Role] == list(Role)


def test_a_refusal_names_the_roles_in_the_order_of_their_codes() -> None:
    assert named(Can.REVIEW) == "省级自然资源主管部门、交易机构"
    assert named(Can.BUY) == "县（市、区）人民政府、开发区管委会、自然资源主管部门、单独选址项目单位"


def test_administrators_take_no_part_and_are_registered_by_nobody() -> None:
    assert [str(each) for each in Role if administers(str(each))] == ["platform"]
    assert not {"platform", "system", "public"} & set(KINDS_REGISTERED)
    assert set(KINDS_REGISTERED) == set(kinds_that(Can.TAKE_PART))


@pytest.mark.parametrize(
    ("reach", "region", "prefix"),
    [
        (Reach.SITE, "410000", ""),
        (Reach.PROVINCE, "410183", "41"),
        (Reach.REGION, "410000", "41"),
        (Reach.REGION, "410100", "4101"),
        (Reach.REGION, "410183", "410183"),
        (Reach.OWN, "410183", None),
    ],
)
def test_a_reach_is_how_the_codes_of_its_divisions_begin(
    reach: Reach, region: str, prefix: str | None
) -> None:
    assert reach.prefix(region) == prefix


@pytest.mark.django_db
def test_who_reaches_as_far_as_its_region_sees_the_lots_whose_sellers_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lot = Listing.objects.select_related("seller").get(pk=announced().listing.pk)
    place = lot.seller.region_id
    monkeypatch.setattr(Role.FINANCE, "reach", Reach.REGION)
    for region, sees in (
        (place, True),
        (f"{place[:4]}00", True),
        (f"{place[:2]}0000", True),
        (f"{place[:2]}9900", False),
    ):
        by = Actor(1, "某人", 1, "某财政局", str(Role.FINANCE), None, region=region)
        assert visible_to(by).filter(pk=lot.pk).exists() is sees, region
