"""The official calendar as data: a row for each year that was loaded, and for each time it was."""

from datetime import date

from django.db import models
from django.db.models import Q

from kernel.workdays.calendar import CalendarYear

FIRST_YEAR, LAST_YEAR = 2000, 2200


class Year(models.Model):
    """One revision of a year's calendar. The dates never change: loading the year again revokes this row
    and adds another, so that any date ever counted can be explained.
    """

    year = models.PositiveSmallIntegerField("年度")
    notice_no = models.CharField("通知文号", max_length=200)
    published_on = models.DateField("成文日期")
    days_off = models.JSONField("放假日")
    workdays_on = models.JSONField("调休上班日")
    digest = models.CharField("内容摘要", max_length=64)
    loaded_at = models.DateTimeField("载入时间")
    loaded_by = models.CharField("载入人", max_length=200)
    revoked_at = models.DateTimeField("失效时间", null=True, blank=True)
    revoked_by = models.CharField("失效经手人", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "工作日历年度"
        verbose_name_plural = "工作日历年度"
        ordering = ("-year", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(revoked_at__isnull=True),
                name="workdays_one_current_revision_per_year",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="workdays_year_is_plausible"
            ),
            models.CheckConstraint(
                condition=~Q(notice_no="") & ~Q(loaded_by="") & ~Q(digest=""),
                name="workdays_year_names_its_source",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="workdays_revoked_by_someone_or_not_at_all",
            ),
        )

    def __str__(self) -> str:
        return f"{self.year} 年工作日历（{self.notice_no}）"

    def as_calendar_year(self) -> CalendarYear:
        """The row as the plain value that counting uses."""
        return CalendarYear(
            year=self.year,
            notice_no=self.notice_no,
            published_on=self.published_on,
            days_off=frozenset(date.fromisoformat(day) for day in self.days_off),
            workdays_on=frozenset(date.fromisoformat(day) for day in self.workdays_on),
        )
