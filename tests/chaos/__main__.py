"""`python -m tests.chaos --kills 200 --seed 1`: a running auction under faults; prints what was done and what broke.

Ends with 1 when anything was broken. The same seed gives the same faults in the same order.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import django

from tests.chaos.exchange import Exchange


def main() -> int:
    """Play one seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=45, help="no further fault after so long")
    parser.add_argument(
        "--back-s", type=float, default=10, help="within so many seconds it is back after each"
    )
    parser.add_argument(
        "--only", default=[], nargs="*", help="faults by name, in turn; `kill` is one of them"
    )
    parser.add_argument("--lots-s", type=float, default=30, help="a lot is open for at most so many seconds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
        exchange = Exchange(Path(folder))
        os.environ.update(exchange.environment())
        with exchange.running():
            django.setup()
            # Models can be imported only now.
            from tests.chaos.run import Run  # noqa: PLC0415

            run = Run(exchange, seed=asked.seed, back_s=asked.back_s, lots_s=asked.lots_s)
            run.play(kills=asked.kills, minutes=asked.minutes, only=asked.only)
            if run.breaches:
                for name in exchange.processes:
                    _say(f"--- {name}\n{_tail(exchange, name)}")
        return report(run, asked.seed)


def _tail(exchange: Exchange, name: str) -> str:
    return (exchange.folder / f"{name}.log").read_text(errors="replace")[-1500:]


def report(run: "Run", seed: int) -> int:  # type: ignore[name-defined]  # noqa: F821
    """Say how it went. 1 when anything broke."""
    backs = sorted(run.backs) or [0.0]
    _say(
        f"\nseed {seed}: {run.kills} kills, {len(run.done) - run.kills} other faults, {len(run.auction.lots)} lots"
    )
    _say(f"answers: {dict(sorted(run.auction.answers.items()))}")
    _say(f"acknowledged {len(run.auction.told)}, lost {run.lost}")
    _say(f"back after: median {statistics.median(backs):.1f} s, worst {backs[-1]:.1f} s")
    for breach in run.breaches[:40]:
        _say(f"BROKEN: {breach}")
    _say(f"{len(run.breaches)} breaches")
    return 1 if run.breaches else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    _say(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
