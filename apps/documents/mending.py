"""Mending a slip of the pen in a document (文书更正): the facts anew under another number, the old one marked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.documents import rules
from apps.documents.commands import issue
from apps.documents.events import DocumentCorrected
from apps.documents.facts import FACTS_BY_KIND, Correction, Facts, Slip, restored
from apps.documents.incoming import of_case
from apps.documents.models import Document
from apps.documents.names import DOCUMENT_CORRECT
from apps.documents.states import DocumentKind
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit

_CORRECTED = re.compile(r"更正[0-9]+$")


@dataclass(frozen=True)
class Mend:
    """What was written wrongly, and what it should say: 将“wrong”更正为“right”."""

    wrong: str
    right: str


def issued_by(by: Actor) -> QuerySet[Document]:
    """The documents that the actor's own office issued."""
    return Document.objects.filter(issued_by_id=by.organisation_id)


def document_for(document_id: int, *, by: Actor) -> Document:
    """One document that the actor's office issued. Refuses: not_found."""
    found = issued_by(by).filter(pk=document_id).first()
    if found is None:
        raise not_found("文书")
    return found


@transaction.atomic
def correct_document(
    *, document_id: int, mends: tuple[Mend, ...], reason: str, by: Actor, now: datetime
) -> Document:
    """Issue a document anew with slips of the pen mended, and say in it which: gives the new one.

    Only words that its kind declares as such are mended (`Facts.correctable`): no amount, price, party, grade, date or
    count. What a document took from a paper of outside (`Facts.taken`) is mended to what that paper says on record. The
    old one stays as it is, opens as before, and is marked. One person prepares, another releases. Refuses:
    not_permitted, same_person, not_found, wrong_status (it was corrected before), invalid (words that it has not, that
    may not be mended, or that no paper has).

    Source: spec, common ground, "Mistakes".
    """
    require_capability(by, Can.ISSUE_DOCUMENTS)
    access.release(act=DOCUMENT_CORRECT, subject_id=document_id, by=by, now=now)
    found = document_for(document_id, by=by)
    if found.case_id is not None:
        lanes.hold(lanes.CASE, found.case_id)
        require_settled(case_id=found.case_id, now=now)
    found = Document.objects.select_for_update().get(pk=found.pk)
    refuse(rules.why_not_again(corrected=found.corrected_at is not None))
    mended, slips = mended_facts(found, mends)
    made = issue(
        kind=DocumentKind(found.kind),
        facts=mended.model_copy(
            update={"correction": Correction(replaces=found.number, reason=reason, slips=slips)}
        ),
        number=_next_number(found.number),
        case_id=found.case_id,
        registration_id=found.registration_id,
        issued_by_id=by.organisation_id,
        issued_by_name=found.issued_by_name,
        public=found.public,
        visible_to=found.visible_to,
        corrects=found,
        now=now,
    )
    found.corrected_at = now
    found.save(update_fields=["corrected_at"])
    after = {"number": made.number, "reason": reason, "changes": [each.said for each in slips]}
    before = {"number": found.number}
    audit.record(
        verb=DOCUMENT_CORRECT, by=by, now=now, case_id=found.case_id, subject=made, before=before, after=after
    )
    emit(DocumentCorrected(document_id=made.pk, case_id=found.case_id, before_no=found.number, now=now))
    return made


def _next_number(number: str) -> str:
    """The number of the next correction: 豫补耕公告〔2026〕0001号更正1, then 更正2."""
    stem = _CORRECTED.sub("", number)
    known = _CORRECTED.search(number)
    return f"{stem}更正{int(known.group()[2:]) + 1 if known else 1}"


def may_mend(found: Document, *, by: Actor) -> bool:
    """Whether the actor's office issued it, no other stands in its place, and it has words that may be mended."""
    ours = found.issued_by_id == by.organisation_id and by.can(Can.ISSUE_DOCUMENTS)
    return ours and found.corrected_at is None and bool(correctable_texts(found.kind, found.facts))


def correctable_texts(kind: str, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The words of a document of this kind that may be mended, each with what its fact is called in code."""
    names = sorted(FACTS_BY_KIND[DocumentKind(kind)].correctable)
    return [(name, text) for name in names for text in _texts(facts.get(name))]


def mended_facts(found: Document, mends: Iterable[Mend]) -> tuple[Facts, tuple[Slip, ...]]:
    """The document's facts with all slips mended, and which these are. Refuses: invalid."""
    kind = DocumentKind(found.kind)
    stated = restored(kind, found.facts)
    facts, slips = dict(found.facts), list[Slip]()
    for each in mends:
        places = [
            name
            for name in sorted(stated.correctable)
            if any(each.wrong in text for text in _texts(facts[name]))
        ]
        refuse(rules.why_not_mend(each.wrong, each.right, found=bool(places)))
        for name in places:
            facts[name] = _replaced(facts[name], each.wrong, each.right)
            _require_taken(stated, name, facts[name], found=found)
        slips.append(Slip(wrong=each.wrong, right=each.right))
    try:
        return restored(kind, {**facts, "heading": None}), tuple(slips)
    except ValueError as error:
        raise Refused.because(
            Code.INVALID, "更正后的文字为空或者含有不能印制的字符，请核对。", field="mends"
        ) from error


def _require_taken(stated: Facts, name: str, value: Any, *, found: Document) -> None:
    """What was taken from a paper of outside is mended to what one of the case says on record."""
    attribute = stated.taken.get(name)
    if attribute is None or found.case_id is None:
        return
    known = {str(getattr(each, attribute)) for each in of_case(found.case_id)}
    refuse(rules.why_not_taken_from(str(value), known=value in known))


def _texts(value: Any) -> list[str]:
    """Every text within a fact."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def _replaced(value: Any, wrong: str, right: str) -> Any:
    if isinstance(value, str):
        return value.replace(wrong, right)
    if isinstance(value, dict):
        return {name: _replaced(each, wrong, right) for name, each in value.items()}
    return [_replaced(each, wrong, right) for each in value] if isinstance(value, list) else value
