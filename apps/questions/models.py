"""Questions about a lot and their answers (咨询). No row of a question names who asked."""

from django.db import models
from django.db.models import Q

from apps.questions.states import QuestionStatus
from kernel.cases.models import Case


class Question(models.Model):
    """One question and, once answered, what everybody reads of it.

    `receipt_sha256` is of the code by which whoever asked follows it. `sealed_asker` is the organisation to be told of
    the answer, sealed, and empty for who was not signed in and after the answer.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=10, default=QuestionStatus.ASKED)
    published_text = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    receipt_sha256 = models.CharField(max_length=64, unique=True)
    sealed_asker = models.TextField(blank=True)
    address_key = models.CharField(max_length=32, blank=True)
    person_key = models.CharField(max_length=32, blank=True)
    proof = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["address_key", "-asked_at"], condition=~Q(address_key=""), name="question_by_address"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["proof"], condition=~Q(proof=""), name="question_proof_spent_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    status="asked",
                    answered_at__isnull=True,
                    answered_by_id__isnull=True,
                    answer="",
                    published_text="",
                )
                | Q(
                    status="answered",
                    answered_at__isnull=False,
                    answered_by_id__isnull=False,
                    answer__gt="",
                    published_text__gt="",
                    sealed_asker="",
                    address_key="",
                    person_key="",
                ),
                name="question_answered_whole_and_asker_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 咨询{self.pk}"
