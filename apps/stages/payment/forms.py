"""Paying out needs nothing but the act."""

from typing import TypedDict

from apps.listings.states import ListingStatus
from apps.money.models import Remittance
from apps.money.names import REMITTANCE_RELEASE
from apps.parties.roles import Can
from apps.stages.payment import bound, remittances
from kernel.acts.act import Act


class RemittanceAnswer(TypedDict):
    """An order to the bank, in yuan."""

    request_id: str
    amount: str


def _answer(remittance: Remittance) -> RemittanceAnswer:
    return {"request_id": str(remittance.request_id), "amount": str(remittance.amount)}


ACTS = (
    Act(
        REMITTANCE_RELEASE,
        "划付款项",
        remittances.release_remittance,
        Can.BOOK_MONEY,
        two_persons=True,
        binds=bound.remittance_bound,
        statuses=frozenset(
            {
                ListingStatus.PAID,
                ListingStatus.TRANSFERRED,
                ListingStatus.PUBLICISED,
                ListingStatus.COMPLETED,
                ListingStatus.DEFAULTED,
            }
        ),
        answer=_answer,
        help="成交价款划付至合同约定的出让方收款账户，没收的保证金缴入国库账户；每笔指令银行只付一次。",
        subject="listing_id",
    ),
)
