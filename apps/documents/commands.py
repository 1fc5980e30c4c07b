"""Issuing, printing and opening documents; taking uploads."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from apps.documents import facts as facts_of
from apps.documents import printing, rules, uploads
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind, DocumentKind
from kernel import child, entropy
from kernel.errors import Code, Refusal, Refused, not_found, refuse
from kernel.outbox import commands as outbox


class Damaged(RuntimeError):
    """A stored document is not what was issued: its facts or its file have been changed outside the exchange."""


@dataclass(frozen=True)
class Opened:
    """A file ready to be sent. `name` is safe in a download header."""

    name: str
    content_type: str
    content: bytes
    sha256: str


@transaction.atomic
def issue(
    *,
    kind: DocumentKind,
    facts: facts_of.Facts,
    number: str,
    case_id: int | None,
    registration_id: int | None = None,
    issued_by_id: int,
    issued_by_name: str,
    public: bool,
    visible_to: int | None = None,
    corrects: Document | None = None,
    now: datetime,
    code: str | None = None,
) -> Document:
    """Issue a document in the caller's transaction; its file is made by a worker after commit.

    `facts` come without a heading: number, issuing body, instant and verification code are put in here. `code` is
    a `rules.verification_code`; by default a fresh one. Refuses `invalid` facts that cannot be printed, such as a
    character that no font has. A number used before is an IntegrityError.
    """
    made = _stamped(kind, facts, number=number, issued_by_name=issued_by_name, now=now, code=code)
    if fault := _why_not_print(kind, made):
        raise Refused.because(
            Code.INVALID,
            "文书内容含有字库中没有的字符，无法印制，请改用规范汉字后重试。",
            detail=fault,
        )
    return _kept_row(
        kind,
        made,
        case_id=case_id,
        registration_id=registration_id,
        issued_by_id=issued_by_id,
        public=public,
        visible_to=visible_to,
        corrects=corrects,
        now=now,
    )


@dataclass(frozen=True)
class Unproven:
    """A document that was issued whatever became of its paper; `fault` says why it cannot be printed, or nothing."""

    document: Document
    fault: str


def issue_unproven(
    *,
    kind: DocumentKind,
    facts: facts_of.Facts,
    number: str,
    case_id: int,
    registration_id: int | None,
    issued_by_id: int,
    issued_by_name: str,
    visible_to: int,
    now: datetime,
) -> Unproven:
    """Issue a document that follows money or a deadline: what has happened stands, whether it can be printed or not.

    Its facts, number and code are fixed; the file is made as soon as the fonts have every character. Somebody is to be
    told of a `fault`.
    """
    made = _stamped(kind, facts, number=number, issued_by_name=issued_by_name, now=now, code=None)
    fault = _why_not_print(kind, made)
    document = _kept_row(
        kind,
        made,
        case_id=case_id,
        registration_id=registration_id,
        issued_by_id=issued_by_id,
        public=False,
        visible_to=visible_to,
        now=now,
    )
    return Unproven(document, fault)


def _stamped(
    kind: DocumentKind,
    facts: facts_of.Facts,
    *,
    number: str,
    issued_by_name: str,
    now: datetime,
    code: str | None,
) -> facts_of.Facts:
    if facts_of.FACTS_BY_KIND.get(kind) is not type(facts):
        raise ValueError(f"{kind} is no kind of document that states {type(facts).__name__}")
    code = code or rules.verification_code(entropy.token(rules.CODE_BYTES, purpose=f"document {number}"))
    return facts.stamped(
        facts_of.Heading(
            number=number,
            issuing_body=issued_by_name,
            issued_at=now,
            verification_code=code,
            verification_url=f"{settings.SITE_URL.rstrip('/')}/verify/{code}",
        )
    )


def _kept_row(
    kind: DocumentKind,
    stamped: facts_of.Facts,
    *,
    case_id: int | None,
    registration_id: int | None,
    issued_by_id: int,
    public: bool,
    visible_to: int | None,
    now: datetime,
    corrects: Document | None = None,
) -> Document:
    heading = stamped.heading
    if heading is None:
        raise ValueError("a document is kept with its heading")
    stored = stamped.stored()
    document = Document.objects.create(
        kind=kind.value,
        number=heading.number,
        case_id=case_id,
        registration_id=registration_id,
        issued_by_id=issued_by_id,
        issued_by_name=heading.issuing_body,
        corrects=corrects,
        issued_at=now,
        facts=stored,
        facts_sha256=rules.facts_sha256(stored),
        verification_code=heading.verification_code,
        public=public,
        visible_to=visible_to,
    )
    outbox.enqueue(topic="render", key=heading.number, payload={"document_id": document.pk}, now=now)
    return document


_proven: dict[DocumentKind, set[str]] = {}


def _why_not_print(kind: DocumentKind, stamped: facts_of.Facts) -> str:
    """Print once as a check, unless every character of the facts was printed in this kind by this process before.

    Gives what the printer says of a character without a sign; nothing when it prints.
    """
    characters = set(json.dumps(stamped.stored(), ensure_ascii=False))
    if characters <= _proven.get(kind, set()):
        return ""
    try:
        printing.render(kind, stamped)
    except printing.Unprintable as error:
        return str(error)[:200]
    _proven.setdefault(kind, set()).update(characters)
    return ""


def _printed(document: Document) -> bytes:
    """The document's PDF from its stored facts; `Damaged` when they are not those that were issued."""
    if rules.facts_sha256(document.facts) != document.facts_sha256:
        raise Damaged(f"the facts of document {document.number} have been changed")
    kind = DocumentKind(document.kind)
    return printing.render(kind, facts_of.restored(kind, document.facts))


