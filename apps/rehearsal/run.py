"""A rehearsal from beginning to end, in a scratch database that is gone afterwards."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.test.utils import override_settings

from apps.rehearsal.channels import Channel
from apps.rehearsal.engines import Engine, InProcess
from apps.rehearsal.result import result_of, write
from apps.rehearsal.runner import Runner
from apps.rehearsal.scenario import Scenario
from kernel import clock, entropy


@contextmanager
def _own_files() -> Iterator[None]:
    """Files of a rehearsal lie in a folder of their own, and nothing reaches Redis."""
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder, override_settings(MEDIA_ROOT=folder):
        yield


def rehearse(
    case: Scenario,
    *,
    channel: Channel,
    engine: Engine | None = None,
    out: Path | None = None,
    say: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Play `case` in the present database, which must be an empty one of its own; give its result.

    With `out`, documents and result.json are written there. The same case gives the same result every time.
    """
    with _own_files(), entropy.seeded(case.case), clock.simulated(case.start) as moved:
        runner = Runner(case=case, channel=channel, engine=engine or InProcess(), clock=moved, say=say)
        runner.play()
        result = result_of(runner, now=moved.now())
        if out is not None:
            write(result, runner, out, now=moved.now())
    return result
