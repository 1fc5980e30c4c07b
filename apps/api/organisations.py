"""Organisations (单位)."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView, OldestFirst
from apps.parties.models import Organisation
from apps.parties.queries import in_province
from apps.parties.roles import Can


class OrganisationRow(serializers.ModelSerializer[Organisation]):
    """One organisation."""

    kind = serializers.CharField()

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = ["id", "kind", "name", "region", "superior", "active"]


class OrganisationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What organisations can be looked for by."""

    search = django_filters.CharFilter(
        label="名称", field_name="name", lookup_expr="icontains", max_length=100
    )
    region = django_filters.CharFilter(label="行政区划代码", field_name="region_id", max_length=6)
    kind = django_filters.CharFilter(label="类别", max_length=30)

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = []


class Organisations(ListView[Organisation]):
    """Registered organisations, for staff."""

    title = "单位"
    capability = Can.SEE_CASES
    serializer_class = OrganisationRow
    filterset_class = OrganisationFilter
    pagination_class = OldestFirst

    def schema_model(self) -> type[Organisation]:
        """Organisations."""
        return Organisation

    def rows(self) -> QuerySet[Organisation]:
        """Those of the asker's province."""
        return Organisation.objects.filter(in_province(self.by, "region__code"))
