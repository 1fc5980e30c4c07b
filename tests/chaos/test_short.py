"""One short run of kills and other faults on a running exchange; `make chaos` plays hundreds."""

import os
import subprocess
import sys

from config.env import ROOT

_ASKED = ["--seed", "1", "--kills", "7", "--lots-s", "12", "--back-s", "90"]
_FAULTS = "kill deliveries connections clocks frozen-web disk-full kill"


def test_whatever_befalls_the_exchange_nothing_acknowledged_is_lost_and_all_happens_once() -> None:
    """In a process of its own, on servers of its own. How soon it is back is for `make chaos` to say."""
    roots = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    played = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *_ASKED, "--only", *_FAULTS.split()],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        | {"PYTHONPATH": roots},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-6000:] + played.stderr[-3000:]
    assert "lost 0" in played.stdout
