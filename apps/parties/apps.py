from django.apps import AppConfig

from apps.parties.roles import Role
from kernel.capabilities import declare_roles


class PartiesConfig(AppConfig):
    name = "apps.parties"
    label = "parties"
    verbose_name = "主体"

    def ready(self) -> None:
        """Make the roles known, and listen at the doors."""
        declare_roles(*Role)
        # Models can be imported only when the apps are loaded.
        from apps.parties import entrance  # noqa: PLC0415

        entrance.connect()
