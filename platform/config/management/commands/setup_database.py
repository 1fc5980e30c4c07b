"""`setup_database`: from an empty server to a database that the site can run on. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from config import databases


class Command(BaseCommand):
    """Make the database if it is missing, migrate it as its owner, and load what every database needs."""

    help = "建立数据库、执行迁移并装入基础数据（可重复执行）"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the three in order."""
        databases.create_if_missing()
        databases.migrate_as_owner(verbosity=options["verbosity"])
        if options["verbosity"]:
            self.stdout.write(self.style.SUCCESS("数据库已就绪"))
