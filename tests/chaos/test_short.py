"""A few seeds of faults on a running exchange; `make chaos` plays hundreds."""

import os
import subprocess
import sys

import pytest

from config.env import ROOT


@pytest.mark.parametrize(
    "asked",
    [
        "--seed 1 --kills 6",
        "--seed 2 --kills 6 --only deliveries connections clocks frozen-web frozen-backend disk-full",
    ],
)
def test_whatever_is_killed_frozen_filled_or_doubled_nothing_acknowledged_is_lost_and_all_happens_once(
    asked: str,
) -> None:
    """In a process of its own, on servers of its own. How soon it is back is for `make chaos` to say."""
    roots = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    played = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--back-s", "90", *asked.split()],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        | {"PYTHONPATH": roots},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-6000:] + played.stderr[-3000:]
    assert "lost 0" in played.stdout
