"""What a contract says when it is drawn up (合同条款): the standard terms, the parties, the account."""

from typing import Any

from django.conf import settings

from apps.listings.models import Listing
from apps.money.models import FiscalAccount
from apps.parties.models import Organisation
from apps.stages.confirmation.models import Confirmation
from apps.stages.contract.states import Party


def standard_terms(listing: Listing, confirmation: Confirmation, account_number: str) -> dict[str, Any]:
    """The terms that every contract has, as plain values; more may be agreed in `special`."""
    book = listing.rules.parameters
    return {
        "listing": listing.number,
        "seller": listing.seller.name,
        "winner": confirmation.winner.name,
        **listing.quantities.as_strings(),
        **({"grade": listing.grade} if listing.grade is not None else {}),
        "unit_price": str(confirmation.award.unit_price),
        "total_price": str(confirmation.award.total_price),
        "deposit": str(listing.deposit_amount),
        "payment_account": account_number,
        "payment_account_name": settings.COLLECTION_ACCOUNT["name"],
        "payment_account_bank": settings.COLLECTION_ACCOUNT["bank"],
        "payment_wd": book.payment_wd,
        "late_fee_daily": str(book.late_fee_daily),
        "transfer_wd": book.transfer_wd,
        **clauses(listing),
        "special": "",
    }


def clauses(listing: Listing) -> dict[str, Any]:
    """What contracts about its class of quota state beside, with the figures of the lot's rules; nothing for some."""
    stated = listing.rules.parameters.model_dump()
    found = [each.format_map(stated) for each in listing.terms.clauses]
    return {"clauses": found} if found else {}


def parties(seller: Organisation, winner: Organisation, centre: Organisation) -> dict[str, Any]:
    """What identifies the three parties, as the contract prints it."""
    return {
        "parties": {
            str(party): {
                "name": each.name,
                "credit_code": each.credit_code,
                "representative": each.representative,
                "address": each.address,
                "phone": each.phone,
            }
            for party, each in ((Party.SELLER, seller), (Party.WINNER, winner), (Party.CENTRE, centre))
        }
    }


def account_terms(account: FiscalAccount) -> dict[str, str]:
    return {"name": account.name, "bank": account.bank, "number": account.number}
