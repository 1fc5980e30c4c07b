"""Applications to bid (竞买申请)."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.money.models import SubAccount
from apps.parties.models import Organisation
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.qualification.terms import TITLES, TermsDocument


class Registration(models.Model):
    """One organisation's application to bid on one lot, and the decision on it."""

    listing = models.ForeignKey(
        Listing, on_delete=models.PROTECT, related_name="registrations", db_index=False
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registrations")
    status = models.CharField(max_length=10, default=RegistrationStatus.SUBMITTED)
    submission = models.PositiveSmallIntegerField(default=1)
    submitted_at = models.DateTimeField()
    sub_account = models.OneToOneField(SubAccount, on_delete=models.PROTECT, related_name="registration")
    reason = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "organisation"], name="one_registration_each"),
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in RegistrationStatus]),
                name="registration_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="submitted", decided_at__isnull=True, decided_by_id__isnull=True)
                | (~Q(status="submitted") & Q(decided_at__isnull=False, decided_by_id__isnull=False)),
                name="registration_decided_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["submitted", "qualified"]) | Q(reason__gt=""),
                name="unfavourable_registration_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} 竞买申请{self.pk}"

    @property
    def state(self) -> RegistrationStatus:
        """The status as an enumeration."""
        return RegistrationStatus(self.status)


class TermsConfirmation(models.Model):
    """That an applicant read and confirmed one text with one submission. Written once.

    `read_by` is the operator who ticked it at `read_at`, `released_by` the approver who released the application.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="confirmations", db_index=False
    )
    submission = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    read_by_id = models.BigIntegerField()
    read_by_name = models.CharField(max_length=80)
    read_at = models.DateTimeField()
    released_by_id = models.BigIntegerField()
    released_by_name = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "submission", "document"], name="one_confirmation_of_each_text"
            ),
            models.CheckConstraint(
                condition=Q(document__in=[str(each) for each in TermsDocument]), name="confirmed_text_known"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="confirmed_text_has_its_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} {self.title}"

    @property
    def title(self) -> str:
        """What was confirmed, in words."""
        return TITLES[TermsDocument(self.document)]
