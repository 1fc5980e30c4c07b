"""`manage.py rehearse CASE.json [--out DIR] [--api]`: play a whole trade (演练) in a scratch database."""

import logging
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string

from apps.rehearsal import scenario as scenarios
from apps.rehearsal.channels import Api, Channel, Direct
from apps.rehearsal.run import rehearse


class Command(BaseCommand):
    """Play a case file under a simulated clock; never touches the configured database."""

    help = "Play a case file in a scratch database and print its timeline."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The case file, where to write, and through what to act."""
        parser.add_argument("case", type=Path)
        parser.add_argument("--out", type=Path, help="write result.json and documents/*.pdf into this folder")
        parser.add_argument("--api", action="store_true", help="act through the HTTP API")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play; exit code 2, with JSON path and reason, for a case file that cannot be played."""
        logging.getLogger().setLevel(logging.ERROR)  # refusals are results here, not warnings
        scratch = import_module(settings.SCRATCH_DATABASES)
        try:
            case = scenarios.read(options["case"])
            with scratch.scratch_database("rehearsal") as name, scratch.point_at(name):
                channel: Channel = (
                    Api(import_string(settings.WSGI_APPLICATION)) if options["api"] else Direct()
                )
                result = rehearse(case, channel=channel, out=options["out"], say=self._say)
        except scenarios.BadScenario as bad:
            self.stderr.write(f"{options['case']}: {bad.path}: {bad.reason}")
            sys.exit(2)
        self._sum_up(result)

    def _say(self, line: dict[str, Any]) -> None:
        code = f" {line['code']}" if "code" in line else ""
        detail = "  ".join(f"{name}={value}" for name, value in line.get("detail", {}).items())
        done = f"{line['outcome']}{code} [{line.get('status', '')}]"
        self.stdout.write(f"{line['at'][:26]:26} {line['by']:15} {line['do']:24} {done} {detail}")

    def _sum_up(self, result: dict[str, Any]) -> None:
        self.stdout.write("")
        for name, case in result["cases"].items():
            self.stdout.write(f"{name}  {case['number'] or ''}  {case['status']}")
        if result["award"]:
            self.stdout.write(f"award  {result['award']['winner']}  {result['award']['total_price']}")
        broken = [name for name, whole in result["checks"].items() if not whole]
        self.stdout.write(f"checks {'all hold' if not broken else 'BROKEN: ' + ', '.join(broken)}")
