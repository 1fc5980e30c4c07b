"""What people are told (通知)."""

from django.db import models

from apps.notices.rules import Wishes
from apps.notices.states import Lead
from apps.parties.models import Organisation, Person
from kernel.cases.models import Case


class Notice(models.Model):
    """One message in an organisation's inbox."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="notices")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    once = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=120)
    text = models.TextField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "-id"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.title


class Preference(models.Model):
    """How one person wants to be told outside the inbox (提醒设置). Without a row: by e-mail, every reminder."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="preference")
    by_email = models.BooleanField(default=True)
    by_sms = models.BooleanField(default=False)
    leads = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person}"

    @property
    def wishes(self) -> Wishes:
        """The same as a plain value."""
        return Wishes(self.by_email, self.by_sms, frozenset(Lead(each) for each in self.leads))
