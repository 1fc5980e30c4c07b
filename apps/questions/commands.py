"""Asking about a lot, and answering to everybody (咨询与答复)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.listings.queries import held, is_public
from apps.parties.models import Organisation
from apps.questions import rules
from apps.questions.events import QuestionAnswered, QuestionAsked
from apps.questions.models import Question
from apps.questions.queries import asked_from, digest_of, listing_of, waiting_from
from apps.questions.states import QuestionStatus
from kernel import clock, proofs
from kernel.access import commands as access
from kernel.access.checks import require_role
from kernel.actors import CENTRE, PUBLIC, TRADERS, Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal, Refused, not_found, refuse
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

    `asker_id` is the organisation to be told of the answer; it is sealed and forgotten with the answer. With an
    `origin` questions are limited, and whoever is not signed in has worked for a challenge.
    Refuses: not_found, suspended, too_late, wrong_status, invalid, duplicate_request.
    """
    listing = held(listing_id, now=now, by=by)
    if not is_public(listing):
        raise not_found("挂牌项目")
    refuse(
        rules.why_not_ask(status=listing.state, closes_at=listing.registration_closes_at, now=now, text=text)
    )
    refuse(rules.why_not_public(text, names=_bidders(listing.seller_id), field="text", label="咨询内容"))
    proof = _admitted(listing_id, origin, challenge=challenge, answer=answer, now=now) if origin else ""
    receipt = secrets.token_hex(8).upper()
    made = _made(
        listing=listing,
        text=text.strip(),
        asked_at=now,
        receipt_sha256=digest_of(receipt),
        sealed_asker=seal(str(asker_id)) if asker_id else "",
        address_key=origin.address_key if origin else "",
        person_key=origin.person_key if origin else "",
        proof=proof,
    )
    audit.record(verb="question.ask", by=PUBLIC, now=now, listing_id=listing_id, subject=made)
    emit(QuestionAsked(listing_id=listing_id, question_id=made.pk, now=now))
    return Asked(made, receipt)


def _admitted(listing_id: int, origin: Origin, *, challenge: str, answer: str, now: datetime) -> str:
    """The mark of the challenge that was worked for, of whoever is not signed in. Refuses who came too often."""
    day = clock.beijing(now).replace(hour=0, minute=0, second=0, microsecond=0)
    anonymous = not origin.person_key
    refuse(
        rules.why_not_again(
            from_person=0 if anonymous else waiting_from(listing_id=listing_id, person_key=origin.person_key),
            from_address=waiting_from(listing_id=listing_id, address_key=origin.address_key)
            if anonymous
            else 0,
            address_today=asked_from(address_key=origin.address_key, since=day) if anonymous else 0,
        )
    )
    if not anonymous:
        return ""
    try:
        return proofs.spent(challenge, answer, about=about(listing_id), now=now)
    except proofs.BadProof as error:
        raise Refused(_NOT_PROVEN) from error


def _bidders(seller_id: int) -> list[str]:
    """The names of all that may bid, but the seller's own, which everybody may write."""
    found = Organisation.objects.filter(kind__in=[str(each) for each in TRADERS]).exclude(pk=seller_id)
    return list(found.order_by("id").values_list("name", flat=True))


def about(listing_id: int) -> str:
    """What a challenge is for."""
    return f"question:{listing_id}"


_NOT_PROVEN = Refusal(
    Code.INVALID,
    "提交前的验证未完成或已过期，请稍候片刻后重新提交；浏览器不能运行脚本的，请登录后咨询，或致电交易机构。",
    {"field": "challenge"},
)


def _made(**values: Any) -> Question:
    try:
        with transaction.atomic():
            return Question.objects.create(**values)
    except IntegrityError as error:  # the challenge was spent
        raise Refused(_NOT_PROVEN) from error


@transaction.atomic
def answer(*, question_id: int, published_text: str, answer: str, by: Actor, now: datetime) -> Question:
    """Answer a question to everybody: one person prepares, another releases. Who asked is forgotten.

    `published_text` is the question as everybody reads it, without what would tell who asked.
    Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_role(by, CENTRE)
    access.release(act="question.answer", subject_id=question_id, by=by, now=now)
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
    names = _bidders(question.listing.seller_id)
    refuse(rules.why_not_public(published_text, names=names, field="published_text", label="公开的问题"))
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
        verb="question.answer",
        by=by,
        now=now,
        listing_id=listing_id,
        subject=question,
        after={"published_text": question.published_text, "answer": question.answer},
    )
    emit(QuestionAnswered(listing_id=listing_id, question_id=question_id, asker_id=asker, now=now))
    return question
