"""The legal documents that the exchange issues when something happens (文书), in the event's own transaction.

Each function takes the event and states only what is stored. Nothing about bidders stands in a document that
others can see before the close. `readable` says who may see which.
"""

from apps.process.papers.deal import (
    award_confirmation,
    contract_preview,
    qualification_certificate,
    transfer_certificate,
    tripartite_contract,
)
from apps.process.papers.notices import (
    announcement,
    announcement_proof,
    result_publication,
    resumption_notice,
    supplementary_announcement,
    suspension_notice,
    termination_notice,
)
from apps.process.papers.proofs import pages_of
from apps.process.papers.readers import readable

__all__ = [
    "announcement",
    "announcement_proof",
    "award_confirmation",
    "contract_preview",
    "pages_of",
    "qualification_certificate",
    "readable",
    "result_publication",
    "resumption_notice",
    "supplementary_announcement",
    "suspension_notice",
    "termination_notice",
    "transfer_certificate",
    "tripartite_contract",
]
