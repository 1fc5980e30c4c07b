"""`make bench`: everything that was promised of speed, measured in one run beside its limits and its peers.

`make bench ONLY=hot,fanout ROUNDS=5 QUICK=1`: some sections, other rounds, or a quick try of a minute or two. The
table goes to the screen, to `.local/bench/results.md` and `results.json`, the plots beside them.
"""

import argparse
import os
import sys
from importlib import import_module

import django

from bench.servers import FOLDER, Servers

SECTIONS = ("hot", "slow", "lots", "closing", "fanout", "deadlines", "size")


def main() -> int:
    """Measure what was asked for. 0 when nothing that was wanted fell short."""
    asked = _asked()
    servers = Servers()
    try:
        os.environ.update(
            servers.start() | {"DJANGO_SETTINGS_MODULE": "bench.settings", "LOG_LEVEL": "WARNING"}
        )
        django.setup()
        # Models exist only now.
        report, run, world = (import_module(f"bench.{name}") for name in ("report", "run", "world"))
        rows, text = [], ""
        for name in asked.only:
            report.say(name)
            section = import_module(f"bench.{name}")
            sync_ms = getattr(section, "SYNC_MS", 0)
            if not servers.restart(sync_ms=sync_ms):
                rows.append(
                    report.missing(section.NAME, "slow disk", "no C compiler here to slow the disk with")
                )
                continue
            with world.world(servers) as made:
                rows += section.measure(run.Run(servers, made, rounds=asked.rounds, quick=asked.quick))
            text = report.write(rows, folder=FOLDER, rounds=asked.rounds, quick=asked.quick)
        sys.stdout.write(text)
        return 0
    finally:
        servers.stop()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of {', '.join(SECTIONS)}, parted by commas")
    parser.add_argument("--rounds", type=int, default=0, help="3 unless told; 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="small and short: to see that it runs")
    given = parser.parse_args()
    given.only = given.only.split(",") if given.only else list(SECTIONS)
    given.rounds = given.rounds or (1 if given.quick else 3)
    unknown = set(given.only) - set(SECTIONS)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}")
    return given


if __name__ == "__main__":
    sys.exit(main())
