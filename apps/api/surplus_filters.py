"""What lists of verifications and of their certificates can be looked for by alike."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from apps.surplus import queries
from apps.surplus.models import Verification

_LAST_YEAR = 9998


class SurplusFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By division, by the year of `dated_by` on Beijing's clock, by words; each list words its own year and words."""

    dated_by: ClassVar[str]
    region = django_filters.CharFilter(label="行政区划代码，含下级", method="within", max_length=6)

    class Meta:
        model = Verification
        fields: ClassVar[list[str]] = []

    def within(self, rows: QuerySet[Verification], name: str, value: str) -> QuerySet[Verification]:
        """Those of a division or below it."""
        return queries.in_division(rows, value)

    def of_year(self, rows: QuerySet[Verification], name: str, value: int) -> QuerySet[Verification]:
        """Those that are dated in a year."""
        return queries.of_year(rows, self.dated_by, value) if 0 < value <= _LAST_YEAR else rows.none()

    def called(self, rows: QuerySet[Verification], name: str, value: str) -> QuerySet[Verification]:
        """Those with all of these words."""
        return queries.named_so(rows, value)
