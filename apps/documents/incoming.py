"""What bodies outside decided (外部来文): who has no login has its papers entered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.documents import rules
from apps.documents.models import Attachment, IncomingCorrection, IncomingDocument
from apps.documents.states import AttachmentKind
from kernel.actors import Actor
from kernel.acts.bound import File
from kernel.clock import beijing
from kernel.errors import Code, Refused, refuse
from kernel.text import folded


@dataclass(frozen=True)
class Incoming:
    """What a body outside decided: who, its document's number and day."""

    body: str
    document_no: str
    document_date: date

    def as_said(self) -> dict[str, str]:
        """The same for the record."""
        return {
            "body": self.body,
            "document_no": self.document_no,
            "document_date": self.document_date.isoformat(),
        }


def enter(
    incoming: Incoming, *, act: str, case_id: int | None, by: Actor, now: datetime, register_no: str = ""
) -> IncomingDocument:
    """Keep what a body outside decided on a case, under its lane, or on none, in the transaction of the act it decides.

    `register_no` is the number under which it registered the case, if it did. Its paper is the newest that the actor's
    organisation has handed in and that no earlier one on this case was.
    Refuses: invalid (a document of the future), missing_document (incoming_document), duplicate_request (the document
    did the same to this case before, however its number is written).
    """
    refuse(rules.why_not_arrived(on=incoming.document_date, today=beijing(now).date()))
    same = IncomingDocument.objects.filter(
        on_case(case_id), of_document(act, incoming.body, incoming.document_no)
    )
    refuse(rules.why_not_enter(again=same.exists(), number=incoming.document_no))
    paper = next(iter(paper_waiting(case_id, by=by)), None)
    if paper is None:
        raise Refused.because(
            Code.MISSING_DOCUMENT,
            "缺少本次《外部来文》，此前已使用的来文不能再次使用，请上传后再办理。",
            missing=str(AttachmentKind.INCOMING_DOCUMENT),
        )
    return IncomingDocument.objects.create(
        case_id=case_id,
        act=act,
        body=incoming.body,
        document_no=incoming.document_no,
        document_date=incoming.document_date,
        register_no=register_no,
        attachment=paper,
        entered_at=now,
    )


def on_case(case_id: int | None) -> Q:
    """On this case, or on none."""
    return Q(case_id__isnull=True) if case_id is None else Q(case_id=case_id)


def of_document(act: str, body: str, document_no: str) -> Q:
    """What one document decided by one act, however body and number are written."""
    return Q(act=act, body_key=folded(body), document_key=folded(document_no))


def stated(row: IncomingDocument) -> dict[str, str | int]:
    """What a row says, as its corrections keep it (`documents_incoming_said` of the database)."""
    return {
        "body": row.body,
        "document_no": row.document_no,
        "document_date": row.document_date.isoformat(),
        "register_no": row.register_no,
        "attachment": row.attachment_id,
    }


def enter_for_all(
    incoming: Incoming, *, act: str, case_ids: Sequence[int], by: Actor, now: datetime
) -> list[IncomingDocument]:
    """Keep what a body outside decided on several cases by one document, whose paper lies with one of them.

    With the others it is laid down too. Under the lanes of all. Refuses as `enter`.
    """
    papers_for(case_ids, by=by)
    return [enter(incoming, act=act, case_id=each, by=by, now=now) for each in case_ids]


def papers_for(case_ids: Sequence[int | None], *, by: Actor) -> dict[int | None, Attachment]:
    """The paper that waits on each of several cases, by their keys; what lies with one is laid down with the others.

    Nothing where it lies with none.
    """
    waiting = {each: paper_waiting(each, by=by) for each in case_ids}
    paper = next((each for found in waiting.values() for each in found), None)
    if paper is None:
        return {}
    return {each: next(iter(found), None) or laid_down(paper, each) for each, found in waiting.items()}


