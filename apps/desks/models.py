"""What a person keeps of the desk for the next day: filters under a name of one's own."""

from django.db import models

from apps.parties.models import Person


class SavedView(models.Model):
    """One person's filters of one page under a name (常用筛选). Nobody else sees it; it grants nothing.

    `query` is what stands after the question mark, made of the page's own filters alone.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=600)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "page", "name"], name="one_saved_view_per_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
