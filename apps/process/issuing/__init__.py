"""The legal documents that the exchange issues when something happens (文书), in the event's own transaction.

Each function takes the event and states only what is stored. Nothing about bidders stands in a document that
others can see before the close. `apps.disclosure.documents` says who may see which.
"""

from apps.process.issuing.deal import (
    award_confirmation,
    contract_preview,
    qualification_certificate,
    transfer_certificate,
    tripartite_contract,
)
from apps.process.issuing.notices import (
    announcement,
    announcement_proof,
    result_publication,
    resumption_notice,
    supplementary_announcement,
    suspension_notice,
    termination_notice,
)
from apps.process.issuing.proofs import pages_of

__all__ = [
    "announcement",
    "announcement_proof",
    "award_confirmation",
    "contract_preview",
    "pages_of",
    "qualification_certificate",
    "result_publication",
    "resumption_notice",
    "supplementary_announcement",
    "suspension_notice",
    "termination_notice",
    "transfer_certificate",
    "tripartite_contract",
]
