"""What a contract says when it is drawn up (合同条款): the standard terms, the parties, the account."""

from typing import Any

from django.conf import settings

from apps.listings.models import Listing
from apps.listings.rules import share_held_back
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


def promised_clauses(listing: Listing) -> list[str]:
    """What the county promises of the lot's quality, and what follows from it; nothing where it promises nothing."""
    promised = listing.promised
    if promised is None:
        return []
    promise = promised.promise
    share = share_held_back(listing.rules.parameters, promised=True)
    return [
        f"质量提升承诺：{listing.seller.name}承诺自指标划转之日起{promised.days}日内，将原项目“{promised.project.name}”"
        f"{promised.area:,.4f}亩耕地的质量等别由现状{listing.grade}等提升至{promised.target_grade}等，"
        f"承诺产能{promise.capacity:,.0f}公斤（现有{promise.there:,.0f}公斤）；划转以现有指标为准，"
        f"收益用途：{promised.proceeds_use.rstrip('。')}。",
        f"成交价款的{share:%}留存至承诺认定；期满或者经复评认定产能不足承诺的，按不足部分占承诺产能的比例退还价款，"
        "先从留存价款中退还，不足部分由出让方另行退还；提升新增的产能由省级自然资源主管部门计入受让方指标账户。",
    ]


def clauses(listing: Listing) -> dict[str, Any]:
    """What a lot's contract states beside, with the figures of its rules: of its class, of what its county promises."""
    stated = listing.rules.parameters.model_dump()
    found = [each.format_map(stated) for each in listing.terms.clauses]
    found += promised_clauses(listing)
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
