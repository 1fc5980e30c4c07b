"""Divisions (行政区划)."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView, Pages
from apps.parties.models import Region


class RegionRow(serializers.ModelSerializer[Region]):
    """One division."""

    class Meta:
        model = Region
        fields: ClassVar[list[str]] = ["code", "name", "parent"]


class RegionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What divisions can be looked for by."""

    parent = django_filters.CharFilter(label="上级代码", field_name="parent_id", max_length=6)
    search = django_filters.CharFilter(
        label="名称", field_name="name", lookup_expr="icontains", max_length=60
    )

    class Meta:
        model = Region
        fields: ClassVar[list[str]] = []


class ByCode(Pages):
    """By GB/T 2260 code."""

    ordering = "code"


class Regions(ListView[Region]):
    """Administrative divisions (GB/T 2260)."""

    title = "行政区划"
    serializer_class = RegionRow
    filterset_class = RegionFilter
    pagination_class = ByCode

    def schema_model(self) -> type[Region]:
        """Divisions."""
        return Region

    def rows(self) -> QuerySet[Region]:
        """All of them."""
        return Region.objects.all()
