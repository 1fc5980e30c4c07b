"""`migrate`, always as the role that owns the tables."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

from config import databases, history
from kernel.database_functions import load_sql


class Command(migrate.Command):
    """Django's `migrate` on the connection `owner`, after the runtime role was given its rights; then the functions."""

    def add_arguments(self, parser: CommandParser) -> None:
        """As Django's, with `owner` for the default database."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse any other connection: tables made by the runtime role would be its own.

        Exit code 3 where the database was made by other migrations; nothing is changed.
        """
        if options["database"] != "owner":
            raise CommandError("migrations run as the tables' owner: leave --database out")
        if options["plan"] or options["check_unapplied"] or options["prune"]:
            super().handle(*args, **options)
            return
        if other := history.rewritten():
            raise CommandError(
                f"数据库由另一版本的迁移建立（{other[0]}等{len(other)}项与当前代码不同），未作任何改动。"
                "请用建立它的版本继续运行，或另建数据库。",
                returncode=history.REWRITTEN,
            )
        history.announce()
        databases.let_runtime_role_work()
        super().handle(*args, **options)
        history.keep()
        if not options["app_label"]:
            load_sql(using="owner")
