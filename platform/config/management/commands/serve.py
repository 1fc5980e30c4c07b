"""`serve`: the pages and the API, or the live streams, after the start-up checks."""

import os
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from config import web
from config.env import ROOT


class Command(BaseCommand):
    """Check that the database is durable and the role is the right one, then become the web server."""

    help = (
        "启动检查通过后，启动网页与接口服务（granian，WSGI），或实时推送与报价服务（uvicorn，--live，ASGI）"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and how many processes."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--live", action="store_true", help="实时推送服务")

    def handle(self, *args: Any, host: str, port: int, workers: int, live: bool, **options: Any) -> None:
        """Refuse to start where a check fails; otherwise never return."""
        call_command("check", databases=["default"], fail_level="ERROR")
        sys.stdout.flush()
        os.chdir(ROOT)
        if live:
            line = web.live_command(host=host, port=port)
        else:
            line = web.command(host=host, port=port, workers=workers)
        os.execve(line[0], line, web.variables())
