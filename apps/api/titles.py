"""Chinese titles for the schema's operations."""

from drf_spectacular.openapi import AutoSchema


class Titled(AutoSchema):
    """Every operation bears the Chinese title of its view; docstrings are for those who read the code."""

    def get_summary(self) -> str | None:
        """The view's title, where the operation has no summary of its own."""
        return getattr(self.view, "title", None) or super().get_summary()

    def get_description(self) -> str:  # type: ignore[override]
        """The same, in one line."""
        return self.get_summary() or ""
