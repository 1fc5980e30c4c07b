"""Drafting and approving versions of the rules."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from apps.parties.roles import Can
from apps.rulebook.changes import digest_of
from apps.rulebook.declaring import Strict
from apps.rulebook.models import Rulebook
from apps.rulebook.names import RULEBOOK_APPROVE, RULEBOOK_DRAFT
from apps.rulebook.parameters import problems
from apps.rulebook.queries import approved_after, versions
from apps.rulebook.rules import why_not_the_older
from apps.rulebook.subjects import SUPPLEMENTARY, Subject, subject_called
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor, Duty
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal, Refused, not_found, refuse


def checked(parameters: dict[str, Any], *, subject: Subject = SUPPLEMENTARY) -> Strict:
    """The parameters, validated. Refuses `invalid`, naming each parameter and what is wrong with it."""
    try:
        return subject.parameters.model_validate(parameters)
    except ValidationError as error:
        found = dict(problems(error))
        said = f"规则参数有{len(found)}项不符合要求，请按各项提示更正。"
        raise Refused(Refusal(Code.INVALID, said, found)) from error


def _next_version(province: str, subject: Subject) -> int:
    newest = versions(province=province, subject=subject).order_by("-version").first()
    return newest.version + 1 if newest is not None else 1


@transaction.atomic
def draft(
    *,
    province: str,
    name: str,
    legal_basis: list[str],
    valid_from: date,
    parameters: dict[str, Any],
    by: Actor,
    now: datetime,
    valid_to: date | None = None,
    verified_basis: Sequence[str] = (),
    subject: Subject = SUPPLEMENTARY,
) -> Rulebook:
    """Write a new version of a province's rules on a subject. It has no effect until another person approves it.

    Refuses: not_permitted (the province's operator drafts), invalid (a parameter, the dates).
    """
    if not by.is_system:
        require_capability(by, Can.DECIDE_FOR_PROVINCE, duty=Duty.OPERATOR)
        require_province(by, province)
    rules = checked(parameters, subject=subject)
    if valid_to is not None and valid_to < valid_from:
        raise Refused.because(
            Code.INVALID, "失效日期不得早于生效日期。", valid_from=str(valid_from), valid_to=str(valid_to)
        )
    lanes.hold(lanes.PLATFORM, int(province))
    made = Rulebook.objects.create(
        province=province,
        subject=subject.code,
        version=_next_version(province, subject),
        name=name,
        legal_basis=legal_basis,
        verified_basis=[each for each in verified_basis if each in legal_basis],
        valid_from=valid_from,
        valid_to=valid_to,
        parameters=rules.as_json(),
        drafted_by_id=by.person_id,
        drafted_at=now,
    )
    audit.record(verb=RULEBOOK_DRAFT, by=by, now=now, subject=made, after={"version": made.version})
    return made


@transaction.atomic
def approve(*, rulebook_id: int, by: Actor, now: datetime) -> Rulebook:
    """Put a drafted version in force from its first valid day. One person prepares, another releases.

    The digest of its parameters goes into the record. Refuses: not_permitted, not_found, same_person (whoever drafted
    or prepared it does not approve it), wrong_status (approved before, or a newer version was), invalid (parts that
    contradict each other, as its subject says).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=RULEBOOK_APPROVE, subject_id=rulebook_id, by=by, now=now)
    book = Rulebook.objects.select_for_update().filter(pk=rulebook_id).first()
    if book is None:
        raise not_found("规则版本")
    require_province(by, book.province)
    if book.approved_at is not None:
        raise Refused.because(
            Code.WRONG_STATUS, "该规则版本已批准，不能重复批准。", version=str(book.version)
        )
    subject = subject_called(book.subject)
    lanes.hold(lanes.PLATFORM, int(book.province))
    newer = approved_after(book)
    if newer is not None:
        refuse(why_not_the_older(str(book), newer=str(newer), newer_from=newer.valid_from))
    rules = checked(book.parameters, subject=subject)
    refuse(subject.why_not_approve(rules))
    if by.dry_run:
        return book  # tried out by whoever drafted it, who never approves it
    if book.drafted_by_id == by.person_id:
        raise Refused.because(Code.SAME_PERSON, "规则版本的起草人与批准人不得为同一人。")
    book.approved_by_id, book.approved_at = by.person_id, now
    book.save(update_fields=["approved_by_id", "approved_at"])
    said = {"version": book.version, "sha256": digest_of(rules)}
    audit.record(verb=RULEBOOK_APPROVE, by=by, now=now, subject=book, after=said)
    return book


def install(
    *,
    province: str,
    name: str,
    legal_basis: list[str],
    parameters: Strict,
    now: datetime,
    verified_basis: Sequence[str] = (),
    subject: Subject = SUPPLEMENTARY,
    valid_to: date | None = None,
) -> Rulebook:
    """Put a ready rulebook in force at once, when a platform or a rehearsal is set up (ids −1 and −2 for nobody)."""
    return Rulebook.objects.create(
        province=province,
        subject=subject.code,
        version=_next_version(province, subject),
        name=name,
        legal_basis=legal_basis,
        verified_basis=list(verified_basis),
        valid_from=date(2000, 1, 1),
        valid_to=valid_to,
        parameters=parameters.as_json(),
        drafted_by_id=-1,
        drafted_at=now,
        approved_by_id=-2,
        approved_at=now,
    )
