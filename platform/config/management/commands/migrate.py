"""`migrate`, always as the role that owns the tables."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

from config import databases
from kernel.database_functions import load_sql


class Command(migrate.Command):
    """Django's `migrate` on the connection `owner`, after the runtime role was given its rights; then the functions."""

    def add_arguments(self, parser: CommandParser) -> None:
        """As Django's, with `owner` for the default database."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse any other connection: tables made by the runtime role would be its own."""
        if options["database"] != "owner":
            raise CommandError("migrations run as the tables' owner: leave --database out")
        databases.let_runtime_role_work()
        super().handle(*args, **options)
        looks_only = options["plan"] or options["check_unapplied"] or options["prune"]
        if not (options["app_label"] or looks_only):
            load_sql(using="owner")