def proof(document: Document, *, number: str) -> list[bytes]:
    """Its pages as PNG pictures, under `number` in place of its own and without a code: for looking at only."""
    kind = DocumentKind(document.kind)
    facts = facts_of.restored(kind, document.facts)
    if facts.heading is None:
        raise Damaged(f"document {document.number} has no heading")
    heading = facts.heading.model_copy(
        update={"number": number, "verification_code": "发布后生成", "verification_url": settings.SITE_URL}
    )
    return printing.pictures(kind, facts.stamped(heading))


def keep_file(path: str, content: bytes) -> str:
    """Store content under its own hash; a file that a crash left unfinished is written again. Gives its name."""
    if default_storage.exists(path):
        with default_storage.open(path) as kept:
            if kept.read() == content:
                return path
        default_storage.delete(path)
    return default_storage.save(path, ContentFile(content))


@transaction.atomic
def render(*, document_id: int, now: datetime) -> Document:
    """Make the document's file, once: whoever comes second finds it made. Refuses `not_found`."""
    document = Document.objects.select_for_update().filter(pk=document_id).first()
    if document is None:
        raise not_found("文书")
    if document.sha256 is None:
        content = _printed(document)
        document.sha256 = rules.sha256(content)
        document.file.name = keep_file(f"documents/{document.issued_at:%Y}/{document.sha256}.pdf", content)
        document.rendered_at = now
        document.save(update_fields=["file", "sha256", "rendered_at"])
    return document


