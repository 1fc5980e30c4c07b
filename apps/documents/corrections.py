"""Mending a slip in what a body outside said (来文更正): a mistyped number, a date, another file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from apps.documents import rules
from apps.documents.events import IncomingCorrected
from apps.documents.incoming import Incoming, laid_down, of_document, on_case, paper_waiting, stated
from apps.documents.models import Attachment, IncomingCorrection, IncomingDocument
from apps.documents.names import INCOMING_CORRECT
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.clock import beijing
from kernel.deadlines.runner import require_settled
from kernel.errors import Refused, not_found, refuse
from kernel.events import emit


@dataclass(frozen=True)
class Mended:
    """What an incoming document says rightly. `register_no` is empty where it registered no case under a number;
    with `other_paper` its file is replaced by the newest that no act has entered.
    """

    incoming: Incoming
    register_no: str = ""
    other_paper: bool = False


def entered_by(by: Actor) -> QuerySet[IncomingDocument]:
    """What the actor's own office entered."""
    return IncomingDocument.objects.select_related("attachment").filter(
        attachment__organisation_id=by.organisation_id
    )


def incoming_for(incoming_id: int, *, by: Actor) -> IncomingDocument:
    """One document that the actor's office entered. Refuses: not_found."""
    found = entered_by(by).filter(pk=incoming_id).first()
    if found is None:
        raise not_found("来文")
    return found


def same_document(found: IncomingDocument) -> list[IncomingDocument]:
    """The rows of all cases that one document decided by one act, as one office entered it, by their cases."""
    rows = IncomingDocument.objects.select_related("attachment").filter(
        of_document(found.act, found.body, found.document_no),
        attachment__organisation_id=found.attachment.organisation_id,
    )
    return list(rows.order_by("case_id", "id"))


@transaction.atomic
def correct(
    *, incoming_id: int, mended: Mended, reason: str, by: Actor, now: datetime
) -> list[IncomingDocument]:
    """Correct what the actor's office entered of a document, on every case that it decided; gives these rows.

    The register number (部备案号, 部受理号) is that of the one case. What stood before is kept, what was printed stays
    as it is, and no instant or amount moves. One person prepares, another releases.

    Refuses: not_permitted, same_person, not_found, invalid (nothing changes, a document of the future, a date or number
    that its act would not have taken), missing_document (another file is meant and none waits), duplicate_request (that
    document did the same before, or another case has the register number).

    Source: spec, common ground, "Bodies outside".
    """
    require_capability(by, Can.ENTER_FROM_OUTSIDE)
    access.release(act=INCOMING_CORRECT, subject_id=incoming_id, by=by, now=now)
    rows = _held(incoming_id, registers=bool(mended.register_no), by=by, now=now)
    chosen = next(each for each in rows if each.pk == incoming_id)
    papers = _papers(rows, chosen, mended, by=by)
    refuse(rules.why_not_arrived(on=mended.incoming.document_date, today=beijing(now).date()))
    refuse(rules.why_not_register(before=chosen.register_no, now=mended.register_no))
    mended_rows = [
        row
        for row in rows
        if _correct(
            row,
            mended,
            mended.register_no if row.pk == incoming_id else row.register_no,
            papers.get(row.pk),
            reason=reason,
            by=by,
            now=now,
        )
    ]
    refuse(rules.why_not_same(changed=bool(mended_rows)))
    return mended_rows


def _held(incoming_id: int, *, registers: bool, by: Actor, now: datetime) -> list[IncomingDocument]:
    """All rows of the document under the lanes of their cases, what is due on these settled; where a number registers a
    case, under the office's too, for no two cases have one.
    """
    case_ids = [
        each.case_id for each in same_document(incoming_for(incoming_id, by=by)) if each.case_id is not None
    ]
    lanes.hold_all(lanes.CASE, case_ids)
    for case_id in case_ids:
        require_settled(case_id=case_id, now=now)
    if registers:
        lanes.hold(lanes.ORGANISATION, by.organisation_id)
    rows = same_document(incoming_for(incoming_id, by=by))
    return [*IncomingDocument.objects.select_for_update(of=("self",)).select_related("attachment")
            .filter(pk__in=[each.pk for each in rows]).order_by("case_id", "id")]  # fmt: skip


def new_paper(found: IncomingDocument, *, by: Actor) -> Attachment | None:
    """The scan that would take the place of a document's: what waits on the case that is named, and no other's."""
    return next(iter(paper_waiting(found.case_id, by=by)), None)


def _papers(
    rows: Sequence[IncomingDocument], chosen: IncomingDocument, mended: Mended, *, by: Actor
) -> dict[int, Attachment]:
    """The other file of each row, by the row's key: one scan for all; nothing where the file stays.

    Refuses: missing_document.
    """
    if not mended.other_paper:
        return {}
    paper = new_paper(chosen, by=by)
    if paper is None:
        raise Refused(rules.nothing_to_replace_with())
    return {each.pk: paper if each.pk == chosen.pk else laid_down(paper, each.case_id) for each in rows}


def _correct(
    row: IncomingDocument,
    mended: Mended,
    register_no: str,
    paper: Attachment | None,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> bool:
    """Correct one row; whether anything of it changed."""
    said, before = mended.incoming, stated(row)
    again = IncomingDocument.objects.filter(
        on_case(row.case_id), of_document(row.act, said.body, said.document_no)
    )
    refuse(rules.why_not_enter(again=again.exclude(pk=row.pk).exists(), number=said.document_no))
    row.body, row.document_no, row.document_date = said.body, said.document_no, said.document_date
    row.register_no = register_no
    old_paper = row.attachment if paper is not None else None
    row.attachment = paper or row.attachment
    row.corrected_at = now
    after = stated(row)
    if before == after:
        return False
    made = IncomingCorrection.objects.create(
        incoming=row,
        before=before,
        after=after,
        old_paper=old_paper,
        reason=reason,
        corrected_by_id=by.person_id,
        corrected_at=now,
    )
    row.save()
    audit.record(
        verb=INCOMING_CORRECT,
        by=by,
        now=now,
        case_id=row.case_id,
        subject=made,
        before=_written(before, old_paper),
        after={**_written(after, paper), "reason": reason},
    )
    emit(
        IncomingCorrected(
            incoming_id=row.pk,
            act=row.act,
            case_id=row.case_id,
            body=row.body,
            document_no=row.document_no,
            document_date=row.document_date,
            register_no=row.register_no,
            before_no=str(before["document_no"]),
            before_register_no=str(before["register_no"]),
            by=by,
            now=now,
        )
    )
    return True


def _written(said: Mapping[str, str | int], paper: Attachment | None) -> dict[str, str]:
    """The same for the record: a file by its digest, for keys of rows count them."""
    words = {name: str(value) for name, value in said.items() if name != "attachment"}
    return words | ({"sha256": paper.sha256} if paper is not None else {})
