"""Questions: those the centre has to answer, those everybody reads, and one's own by its receipt."""

from django.db.models import QuerySet

from apps.parties.roles import Can
from apps.questions.models import Question
from apps.questions.states import QuestionStatus
from kernel import anonymous
from kernel.actors import Actor


def visible_to(by: Actor) -> QuerySet[Question]:
    """Questions for the centre of the lot's province, which answers them; nobody else sees one unanswered."""
    found = Question.objects.select_related("case__listing").order_by("-id")
    if not by.can(Can.RUN_TRADES):
        return found.none()
    return found.filter(case__province__startswith=by.region[:2])


def answered_on(listing_id: int) -> QuerySet[Question]:
    """What everybody reads on a lot's page, the newest answer first."""
    found = Question.objects.filter(case_id=listing_id, status=QuestionStatus.ANSWERED)
    return found.order_by("-answered_at", "-id")


def by_receipt(code: str) -> Question | None:
    """The question that a receipt's code belongs to; None for any other text."""
    return anonymous.by_receipt(Question.objects.select_related("case__listing"), code)


def listing_of(question_id: int) -> int | None:
    """The lot a question is about; None when there is none."""
    return Question.objects.filter(pk=question_id).values_list("case_id", flat=True).first()


def waiting() -> QuerySet[Question]:
    """Questions that wait for an answer, of every lot."""
    return Question.objects.filter(status=QuestionStatus.ASKED)
