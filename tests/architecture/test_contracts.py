"""The import contracts are kept, and the clock is read in one place."""

import ast
import subprocess
import sys
from pathlib import Path

from config.env import ROOT

_CLOCK_READS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
}


def _reads_of_the_clock(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in _CLOCK_READS
    ]


def test_every_arrow_points_down() -> None:
    linter = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linter.returncode == 0, linter.stdout


def test_only_the_clock_reads_the_clock() -> None:
    sources = [path for root in ("platform", "apps") for path in (ROOT / root).rglob("*.py")]
    elsewhere = [read for path in sources if path.name != "clock.py" for read in _reads_of_the_clock(path)]
    assert elsewhere == []
