"""Stored keys: what identifies a thing, beside the text as people wrote it."""

from typing import Any

from django.db import models

from kernel.text import folded


class FoldedField(models.CharField[str, str]):
    """The key of another text field (`kernel.text.folded`), written whenever the row is saved.

    Unique constraints and look-ups go by it: `filter(name_key=folded(typed))`. It is never shown.
    """

    def __init__(self, *, of: str, max_length: int = 200, **options: Any) -> None:
        self.of = of
        options["editable"] = False
        super().__init__(max_length=max_length, **options)

    def deconstruct(self) -> Any:
        """How Django writes this field into a migration."""
        name, path, arguments, options = super().deconstruct()
        del options["editable"]
        return name, path, arguments, options | {"of": self.of}

    def pre_save(self, instance: models.Model, add: bool) -> str:
        """The key of what the other field says now."""
        key = folded(str(getattr(instance, self.of) or ""))
        setattr(instance, self.attname, key)
        return key
