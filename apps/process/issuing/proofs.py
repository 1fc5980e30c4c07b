"""The paper that an act would issue, as pictures for the one who has to release it."""

from apps.documents import commands as documents
from apps.documents import printing
from apps.documents.queries import latest
from apps.documents.states import DocumentKind
from apps.process.issuing.deal import contract_text
from apps.stages.contract.queries import contract_of

ISSUED_BY: dict[str, DocumentKind] = {
    "announcement.publish": DocumentKind.ANNOUNCEMENT,
    "announcement.amend": DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT,
    "listing.suspend": DocumentKind.SUSPENSION_NOTICE,
    "listing.resume": DocumentKind.RESUMPTION_NOTICE,
    "listing.terminate": DocumentKind.TERMINATION_NOTICE,
    "confirmation.issue": DocumentKind.AWARD_CONFIRMATION,
    "transfer.execute": DocumentKind.TRANSFER_CERTIFICATE,
    "publication.start": DocumentKind.RESULT_PUBLICATION,
}
"""Which act issues which document on its listing."""


def pages_of(act: str, listing_id: int) -> list[bytes]:
    """The pages as PNG, read while the act stands as if done; empty for acts that print nothing.

    The contract is shown as it would be signed.
    """
    if act == "contract.sign":
        contract = contract_of(listing_id)
        if contract is None:
            return []
        return printing.pictures(DocumentKind.TRIPARTITE_CONTRACT, contract_text(contract))
    kind = ISSUED_BY.get(act)
    made = latest(case_id=listing_id, kind=kind) if kind else None
    return documents.proof(made, number="待审核件（未签发）") if made else []
