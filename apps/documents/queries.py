"""Reading documents and evidence, and telling whether a paper is genuine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.documents import rules
from apps.documents.facts import FACTS_BY_KIND
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind, DocumentKind
from kernel.acts.bound import File
from kernel.text import folded


@dataclass(frozen=True)
class Verification:
    """A genuine document. For one that is not public everything from `issued_by_name` on is empty."""

    kind: DocumentKind
    number: str
    issued_at: datetime
    issued_by_name: str = ""
    document_id: int | None = None
    case_id: int | None = None
    process: str = ""
    sha256: str | None = None
    corrected_by: str = ""
    """The number of the document that stands in its place, where a slip in it was mended."""

    @property
    def is_public(self) -> bool:
        """Whether the document may be opened by anyone."""
        return self.document_id is not None


def _stands_for(document: Document) -> str:
    """The number of the document that stands in its place by now; empty where it stands itself."""
    newest = document
    while newest.corrected_at is not None:
        newest = Document.objects.get(corrects=newest)
    return "" if newest == document else newest.number


def _verification(document: Document) -> Verification:
    kind = DocumentKind(document.kind)
    corrected_by = _stands_for(document)
    if not document.public:
        return Verification(kind, document.number, document.issued_at, corrected_by=corrected_by)
    return Verification(
        kind=kind,
        number=document.number,
        issued_at=document.issued_at,
        issued_by_name=document.issued_by_name,
        document_id=document.pk,
        case_id=document.case_id,
        process=document.case.process if document.case else "",
        sha256=document.sha256,
        corrected_by=corrected_by,
    )


def verify(number_or_code: str) -> Verification | None:
    """The document of this number or verification code (文号或验证码), or None when there is none.

    A document that is not public shows only its kind, number and date. A qualification certificate answers to its
    code alone, so that nobody can count bidders by trying numbers.
    """
    typed = number_or_code.strip()
    if not typed or len(typed) > 200 or "\x00" in typed:
        return None
    if code := rules.typed_code(typed):
        return _found(Document.objects.filter(verification_code=code))
    by_number = [kind.value for kind in DocumentKind if kind.is_found_by_number]
    return _found(Document.objects.filter(number_key=folded(typed), kind__in=by_number))


def verify_file(content: bytes) -> Verification | None:
    """The document whose file is exactly these bytes, or None: one changed byte makes another file."""
    return _found(Document.objects.filter(sha256=rules.sha256(content)))


def _found(documents: QuerySet[Document]) -> Verification | None:
    document = documents.select_related("case").first()
    return _verification(document) if document else None


def is_issued(document_id: int) -> bool:
    """Whether there is such a document."""
    return Document.objects.filter(pk=document_id).exists()


def public_of(case_id: int) -> QuerySet[Document]:
    """What anyone may see of a case, oldest first."""
    return Document.objects.filter(case_id=case_id, public=True).order_by("id")


def visible_to(case_id: int, *, organisation_id: int) -> QuerySet[Document]:
    """What an organisation may see of a case: public documents and those issued to it, oldest first."""
    return Document.objects.filter(Q(public=True) | Q(visible_to=organisation_id), case_id=case_id).order_by(
        "id"
    )


_BETWEEN_THE_PARTIES = (DocumentKind.TRIPARTITE_CONTRACT,)
"""Issued to the winner by name, and the seller's as much."""


def visible_to_seller(case_id: int, *, organisation_id: int) -> QuerySet[Document]:
    """What the case's owner may see of it: also the documents that it has made with others, oldest first."""
    return Document.objects.filter(
        Q(public=True) | Q(visible_to=organisation_id) | between_the_parties(), case_id=case_id
    ).order_by("id")


def lots_of_number(text: str) -> list[int]:
    """The lots of which a public document has this number, however its brackets, width and blanks are written."""
    key = folded(text)
    if not any(sign.isdigit() for sign in key):
        return []
    found = Document.objects.filter(number_key=key, public=True, case_id__isnull=False).order_by("id")
    return list(found.values_list("case_id", flat=True)[:20])


def between_the_parties() -> Q:
    """The documents that a seller has made with others."""
    return Q(kind__in=[kind.value for kind in _BETWEEN_THE_PARTIES])


def all_of(case_id: int) -> QuerySet[Document]:
    """Every document of a case, oldest first: for staff after close, the supervisor, and the dossier."""
    return Document.objects.filter(case_id=case_id).order_by("id")


def latest(*, case_id: int, kind: DocumentKind, as_first_issued: bool = False) -> Document | None:
    """The last document of a kind for a case; `as_first_issued` leaves out those that mend a slip in another."""
    found = Document.objects.filter(case_id=case_id, kind=kind.value)
    return (found.filter(corrects=None) if as_first_issued else found).order_by("-id").first()


def count_of(*, case_id: int, kind: DocumentKind) -> int:
    """How many documents of a kind a case has; one that mends another is no further one."""
    return Document.objects.filter(case_id=case_id, kind=kind.value, corrects=None).count()


@dataclass(frozen=True)
class Printed:
    """For an act that issues one document of `kind` on a case, or of the kind that stands `instead` for some cases;
    called, the digest of the text it has just issued.

    Number, date, code and what else only the release decides are left out; empty when nothing was issued. `case_of`
    gives the case of an act whose subject is something else.
    """

    kind: DocumentKind
    instead: DocumentKind | None = None
    case_of: Callable[[int], int] | None = None
    every: bool = False
    """All documents of the kind are bound, for one act may issue several."""

    def __call__(self, subject_id: int) -> str:
        """The digest, as SHA-256 in hexadecimal."""
        case_id = self.case_of(subject_id) if self.case_of is not None else subject_id
        made = latest(case_id=case_id, kind=self.kind)
        if made is None and self.instead is not None:
            made = latest(case_id=case_id, kind=self.instead)
        if made is None:
            return ""
        if self.every:
            issued = Document.objects.filter(case_id=case_id, kind=self.kind.value).order_by("id")
            return rules.facts_sha256({str(place): _lasting(each) for place, each in enumerate(issued)})
        return rules.facts_sha256(_lasting(made))


def _lasting(made: Document) -> dict[str, object]:
    """What a document says, without what only its release decides."""
    moving = FACTS_BY_KIND[DocumentKind(made.kind)].moving | {"heading"}
    return {name: said for name, said in made.facts.items() if name not in moving}


def as_bound(attachments: Iterable[Attachment]) -> tuple[File, ...]:
    """Evidence as an approval shows and binds it."""
    return tuple(
        File(each.name, AttachmentKind(each.kind).label, each.sha256, each.pk) for each in attachments
    )


def attachments_of(*, case_id: int | None = None, registration_id: int | None = None) -> QuerySet[Attachment]:
    """The evidence of a case or of one application to bid, oldest first. One of the two must be given."""
    if (case_id is None) == (registration_id is None):
        raise ValueError("name a case or an application to bid")
    if registration_id is not None:
        return Attachment.objects.filter(registration_id=registration_id).order_by("id")
    return Attachment.objects.filter(case=case_id, registration_id=None).order_by("id")


def attached_kinds(*, case_id: int, organisation_id: int | None = None) -> set[str]:
    """Which kinds of evidence are attached to a case, by one organisation or by anybody."""
    found = Attachment.objects.filter(case_id=case_id)
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    return set(found.values_list("kind", flat=True))
