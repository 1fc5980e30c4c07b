"""Documents that are never changed, and evidence that is never replaced."""

from django.db import models
from django.db.models import Q

from apps.documents.states import AttachmentKind, DocumentKind
from kernel.cases.models import Case
from kernel.keys import FoldedField


class Document(models.Model):
    """An issued document (文书). Its facts are fixed when it is issued; its file follows once and for good.

    A trigger refuses any other change and every deletion. `public` says whether the public may see it now;
    `visible_to` is the one organisation that may see it besides the exchange's own staff. One that `corrects` another
    mends slips of the pen in it; that one stays and is marked (`corrected_at`).
    """

    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=120, unique=True)
    number_key = FoldedField(of="number", db_index=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    registration_id = models.BigIntegerField(null=True, db_index=True)
    issued_by_id = models.BigIntegerField(db_index=True)
    issued_by_name = models.CharField(max_length=200)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    corrected_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    verification_code = models.CharField(max_length=19, unique=True)
    public = models.BooleanField()
    visible_to = models.BigIntegerField(null=True)
    file = models.FileField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, unique=True, null=True, blank=True)
    rendered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "kind"], name="document_by_case_and_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(file="", sha256__isnull=True, rendered_at__isnull=True)
                | (~Q(file="") & Q(sha256__isnull=False, rendered_at__isnull=False)),
                name="document_rendered_all_or_none",
            ),
            # Which kinds there are is declared in states.py and asked when one is issued: a kind needs no migration.
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z]+(_[a-z]+)*$"), name="document_kind_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(verification_code__regex=r"^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$"),
                name="document_code_has_80_bits",
            ),
            models.CheckConstraint(
                condition=Q(facts_sha256__regex=r"^[0-9a-f]{64}$"), name="document_facts_sha256_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{DocumentKind(self.kind).label} {self.number}"


class Attachment(models.Model):
    """A file somebody uploaded as evidence (附件). A better one is a new row."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=220)
    organisation_id = models.BigIntegerField(db_index=True)
    uploaded_by_id = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    registration_id = models.BigIntegerField(null=True, db_index=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            # As for documents: which kinds there are is declared, and asked when one is taken.
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z]+(_[a-z]+)*$"), name="attachment_kind_is_a_code"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attachment_sha256_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{AttachmentKind(self.kind).label} {self.name}"


class IncomingDocument(models.Model):
    """What a body outside decided (外部来文), on a case or none, by which act it took effect, and its paper.

    `register_no` is the number under which that body registered the case, where the act entered one
    (部备案号, 部受理号). It changes by a correction alone, which keeps what stood before: a trigger refuses the rest.
    """

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=60)
    body = models.CharField(max_length=200)
    body_key = FoldedField(of="body")
    document_no = models.CharField(max_length=80)
    document_key = FoldedField(of="document_no")
    document_date = models.DateField()
    register_no = models.CharField(max_length=80, blank=True, default="")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="incoming")
    entered_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["act", "body_key", "document_key", "case"],
                name="incoming_document_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.document_no}"


class IncomingCorrection(models.Model):
    """A slip that was mended in an incoming document (来文更正): what stood before, what stands now, why.

    `before` and `after` are `incoming.stated` of the row; `old_paper` is the file that another took the place of, and
    that no act is entered with any more. Never changed.
    """

    incoming = models.ForeignKey(IncomingDocument, on_delete=models.PROTECT, related_name="corrections")
    before = models.JSONField()
    after = models.JSONField()
    old_paper = models.OneToOneField(
        Attachment, null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    reason = models.CharField(max_length=500)
    corrected_by_id = models.BigIntegerField()
    corrected_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=models.F("after")), name="incoming_correction_changes_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incoming} 更正"
