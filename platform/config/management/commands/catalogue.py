"""`manage.py catalogue`: bring the catalogue of each language up to date, or compile them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import catalogue


class Command(BaseCommand):
    """Add what is new, drop what is gone, keep every translation, and compile."""

    help = "Bring locale/ up to date with templates, code and labels; --compile only compiles it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--compile` alone, for set-up."""
        parser.add_argument("--compile", action="store_true", help="compile only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what is missing."""
        if not options["compile"]:
            for language, name in catalogue.languages().items():
                self._update(language, name)
        catalogue.compile_all()

    def _update(self, language: str, name: str) -> None:
        known = catalogue.texts_of(language)
        texts = {message: known.get(message, "") for message in catalogue.all_messages()}
        catalogue.write(language, texts)
        missing = sum(not text for text in texts.values())
        self.stdout.write(f"{len(texts)} texts, {missing} without {name}")
