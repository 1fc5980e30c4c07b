"""What an organisation keeps an eye on (关注). Its own business: shown to nobody else, counted and recorded nowhere."""

from django.db import models

from apps.listings.models import Listing
from apps.parties.models import Organisation


class Watch(models.Model):
    """One organisation watches one published lot; `reminds`: it wants to be reminded of the lot's public moments."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    reminds = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["listing"], condition=models.Q(reminds=True), name="watch_that_reminds")
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "listing"], name="one_watch_each"),
        ]

    def __str__(self) -> str:
        return f"关注{self.pk}"
