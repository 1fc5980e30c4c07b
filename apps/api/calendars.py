"""Official calendars (节假日安排)."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView, Pages
from kernel.workdays.models import Year
from kernel.workdays.queries import years


class YearRow(serializers.ModelSerializer[Year]):
    """The official calendar of a year in force."""

    days_off = serializers.ListField(child=serializers.DateField())
    workdays_on = serializers.ListField(child=serializers.DateField())

    class Meta:
        model = Year
        fields: ClassVar[list[str]] = ["year", "notice_no", "published_on", "days_off", "workdays_on"]


class ByYear(Pages):
    """The newest year first."""

    ordering = "-year"


class Calendars(ListView[Year]):
    """Official calendars, by year."""

    title = "节假日安排"
    serializer_class = YearRow
    filterset_fields: ClassVar[list[str]] = ["year"]
    pagination_class = ByYear

    def schema_model(self) -> type[Year]:
        """Years."""
        return Year

    def rows(self) -> QuerySet[Year]:
        """The revisions in force."""
        return years()
