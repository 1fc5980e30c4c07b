"""`manage.py audit_head export FILE` and `check FILE`: keep the record's signed head outside the database."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kernel import clock
from kernel.audit import heads
from kernel.errors import Refused


class Command(BaseCommand):
    """Exit code 1 when a kept head does not fit the present record."""

    help = "导出审计链头到文件，或以留存的链头核对现有审计记录"

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which file."""
        parser.add_argument("action", choices=["export", "check"])
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Export or check."""
        path: Path = options["file"]
        if options["action"] == "export":
            path.write_bytes(heads.exported(now=clock.now()))
            self.stdout.write(f"已导出：{path}")
            return
        try:
            found = heads.check(path.read_bytes())
        except Refused as no:
            self.stderr.write(no.refusal.sentence)
            sys.exit(1)
        for problem in found.problems:
            self.stderr.write(problem)
        self.stdout.write(f"{found.made_at} {found.count}条 {'相符' if found.holds else '不符'}")
        if not found.holds:
            sys.exit(1)
