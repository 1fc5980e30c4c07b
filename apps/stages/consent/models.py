"""Consents of counterparties (受让方同意) to agreements."""

from django.db import models
from django.db.models import F, Q

from apps.listings.models import Listing
from apps.parties.models import Organisation


class Consent(models.Model):
    """That the counterparty of a draft consents to it: to the facts and papers of this digest, and to no others.

    It ends when it is taken back, or voided by a change; a further one is another row.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="consents")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="consents")
    facts_sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    given_by_id = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=Q(ended_at__isnull=True), name="one_consent_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("given_at")),
                name="consent_ends_after_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.organisation}"
