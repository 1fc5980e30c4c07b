"""Many seeds by command: `python -m tests.simulation --seeds 10000` walks them all, on one process a core.

Prints what was reached, and each seed that broke something with its steps; such a seed belongs into kept.txt.
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

import django


def main() -> int:
    """Walk the seeds; gives 1 when any of them broke something."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    asked.add_argument("--seeds", type=int, default=10_000, help="how many")
    asked.add_argument("--first", type=int, default=0, help="the first of them")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--minutes", type=float, default=0, help="stop after so long; 0 means never")
    given = asked.parse_args()
    began = time.monotonic()
    until = began + given.minutes * 60 if given.minutes else float("inf")
    shares = [
        range(given.first + place, given.first + given.seeds, given.processes)
        for place in range(given.processes)
    ]
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=spawned) as pool:
        parts = [pool.submit(_walk, share, until) for share in shares]
        results = [part.result() for part in as_completed(parts)]
    return _tell(results, seconds=time.monotonic() - began)


def _walk(seeds: range, until: float) -> tuple[int, list[str], dict[str, dict[str, int]]]:
    """How many seeds were walked, the reports of those that broke something, and what all of them reached."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.simulation.stations import built, walked  # noqa: PLC0415 - the site has to be set up first
    from tests.simulation.walk import Seen  # noqa: PLC0415

    seen, reports, count = Seen(), [], 0
    with built("simulation") as stations:
        for seed in seeds:
            if time.monotonic() > until:
                break
            result = walked(stations, seed)
            count += 1
            seen.add(result.seen)
            if result.broken:
                reports.append(result.report)
                sys.stdout.write(f"{result.report}\n\n")
                sys.stdout.flush()
    return count, reports, {name: dict(found) for name, found in vars(seen).items()}


def _tell(results: list[tuple[int, list[str], dict[str, dict[str, int]]]], *, seconds: float) -> int:
    count = sum(each[0] for each in results)
    broken = sum(len(each[1]) for each in results)
    for name in ("statuses", "acts", "codes", "deadlines"):
        reached: dict[str, int] = {}
        for _, _, seen in results:
            for what, times in seen[name].items():
                reached[what] = reached.get(what, 0) + times
        listed = ", ".join(f"{what} {times}" for what, times in sorted(reached.items()))
        sys.stdout.write(f"{name} ({len(reached)}): {listed}\n")
    sys.stdout.write(f"{count} seeds in {seconds:.0f} s, {count - broken} clean, {broken} broken\n")
    return 1 if broken else 0
