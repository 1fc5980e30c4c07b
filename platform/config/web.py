"""How the web server is started; `serve` and the demonstration share it."""

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


def variables() -> dict[str, str]:
    """The environment of a serving process: this one's, its pulse switched on."""
    roots = (str(ROOT / "platform"), str(ROOT), os.environ.get("PYTHONPATH", ""))
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, roots)), "EXCHANGE_PULSE": "1"}
