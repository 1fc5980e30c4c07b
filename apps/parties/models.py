"""Organisations and the people who act for them."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from kernel.actors import DUTY_LABELS, Duty
from kernel.cases.models import Case
from kernel.keys import FoldedField
from kernel.money import YuanField


class Region(models.Model):
    """An administrative division by its GB/T 2260 code (行政区划)."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="region_code_has_six_digits")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def province_code(self) -> str:
        """The code of its province, such as 410000."""
        return f"{self.code[:2]}0000"


class Organisation(models.Model):
    """A body that takes part: its kind is its role in the process."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    name_key = FoldedField(of="name")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="organisations")
    superior = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="subordinates"
    )
    credit_code = models.CharField(max_length=18, blank=True)
    representative = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    contact = models.CharField(max_length=80, blank=True)
    administers = models.BooleanField(default=False)
    """Its people administer the platform and hold no other duty: what the table of roles says, for the database."""
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["name_key", "kind"], name="organisation_named_once"),
            models.UniqueConstraint(
                fields=["region"], condition=Q(kind="external_province"), name="external_province_once"
            ),
            models.CheckConstraint(condition=~Q(superior=F("id")), name="organisation_not_its_own_superior"),
            models.UniqueConstraint(
                fields=["credit_code", "kind"],
                condition=~Q(credit_code=""),
                name="organisation_code_once_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """Somebody who signs in. History keeps names, so a person is disabled, never deleted."""

    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20, blank=True)
    tickets_round = models.PositiveIntegerField(default=0)
    """One more with each log-out: what was given before (bidding tickets) opens nothing any more."""

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.username

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """People are disabled (`is_active`), not deleted: the record names them."""
        raise models.ProtectedError("people are disabled, not deleted", {self})


class KnownDevice(models.Model):
    """A browser from which a person has signed in: others' wrong passwords do not lock it out.

    The browser holds the key, signed; here lies its digest. Too many wrong passwords from the device itself, and it is
    known no more.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")
    key_sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-used_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "key_sha256"], name="device_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.key_sha256[:8]}"


class ApiToken(models.Model):
    """What a program shows in the place of a password (接口令牌). Only its digest is kept.

    `under` tells the password under which it was given: a change of it ends the token.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    key_sha256 = models.CharField(max_length=64)
    under = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key_sha256"], name="api_token_key_once"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at"))
                & Q(expires_at__lte=F("issued_at") + timedelta(days=90)),
                name="api_token_expires_within_ninety_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.name}"


class Membership(models.Model):
    """A person's one duty in an organisation: prepares or releases, never both."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    duty = models.CharField(max_length=10, choices=[(str(each), DUTY_LABELS[each]) for each in Duty])
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation"], name="one_duty_in_an_organisation"),
            models.CheckConstraint(condition=Q(duty__in=[str(each) for each in Duty]), name="duty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person}（{self.organisation}）"


class Invitation(models.Model):
    """A way to set a password once (邀请); only the digest of its secret is kept."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person} {self.made_at.isoformat()}"


class Bar(models.Model):
    """An organisation may not bid until `until` (限制竞买), and never on relistings of `case_id`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bars")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "case"], name="one_bar_per_default"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="bar_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.until.isoformat()}"


class Debt(models.Model):
    """Proceeds of quota that a county has to bring back (追缴), as an auditor concluded: until then it does not apply.

    `reference` names what it follows from, once; `case` is where the proceeds come from.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="debts")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=80, unique=True)
    amount = YuanField()
    since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="debt_positive"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(settled_at__gte=F("since")),
                name="debt_settled_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.amount}"


class SellerFlag(models.Model):
    """A mark against a seller that did not sign (出让方失信记录)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="flags")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "case"], name="one_flag_per_case")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.reason}"
