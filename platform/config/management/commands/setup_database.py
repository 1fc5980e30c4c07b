"""`setup_database`: from an empty server to a database that the site can run on. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import databases, history

REWRITTEN = 3
"""The exit code where the database was made by migrations that have been rewritten since."""


class Command(BaseCommand):
    """Make the database if it is missing, migrate it as its owner, and load what every database needs."""

    help = "建立数据库、执行迁移并装入基础数据（可重复执行）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--anew` drops the database first; on a developer's machine only."""
        parser.add_argument("--anew", action="store_true", help="先删除原数据库（仅限本机演示）")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the three in order. Exit code 3 where the database was made by other migrations; nothing is changed."""
        if options["anew"]:
            if not settings.DEBUG:
                raise CommandError("只有本机演示的数据库可以删除后重建。")
            databases.drop()
        databases.create_if_missing()
        if other := history.rewritten():
            raise CommandError(
                f"数据库由另一版本的迁移建立（{other[0]}等{len(other)}项与当前代码不同），未作任何改动。"
                "请用建立它的版本继续运行，或另建数据库。",
                returncode=REWRITTEN,
            )
        databases.migrate_as_owner(verbosity=options["verbosity"])
        if options["verbosity"]:
            self.stdout.write(self.style.SUCCESS("数据库已就绪"))
