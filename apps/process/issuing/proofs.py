"""The paper that an act would issue, as pictures for the one who has to release it."""

from django.db.models import Max

from apps.documents import commands as documents
from apps.documents import printing
from apps.documents.models import Document
from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.process.issuing.deal import contract_text
from apps.stages.contract.names import CONTRACT_SIGN
from apps.stages.contract.queries import contract_of
from kernel.acts.act import act_called


def newest_of(case_id: int) -> int:
    """The key of the last document of a case, as it stands before an act is tried; 0 where there is none."""
    return Document.objects.filter(case_id=case_id).aggregate(last=Max("pk"))["last"] or 0


def pages_of(act: str, listing_id: int, *, after: int = 0) -> list[bytes]:
    """The pages as PNG, read while the act stands as if done; empty for acts that print nothing.

    Only what was issued `after` that document counts: an act that issues nothing this time shows no older paper. The
    contract is shown as it would be signed.
    """
    if act == CONTRACT_SIGN:
        contract = contract_of(listing_id)
        if contract is None:
            return []
        return printing.pictures(DocumentKind.TRIPARTITE_CONTRACT, contract_text(contract))
    paper = act_called(act).paper
    if not isinstance(paper, Printed):
        return []
    issued = Document.objects.filter(case_id=listing_id, kind=paper.kind.value, pk__gt=after).order_by("id")
    shown = list(issued) if paper.every else list(issued)[-1:]
    return [page for made in shown for page in documents.proof(made, number="待审核件（未签发）")]
