"""`migrate`, always as the role that owns the tables."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

from config import databases


class Command(migrate.Command):
    """Django's `migrate` on the connection `owner`, after the runtime role was given its rights."""

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
