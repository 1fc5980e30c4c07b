"""Questions: those the centre has to answer, those everybody reads, and one's own by its receipt."""

import hashlib
from datetime import datetime

from django.db.models import QuerySet

from apps.questions.models import Question
from apps.questions.states import QuestionStatus
from kernel.actors import Actor, Role


def visible_to(by: Actor) -> QuerySet[Question]:
    """Questions for the centre of the lot's province, which answers them; nobody else sees one unanswered."""
    found = Question.objects.select_related("listing").order_by("-id")
    if by.role is not Role.TRADING_CENTRE:
        return found.none()
    return found.filter(listing__province__startswith=by.region[:2])


def answered_on(listing_id: int) -> QuerySet[Question]:
    """What everybody reads on a lot's page, the newest answer first."""
    found = Question.objects.filter(listing_id=listing_id, status=QuestionStatus.ANSWERED)
    return found.order_by("-answered_at", "-id")


def by_receipt(code: str) -> Question | None:
    """The question that a receipt's code belongs to; None for any other text."""
    if not 0 < len(code) <= 40:
        return None
    found = Question.objects.filter(receipt_sha256=digest_of(code)).select_related("listing")
    return found.first()


def digest_of(code: str) -> str:
    """What is kept of a receipt's code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def listing_of(question_id: int) -> int | None:
    """The lot a question is about; None when there is none."""
    return Question.objects.filter(pk=question_id).values_list("listing_id", flat=True).first()


def waiting_from(*, listing_id: int, address_key: str = "", person_key: str = "") -> int:
    """How many unanswered questions on a lot came from an address, or from a person."""
    found = Question.objects.filter(listing_id=listing_id, status=QuestionStatus.ASKED)
    if person_key:
        return found.filter(person_key=person_key).count()
    return found.filter(address_key=address_key).count() if address_key else 0


def asked_from(*, address_key: str, since: datetime) -> int:
    """How many questions on any lot came from an address since then and wait."""
    return Question.objects.filter(address_key=address_key, asked_at__gte=since).count()
