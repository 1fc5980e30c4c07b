"""`load_calendar`: put official calendar years in force."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import clock
from kernel.workdays import commands, shipped


class Command(BaseCommand):
    """Loads the shipped years, or the given files; years already in force as they stand are left alone."""

    help = "载入官方工作日历：不带参数时载入随系统提供的全部年度，也可指定 JSON 文件。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="JSON 文件，格式见 kernel/workdays/data")
        parser.add_argument("--by", default="系统管理员（命令行）", help="经手人，记入历史")

    def handle(self, *_args: Any, files: list[Path], by: str, **_options: Any) -> None:
        for path in files or shipped.files():
            self.stdout.write(self._load(path, by))

    def _load(self, path: Path, by: str) -> str:
        try:
            year = shipped.read(path)
            row = commands.load(
                year=year.year,
                notice_no=year.notice_no,
                published_on=year.published_on,
                days_off=year.days_off,
                workdays_on=year.workdays_on,
                by=by,
                now=clock.now(),
            )
        except OSError as error:
            raise CommandError(f"无法读取 {path}：{error.strerror}") from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        return f"{row}：放假 {len(row.days_off)} 天，调休上班 {len(row.workdays_on)} 天"
