"""Projects of land consolidation (土地整治项目)."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import Instant
from apps.land.models import Project
from apps.parties.queries import in_province
from apps.parties.roles import Can


class ProjectRow(serializers.ModelSerializer[Project]):
    """One consolidation project."""

    owner_name = serializers.CharField(source="owner.name")
    recorded_at = Instant()

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = [
            "id", "name", "owner_name", "region", "approval_no", "acceptance_no", "recorded_at",
        ]  # fmt: skip


class Projects(ListView[Project]):
    """Consolidation projects: one's own, or all for those who watch the reserve."""

    title = "土地整治项目"
    capability = Can.TAKE_PART
    serializer_class = ProjectRow
    filterset_fields: ClassVar[list[str]] = ["region"]

    def schema_model(self) -> type[Project]:
        """Projects."""
        return Project

    def rows(self) -> QuerySet[Project]:
        """What the asker may see."""
        found = Project.objects.select_related("owner")
        if self.by.can(Can.SEE_RESERVE):
            return found.filter(in_province(self.by, "region__code"))
        return found.filter(owner_id=self.by.organisation_id)
