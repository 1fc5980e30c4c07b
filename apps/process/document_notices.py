"""What people are told of papers: whom one concerns hears that a slip in it was mended."""

from apps.documents.events import DocumentCorrected, IncomingCorrected
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.notices.commands import tell_all
from apps.stages.qualification.models import Registration
from kernel.cases.models import Case


def incoming_corrected(event: IncomingCorrected) -> None:
    """The owner of the case hears what the document says now; of a document without a case nobody does."""
    if event.case_id is None:
        return
    case = Case.objects.get(pk=event.case_id)
    text = (
        f"{case.number}所据来文的登记有误，已更正为{event.body}“{event.document_no}”"
        f"（{event.document_date:%Y-%m-%d}），原登记文号“{event.before_no}”。已生效的事项不变。"
    )
    tell_all(
        organisation_ids=[case.owner_id],
        kind="incoming_corrected",
        title="来文登记更正",
        text=text,
        now=event.now,
        case_id=case.pk,
        about=f"{event.incoming_id}:{event.now.isoformat()}",
    )


def document_corrected(event: DocumentCorrected) -> None:
    """Whom the document was issued to hears which one stands in its place; of a public one the owner of the case does.

    An owner is told nothing of what was issued to others: before a close it would learn who bids.
    """
    made = Document.objects.select_related("case").get(pk=event.document_id)
    owner_id = made.case.owner_id if made.public and made.case is not None else None
    whom = [each for each in dict.fromkeys([made.visible_to, owner_id, *_bidders(made)]) if each is not None]
    label = DocumentKind(made.kind).label
    text = f"《{label}》（{event.before_no}）的文字笔误已更正，以更正后的文书（{made.number}）为准。"
    tell_all(
        organisation_ids=whom,
        kind="document_corrected",
        title="文书更正",
        text=text,
        now=event.now,
        case_id=made.case_id,
        about=made.number,
    )


def _bidders(made: Document) -> list[int]:
    """Who applied to bid for the lot of a public document: each relies on it, and is told for itself alone."""
    if not made.public:
        return []
    found = Registration.objects.filter(listing_id=made.case_id).order_by("id")
    return list(found.values_list("organisation_id", flat=True))
