"""Names that stand in strings lead somewhere: settings, beat, routes, compose, Makefile, image, and paths in docs."""

import inspect
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.utils.module_loading import import_string

from config.celery import app
from config.env import ROOT
from config.schedule import BEAT
from kernel.acts.act import all_acts

_OURS = re.compile(r"\b(?:apps|config|kernel|tests|bench)(?:\.\w+)+\b")
_RUN = ("Makefile", "Dockerfile", "docker-compose.yml", ".ci/run", "README.md", "docs/operations.md")
_DOCS = ("README.md", "apps/README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
_PATH = re.compile(r"`((?:apps|platform|tests|templates|bench|static|docs|shared|locale)/[\w/.-]+)`")


def _texts(value: Any) -> Iterator[str]:
    if type(value) is str:  # and no text that is translated when it is read
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(key)
            yield from _texts(each)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from _texts(each)


def _leads_somewhere(name: str) -> bool:
    try:
        if find_spec(name) is not None:
            return True
    except ModuleNotFoundError:
        pass
    try:
        import_string(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_every_dotted_name_in_the_settings_can_be_imported() -> None:
    given = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    found = {text for text in _texts(given) if _OURS.fullmatch(text)}
    assert len(found) > 40
    assert [each for each in sorted(found) if not _leads_somewhere(each)] == []


def test_every_task_of_the_beat_and_of_a_route_is_one_that_workers_know() -> None:
    app.loader.import_default_modules()
    named = {each["task"] for each in BEAT.values()} | set(settings.CELERY_TASK_ROUTES)
    assert len(named) > 3
    assert named - set(app.tasks) == set()


@pytest.mark.parametrize("name", _RUN)
def test_what_is_run_from_outside_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    modules = set(re.findall(r"-m ((?:config|tests|bench|kernel|apps)[\w.]*)", text))
    modules |= set(re.findall(r"\b((?:config|apps|kernel)(?:\.\w+)+):\w+", text))
    modules |= set(re.findall(r"DJANGO_SETTINGS_MODULE[=:]\s*[\"']?((?:config)[\w.]+)", text))
    assert [each for each in sorted(modules) if find_spec(each) is None] == []
    commands = set(re.findall(r"manage\.py\"?,?\s+\"?([a-z_]+)", text))
    assert sorted(commands - set(get_commands())) == []


@pytest.mark.parametrize("name", _DOCS)
def test_a_path_that_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = {each.partition("::")[0].rstrip("/.") for each in _PATH.findall(text)}
    assert [each for each in sorted(found) if "*" not in each and not (ROOT / each).exists()] == []


def test_the_kernel_has_no_word_of_the_trade_for_its_cases() -> None:
    """Rooms name what they have; what is keyed by a case is keyed so for all of them."""
    named = [
        path
        for path in (ROOT / "platform" / "kernel").rglob("*")
        if path.suffix in (".py", ".sql") and "listing" in path.read_text(encoding="utf-8").lower()
    ]
    assert named == []


def test_every_act_names_a_keyword_of_its_command() -> None:
    """Which no type checker sees: a command is called with the subject under the act's keyword."""
    for act in all_acts():
        taken = inspect.signature(act.command).parameters
        open_to_more = any(each.kind is each.VAR_KEYWORD for each in taken.values())
        assert not act.subject or act.subject in taken or open_to_more, act.name
