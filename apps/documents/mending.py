"""Mending a slip of the pen in a document (文书更正): the facts anew under another number, the old one marked."""

import copy
import re
from collections.abc import Mapping, Sequence
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


_taken_by: dict[DocumentKind, str] = {}


def taken_by(acts: Mapping[DocumentKind, str]) -> None:
    """Say by which act each kind's paper of outside is entered (`Facts.taken`). Called once, at assembly."""
    _taken_by.update(acts)


@dataclass(frozen=True)
class Mend:
    """Which words of a document are mended (`Place.path`), and what they should say."""

    place: str
    right: str


@dataclass(frozen=True)
class Place:
    """Words that may be mended: where they stand (`contacts.0.phone`), what they are called, what they say."""

    path: str
    pattern: str
    label: str
    text: str


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
    not_permitted, same_person, not_found, wrong_status (it was corrected before), invalid (no words that may be mended,
    nothing changes, no telephone, or what no paper of the case has).

    Source: spec, common ground, "Mistakes".
    """
    require_capability(by, Can.ISSUE_DOCUMENTS)
    access.release(act=DOCUMENT_CORRECT, subject_id=document_id, by=by, now=now)
    found = document_for(document_id, by=by)
    if found.case_id is not None:
        lanes.hold(lanes.CASE, found.case_id)
        require_settled(case_id=found.case_id, now=now)
    found = Document.objects.select_for_update().get(pk=found.pk)
    refuse(rules.why_not_again(found.number, corrected=found.corrected_at is not None))
    mended, slips = mended_facts(found, mends)
    made = issue(
        kind=DocumentKind(found.kind),
        facts=mended.model_copy(update={"correction": Correction(replaces=found.number, slips=slips)}),
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
    after = {
        "number": made.number,
        "reason": reason,
        "changes": [f"{each.place}：{each.wrong}→{each.right}" for each in slips],
    }
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
    return ours and found.corrected_at is None and bool(places_of(found.kind, found.facts))


def places_of(kind: str, facts: Mapping[str, Any]) -> list[Place]:
    """The words of a document of this kind that may be mended, in the order in which its kind declares them."""
    found = list[Place]()
    for pattern, label in FACTS_BY_KIND[DocumentKind(kind)].correctable.items():
        name, _, part = pattern.partition(".*.")
        if not part:
            found.append(Place(name, pattern, label, facts.get(name) or ""))
            continue
        found += [
            Place(f"{name}.{place}.{part}", pattern, f"{each['role']}·{label}", each.get(part) or "")
            for place, each in enumerate(facts.get(name) or ())
        ]
    return [each for each in found if each.text]


def mended_facts(found: Document, mends: Sequence[Mend]) -> tuple[Facts, tuple[Slip, ...]]:
    """The document's facts with all slips mended, and which these are. Refuses: invalid."""
    kind = DocumentKind(found.kind)
    places = {each.path: each for each in places_of(kind, found.facts)}
    refuse(rules.why_not_places([each.place for each in mends], known=places))
    facts, slips = copy.deepcopy(found.facts), list[Slip]()
    for each in mends:
        place, right = places[each.place], each.right.strip()
        refuse(rules.why_not_mend(place.label, place.text, right, sort=place.pattern.rpartition(".")[2]))
        _put(facts, each.place, right)
        slips.append(Slip(place=place.label, wrong=place.text, right=right))
    _require_taken(kind, facts, found=found)
    try:
        return restored(kind, {**facts, "heading": None}), tuple(slips)
    except ValueError as error:
        raise Refused.because(
            Code.INVALID, "更正后的文字为空或者含有不能印制的字符，请核对。", field="mends"
        ) from error


def _require_taken(kind: DocumentKind, facts: Mapping[str, Any], *, found: Document) -> None:
    """What was taken from a paper of outside is, all together, what the newest of its act says on record."""
    stated = FACTS_BY_KIND[kind]
    if not stated.taken:
        return
    entered = of_case(found.case_id).filter(act=_taken_by[kind]) if found.case_id is not None else None
    paper = entered.last() if entered is not None else None
    for name, attribute in stated.taken.items():
        said = str(getattr(paper, attribute, ""))
        refuse(rules.why_not_taken_from(str(facts[name]), said))


def _put(facts: dict[str, Any], path: str, text: str) -> None:
    """Put a text in its place: a fact, or a part of one in a list."""
    name, _, rest = path.partition(".")
    if not rest:
        facts[name] = text
        return
    place, _, part = rest.partition(".")
    facts[name][int(place)][part] = text