def laid_down(paper: Attachment, case_id: int | None) -> Attachment:
    """The same paper as evidence of another case."""
    said = {
        each.attname: getattr(paper, each.attname)
        for each in Attachment._meta.concrete_fields
        if each.attname not in ("id", "case_id")
    }
    return Attachment.objects.create(case_id=case_id, **said)


def of_case(case_id: int) -> QuerySet[IncomingDocument]:
    """What bodies outside decided on a case, oldest first, with its papers."""
    return IncomingDocument.objects.filter(case_id=case_id).select_related("attachment").order_by("id")


def is_newest(incoming_id: int, *, act: str, case_id: int) -> bool:
    """Whether it is what an act of this case rests on now: no document was entered by the same act since."""
    return not IncomingDocument.objects.filter(case_id=case_id, act=act, pk__gt=incoming_id).exists()


WITH_ENTERED = ("incoming", "replaced_by")
"""What papers are read with, to tell which an act has entered and which another took the place of."""


def entered_with(papers: Iterable[Attachment]) -> list[IncomingDocument]:
    """What bodies outside decided on a case, oldest first, by its papers, which were read with `WITH_ENTERED`."""
    found = [each.incoming for each in papers if hasattr(each, "incoming")]
    return sorted(found, key=lambda each: each.pk)


def paper_waiting(case_id: int | None, *, by: Actor) -> list[Attachment]:
    """The paper that the next document of this case, or of none, would be entered with; nothing where there is none."""
    used = IncomingDocument.objects.filter(on_case(case_id)).values("attachment__sha256")
    mine = Attachment.objects.filter(
        on_case(case_id), organisation_id=by.organisation_id, kind=AttachmentKind.INCOMING_DOCUMENT
    )
    replaced = Attachment.objects.filter(on_case(case_id), replaced_by__isnull=False).values("sha256")
    return list(mine.exclude(sha256__in=used).exclude(sha256__in=replaced).order_by("-id")[:1])


def entered_before(case_id: int | None, act: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """What an approver has to know of a document that is about to be entered: its number stood on this case before, for
    the same act, and was corrected since.
    """
    key = folded(str(data.get("document_no") or ""))
    mended = IncomingCorrection.objects.filter(
        incoming__in=IncomingDocument.objects.filter(on_case(case_id), act=act)
    )
    return tuple(
        f"文号“{each.before['document_no']}”曾据以办理过本事项，{beijing(each.corrected_at):%Y-%m-%d}更正为"
        f"“{each.after['document_no']}”，请核对是否重复。"
        for each in mended.order_by("id")
        if folded(str(each.before["document_no"])) == key and folded(str(each.after["document_no"])) != key
    )


def as_entered(
    attachments: Iterable[Attachment], *, case_id: int, by: Actor | None = None
) -> tuple[File, ...]:
    """Evidence of a case as an approval binds it: papers entered before by their numbers, and, where `by` is about to
    enter one, that first, named as this act's.

    What an office has laid down and no act has entered yet decides nothing: it is not bound, or whoever may upload
    could void what others have prepared.
    """
    known = {each.attachment.sha256: each.document_no for each in of_case(case_id)}
    now = {each.pk for each in paper_waiting(case_id, by=by)} if by is not None else set[int]()
    bound = [each for each in attachments if each.pk in now or not _lies_by(each, known)]
    first = sorted(bound, key=lambda each: each.pk not in now)
    return tuple(File(each.name, _kind(each, known, now), each.sha256, each.pk) for each in first)


def _lies_by(paper: Attachment, known: Mapping[str, str]) -> bool:
    """Whether it is a paper of outside that no act of this case has entered."""
    return paper.kind == AttachmentKind.INCOMING_DOCUMENT and paper.sha256 not in known


def _kind(paper: Attachment, known: Mapping[str, str], now: Collection[int]) -> str:
    label = AttachmentKind(paper.kind).label
    if paper.pk in now:
        return f"{label}（本次来文）"
    if paper.kind == AttachmentKind.INCOMING_DOCUMENT and paper.sha256 in known:
        return f"{label}（{known[paper.sha256]}）"
    return label
