"""How the servers of pages and of live streams are started; `serve` and the demonstration share it."""

import os
import sys
from pathlib import Path

from config.env import ROOT, environment


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
        "--log-level": "warning",
    }
    granian = Path(sys.executable).with_name("granian")
    return [
        str(granian),
        *(str(part) for option in options.items() for part in option),
        "config.wsgi:application",
    ]


def live_command(*, host: str, port: int) -> list[str]:
    """The command line of the live process: one worker, which holds every stream of this machine in one event loop."""
    options = {
        "--interface": "asgi",
        "--host": host,
        "--port": port,
        "--workers": 1,
        # Each stream is one request that stays: as many as spectators may come.
        "--backlog": 4096,
        "--backpressure": 20_000,
        # Neither HTTP/2 nor WebSockets, which a proxy in front may speak: each stream costs two fifths less memory.
        "--http": "1",
        # One thread takes what comes in the order in which it came; with more, the last of a burst of bids overtakes.
        "--runtime-mode": "st",
        "--log-level": "warning",
    }
    granian = Path(sys.executable).with_name("granian")
    return [
        str(granian),
        *(str(part) for option in options.items() for part in option),
        "--no-ws",
        "config.live:application",
    ]


def variables() -> dict[str, str]:
    """The environment of a serving process: this one's, its pulse switched on."""
    roots = (str(ROOT / "platform"), str(ROOT), os.environ.get("PYTHONPATH", ""))
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, roots)), "EXCHANGE_PULSE": "1"}
