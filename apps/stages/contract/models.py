"""Tripartite contracts and their signatures."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.money.models import FiscalAccount
from apps.parties.models import Organisation
from apps.stages.award.models import Award
from apps.stages.confirmation.models import Confirmation
from apps.stages.contract.states import Party
from kernel.money import YuanField


class Contract(models.Model):
    """One contract of one award, confirmed. `terms` is its text as data; a change of it voids earlier signatures."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="contract")
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="contract")
    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT, related_name="contract")
    winner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    fiscal_account = models.ForeignKey(
        FiscalAccount, null=True, on_delete=models.PROTECT, related_name="contracts"
    )
    total_price = YuanField()
    terms = models.JSONField()
    text_sha256 = models.CharField(max_length=64)
    revision = models.PositiveSmallIntegerField(default=1)
    drawn_up_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listing} 三方合同"


class Signature(models.Model):
    """One party's signature on one text. Voided when the text changed."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=8)
    organisation_name = models.CharField(max_length=200)
    text_sha256 = models.CharField(max_length=64)
    signed_by_id = models.BigIntegerField()
    signed_by_name = models.CharField(max_length=80)
    signed_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "party"],
                condition=Q(voided_at__isnull=True),
                name="one_valid_signature_each",
            ),
            models.CheckConstraint(
                condition=Q(party__in=[str(each) for each in Party]), name="signing_party_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.party}"