def open_document(*, document_id: int, now: datetime) -> Opened:
    """The document's file, made now if no worker has; who may see it is the caller's question.

    A lost or changed file is made again from the facts, which give the same bytes; `Damaged` when they do not.
    Refuses `not_found`, and `wrong_status` while no font has a sign of it: the document is in force all the same.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise not_found("文书")
    if document.sha256 is None:
        try:
            document = render(document_id=document_id, now=now)
        except printing.Unprintable as error:
            raise Refused.because(
                Code.WRONG_STATUS,
                f"文书“{document.number}”已生效，但含有字库中没有的字符，文件暂不能印制；更新字库后再次打开即可。",
                number=document.number,
            ) from error
    content = kept_file(document.file.name)
    if rules.sha256(content) != document.sha256:
        content = _printed(document)
        if rules.sha256(content) != document.sha256:
            raise Damaged(f"the file of document {document.number} is not the one that was issued")
        keep_file(str(document.file.name), content)
    name = f"{DocumentKind(document.kind).label}-{_without_path(document.number)}.pdf"
    return Opened(name, "application/pdf", content, str(document.sha256))


def kept_file(path: str | None) -> bytes:
    """What is stored under this name, empty when nothing is."""
    if not path or not default_storage.exists(path):
        return b""
    with default_storage.open(path) as kept:
        return bytes(kept.read())


def _without_path(number: str) -> str:
    return "".join("_" if sign in '\\/:*?"<>|' else sign for sign in number)


@transaction.atomic
def make_public(*, document_id: int) -> Document:
    """Let the public see a document from now on. Refuses `not_found`."""
    document = Document.objects.select_for_update().filter(pk=document_id).first()
    if document is None:
        raise not_found("文书")
    if not document.public:
        document.public = True
        document.save(update_fields=["public"])
    return document


_EXAMINER = f"{uploads.__name__}:{uploads.fault_of.__name__}"


def examined(content: bytes, *, by: str) -> Refusal | None:
    """Why an upload is not taken, found out in a child with limits; None where nothing is wrong with it."""
    try:
        fault = child.said_of(content, by=by)
    except child.Unbearable:
        fault = "文件过于复杂或已损坏，检查所需的时间或内存超过限度，不予接收；请精简或打印为普通文件后上传。"
    return Refusal(Code.INVALID, fault) if fault else None


@transaction.atomic
def attach(
    *,
    kind: AttachmentKind,
    name: str,
    content: bytes,
    organisation_id: int,
    uploaded_by_id: int,
    case_id: int | None = None,
    registration_id: int | None = None,
    now: datetime,
) -> Attachment:
    """Take an upload as evidence: PDF, PNG, JPEG, XLSX or GeoJSON up to 20 MB, recognised by content.

    It is read in a child with limits. Refuses `invalid` what the rules find, with a sentence that says what to do.
    """
    refuse(uploads.why_not_examine(name=name, content=content))
    refuse(examined(content, by=_EXAMINER))
    return _kept_as_evidence(
        name=name,
        content=content,
        kind=AttachmentKind(kind).value,
        organisation_id=organisation_id,
        uploaded_by_id=uploaded_by_id,
        case_id=case_id,
        registration_id=registration_id,
        uploaded_at=now,
    )


@transaction.atomic
def attach_made(
    *,
    kind: AttachmentKind,
    name: str,
    content: bytes,
    organisation_id: int,
    uploaded_by_id: int,
    case_id: int | None,
    now: datetime,
) -> Attachment:
    """The same for a file that the exchange has made itself, for a rehearsal or a demonstration: nobody sent it."""
    refuse(uploads.why_not_attach(name=name, content=content))
    return _kept_as_evidence(
        name=name,
        content=content,
        kind=AttachmentKind(kind).value,
        organisation_id=organisation_id,
        uploaded_by_id=uploaded_by_id,
        case_id=case_id,
        uploaded_at=now,
    )


def _kept_as_evidence(*, name: str, content: bytes, **said: Any) -> Attachment:
    upload = uploads.taken(name=name, content=content)
    folder = PurePosixPath("attachments") / upload.sha256[:2]
    return Attachment.objects.create(
        name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        sha256=upload.sha256,
        file=keep_file(str(folder / f"{upload.sha256}{upload.extension}"), content),
        **said,
    )


def open_attachment(*, attachment_id: int) -> Opened:
    """An uploaded file; who may see it is the caller's question. `Damaged` when it is not what was uploaded.

    Refuses `not_found`.
    """
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is None:
        raise not_found("附件")
    content = kept_file(attachment.file.name)
    if rules.sha256(content) != attachment.sha256:
        raise Damaged(f"the file of attachment {attachment.pk} is not the one that was uploaded")
    return Opened(attachment.name, attachment.content_type, content, attachment.sha256)
