"""How the servers of pages and of live streams are started; `serve` and the demonstration share it."""

import os
import sys
from pathlib import Path

from config import watchdog
from config.env import ROOT, environment

HEAD_TIMEOUT_MS = 10_000


def command(*, host: str, port: int, workers: int) -> list[str]:
    """The command line of granian for pages and API. Each worker process answers `WEB_THREADS` requests at once."""
    threads = environment().web_threads
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": port,
        "--workers": workers,
        "--blocking-threads": threads,
        "--backpressure": threads * 32,
        # Whoever sends half a head and waits is cut off before it costs others their turn.
        "--http1-header-read-timeout": HEAD_TIMEOUT_MS,
        "--respawn-interval": 0.5,
        "--log-level": "warning",
    }
    granian = Path(sys.executable).with_name("granian")
    line = [
        str(granian),
        *(str(part) for option in options.items() for part in option),
        # A worker that the watchdog had to end is followed by another.
        "--respawn-failed-workers",
        "config.wsgi:application",
    ]
    return watchdog.command("web", line)


def live_command(*, host: str, port: int) -> list[str]:
    """The command line of the live process: one worker, which holds every stream of this machine in one event loop."""
    return watchdog.command("live", asgi_command("config.live:application", host=host, port=port))


def asgi_command(target: str, *, host: str, port: int) -> list[str]:
    """The command line of uvicorn for an ASGI application: all in one thread, in the order in which it comes.

    A stream that waits costs it half of what it costs granian, whose connections hold two buffers of 8 KiB each.
    """
    options = {"--host": host, "--port": port}
    return [
        sys.executable,
        "-m",
        "config.live_server",
        target,
        *(str(part) for option in options.items() for part in option),
    ]


def variables() -> dict[str, str]:
    """The environment of a serving process: this one's, its pulse switched on."""
    roots = (str(ROOT / "platform"), str(ROOT), os.environ.get("PYTHONPATH", ""))
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, roots)), "EXCHANGE_PULSE": "1"}
