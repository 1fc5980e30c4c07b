"""`setup_database`: from an empty server to a database that the site can run on. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import databases, history
from config.env import LOCAL


class Command(BaseCommand):
    """Make the database if it is missing, migrate it as its owner, and load what every database needs."""

    help = "建立数据库、执行迁移并装入基础数据（可重复执行）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--anew` drops the database first, `--or-anew` one of other migrations; on a developer's machine alone."""
        parser.add_argument("--anew", action="store_true", help="先删除原数据库（仅限本机演示）")
        parser.add_argument(
            "--or-anew", action="store_true", help="数据库由另一版本的迁移建立的，先删除（仅限本机演示）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the three in order. Exit code 3 where the database was made by other migrations; nothing is changed."""
        if (options["anew"] or options["or_anew"]) and not settings.DEBUG:
            raise CommandError("只有本机演示的数据库可以删除后重建。")
        if options["anew"]:
            _drop()
        databases.create_if_missing()
        if options["or_anew"] and history.rewritten():
            self.stdout.write("数据库由旧版本建立，与当前代码不符，现重新建立。")
            _drop()
            databases.create_if_missing()
        databases.migrate_as_owner(verbosity=options["verbosity"])
        if options["verbosity"]:
            self.stdout.write(self.style.SUCCESS("数据库已就绪"))


def _drop() -> None:
    """The database, and the demonstration's note of what it had put there."""
    databases.drop()
    (LOCAL / "demo.json").unlink(missing_ok=True)
