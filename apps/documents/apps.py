"""The documents of the exchange."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Numbered, hashed, verifiable documents and the evidence people upload (文书与附件)."""

    name = "apps.documents"
    label = "documents"
    verbose_name = "文书"
    default_auto_field = "django.db.models.BigAutoField"
