"""Asking about a lot, and answering to everybody (咨询与答复)."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from apps.listings.models import Listing
from apps.listings.queries import held, is_public
from apps.parties.queries import named_in
from apps.parties.roles import Can
from apps.questions import rules
from apps.questions.events import QuestionAnswered, QuestionAsked
from apps.questions.models import Question
from apps.questions.names import QUESTION_ANSWER, QUESTION_ASK
from apps.questions.queries import listing_of, waiting
from apps.questions.states import QuestionStatus
from kernel import anonymous
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import PUBLIC, Actor
from kernel.audit import commands as audit
from kernel.errors import Refusal, not_found, refuse
from kernel.events import emit
from kernel.sealing import open_sealed, seal
from kernel.web.origin import Origin


@dataclass(frozen=True)
class Asked:
    """A question that was taken, with the code by which only whoever asked can follow it."""

    question: Question
    receipt: str


@transaction.atomic
def ask(
    *,
    listing_id: int,
    text: str,
    by: Actor,
    now: datetime,
    asker_id: int | None = None,
    origin: Origin | None = None,
    challenge: str = "",
    answer: str = "",
) -> Asked:
    """Ask about an announced lot before registration closes. Anyone may; the record names nobody.

    `asker_id` is the organisation to be told of the answer; it is sealed and leaves the question with the answer: what
    stays is a notice in its own inbox that an answer was published. With an
    `origin` questions are limited, and whoever is not signed in has worked for a challenge.
    Refuses: not_found, suspended, too_late, wrong_status, invalid, duplicate_request.
    """
    listing = held(listing_id, now=now, by=by)
    if not is_public(listing):
        raise not_found("挂牌项目")
    refuse(
        rules.why_not_ask(status=listing.state, closes_at=listing.registration_closes_at, now=now, text=text)
    )
    marks = anonymous.admitted(
        rules.QUESTION,
        waiting(),
        case_id=listing_id,
        origin=origin,
        challenge=challenge,
        answer=answer,
        now=now,
    )
    refuse(_why_not_public(text, listing, field="text", label="咨询内容"))
    receipt = anonymous.new_receipt()
    made = anonymous.kept(
        rules.QUESTION,
        Question.objects.create,
        case_id=listing.pk,
        text=text.strip(),
        asked_at=now,
        receipt_sha256=anonymous.digest_of(receipt),
        sealed_asker=seal(str(asker_id)) if asker_id else "",
        **asdict(marks),
    )
    audit.record(verb=QUESTION_ASK, by=PUBLIC, now=now, case_id=listing_id, subject=made)
    emit(QuestionAsked(listing_id=listing_id, question_id=made.pk, now=now))
    return Asked(made, receipt)


@transaction.atomic
def answer(*, question_id: int, published_text: str, answer: str, by: Actor, now: datetime) -> Question:
    """Answer a question to everybody: one person prepares, another releases. No question keeps who asked.

    `published_text` is the question as everybody reads it, without what would tell who asked.
    Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=QUESTION_ANSWER, subject_id=question_id, by=by, now=now)
    listing_id = listing_of(question_id)
    if listing_id is None:
        raise not_found("咨询")
    held(listing_id, now=now, by=by)
    question = Question.objects.select_for_update().get(pk=question_id)
    refuse(
        rules.why_not_answer(
            status=QuestionStatus(question.status), published_text=published_text, answer=answer
        )
    )
    refuse(_why_not_public(published_text, question.case.listing, field="published_text", label="公开的问题"))
    refuse(_why_not_named(answer, question.case.listing, field="answer", label="答复"))
    asker = int(open_sealed(question.sealed_asker)) if question.sealed_asker else None
    question.status, question.answered_at, question.answered_by_id = (
        QuestionStatus.ANSWERED,
        now,
        by.person_id,
    )
    question.published_text, question.answer = published_text.strip(), answer.strip()
    question.sealed_asker = question.address_key = question.person_key = ""
    question.save()
    audit.record(
        verb=QUESTION_ANSWER,
        by=by,
        now=now,
        case_id=listing_id,
        subject=question,
        after={"published_text": question.published_text, "answer": question.answer},
    )
    emit(QuestionAnswered(listing_id=listing_id, question_id=question_id, asker_id=asker, now=now))
    return question


def _why_not_public(text: str, listing: Listing, *, field: str, label: str) -> Refusal | None:
    return _why_not_named(text, listing, field=field, label=label) or rules.why_not_reachable(
        text, field=field, label=label
    )


def _why_not_named(text: str, listing: Listing, *, field: str, label: str) -> Refusal | None:
    """A text that everybody reads names nobody that may bid; the seller may be named."""
    return rules.why_not_named(named_in(text, but=listing.seller.name), field=field, label=label)
