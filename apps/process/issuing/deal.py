"""What the parties to a deal get: certificate, confirmation, contract, proof of transfer."""

from apps.documents import facts, printing
from apps.documents.states import DocumentKind
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from apps.listings.models import Listing
from apps.money.models import Bucket
from apps.money.queries import entries_into
from apps.parties.queries import office
from apps.parties.roles import ROLE_LABELS, Can
from apps.process.issuing import numbers, particulars
from apps.process.issuing.particulars import known, said
from apps.quota.carried import sum_of_carried
from apps.stages.award.methods import method_of
from apps.stages.award.queries import awarded
from apps.stages.confirmation.events import AwardConfirmed
from apps.stages.confirmation.models import Confirmation
from apps.stages.contract.events import ContractEffective
from apps.stages.contract.models import Contract, Signature
from apps.stages.contract.names import CONTRACT_DEADLINE
from apps.stages.contract.queries import valid_signatures
from apps.stages.contract.states import Party
from apps.stages.deposit.events import PaddleGranted
from apps.stages.deposit.models import Certificate
from apps.stages.payment.models import Settlement
from apps.stages.qualification.models import Registration
from apps.stages.transfer.events import QuotaTransferred
from apps.stages.transfer.models import Transfer
from apps.stages.transfer.queries import use_by


def qualification_certificate(event: PaddleGranted) -> None:
    """The qualification certificate (竞买资格确认书), for its bidder's eyes only."""
    listing = particulars.listing_of(event.listing_id)
    registration = Registration.objects.select_related("organisation", "sub_account").get(
        pk=event.registration_id
    )
    paddle = Certificate.objects.values_list("paddle", flat=True).get(registration=registration)
    stated = facts.QualificationCertificateFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        bidder=said(registration.organisation.name),
        bidder_kind=ROLE_LABELS[registration.organisation.kind],
        paddle=f"{paddle:03d}",
        qualified_at=known(registration.decided_at),
        deposit=known(listing.deposit_amount),
        deposit_sub_account=registration.sub_account.number,
        deposit_complete_at=max(
            entry.arrived_at for entry in entries_into(registration.sub_account_id, Bucket.HELD)
        ),
        unit=listing.unit,
        starting_unit_price=listing.starting_price,
        increment=known(listing.increment),
        bidding_opens_at=known(listing.opens_at),
        bidding_closes_at=known(listing.closes_at),
        portal_url=particulars.portal(),
        ceiling_unit_price=listing.ceiling,
        timed_bidding=particulars.timed_bidding(listing),
    )
    particulars.issue_after_money(
        listing,
        stated,
        to=event.organisation_id,
        number=numbers.of_certificate(listing, paddle=paddle),
        by=particulars.trading_centre(listing),
        now=event.now,
        registration_id=registration.pk,
    )


def award_confirmation(event: AwardConfirmed) -> None:
    """The award confirmation (成交确认书): who won, how, and how anyone can compute a draw again."""
    listing = particulars.listing_of(event.listing_id)
    confirmation = Confirmation.objects.select_related("winner").get(pk=event.confirmation_id)
    award = awarded(listing.pk)
    stated = facts.AwardConfirmationFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        winner=said(confirmation.winner.name),
        closed_at=award.at,
        priced_kind=listing.priced.kind,
        unit=listing.unit,
        unit_price=award.unit_price,
        total=award.total_price,
        deposit=known(listing.deposit_amount),
        terms=particulars.terms(listing.rules.parameters),
        contract_due_at=particulars.due_at(listing, CONTRACT_DEADLINE),
        **method_of(award).found_by(award),
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


def tripartite_contract(event: ContractEffective) -> None:
    """The contract (三方合同) with its three signatures, for seller and winner."""
    contract = Contract.objects.get(pk=event.contract_id)
    listing = particulars.listing_of(contract.listing_id)
    particulars.issue_to(
        listing.case,
        _contract_facts(listing, contract),
        to=event.winner_id,
        number=numbers.next_of(DocumentKind.TRIPARTITE_CONTRACT, listing=listing, now=event.now),
        by=particulars.trading_centre(listing),
        now=event.now,
    )


def contract_preview(contract: Contract) -> bytes:
    """The contract as it would be signed, as a PDF without number and code, with the signatures given so far.

    Who may read it (the three parties) is the caller's question.
    """
    return printing.render(DocumentKind.TRIPARTITE_CONTRACT, contract_text(contract))


def contract_text(contract: Contract) -> facts.Facts:
    """What the contract says as it stands, under a heading without number and code."""
    listing = particulars.listing_of(contract.listing_id)
    heading = facts.Heading(
        number=f"待签署文本（第{contract.revision}版）",
        issuing_body=said(particulars.trading_centre(listing).name),
        issued_at=contract.drawn_up_at,
        verification_code="签署生效后生成",
        verification_url=particulars.portal(),
    )
    return _contract_facts(listing, contract).stamped(heading)


def _contract_facts(listing: Listing, contract: Contract) -> facts.TripartiteContractFacts:
    confirmation = Confirmation.objects.select_related("winner", "award").get(pk=contract.confirmation_id)
    rules = listing.rules.parameters
    signed = valid_signatures(contract)
    special = said(contract.terms["special"], otherwise="")
    return facts.TripartiteContractFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        confirmation_number=numbers.of_latest(listing, DocumentKind.AWARD_CONFIRMATION),
        confirmed_at=confirmation.issued_at,
        seller=_party(contract, Party.SELLER),
        winner=_party(contract, Party.WINNER),
        trading_centre=_party(contract, Party.CENTRE),
        priced_kind=listing.priced.kind,
        unit=listing.unit,
        unit_price=confirmation.award.unit_price,
        total=contract.total_price,
        deposit=known(listing.deposit_amount),
        account=facts.Account(
            name=said(contract.terms["payment_account_name"]),
            bank=said(contract.terms["payment_account_bank"]),
            number=contract.terms["payment_account"],
        ),
        fiscal_account=_fiscal_account(contract),
        remit_wd=rules.remit_wd,
        terms=particulars.terms(rules),
        sign_due_at=particulars.due_at(listing, CONTRACT_DEADLINE),
        revision=contract.revision,
        late_fee_cap=rules.late_fee_cap,
        fee_first=rules.allocation == "fee_first",
        title=listing.terms.contract_title,
        shortfall=listing.terms.shortfall,
        clauses=tuple(said(each) for each in contract.terms.get("clauses", ())),
        special_terms=special or None,
        seller_signature=_signature(signed.get(Party.SELLER)),
        winner_signature=_signature(signed.get(Party.WINNER)),
        centre_signature=_signature(signed.get(Party.CENTRE)),
    )


def _party(contract: Contract, party: Party) -> facts.ContractParty:
    """A party as the contract's text has it; what is not registered yet is blank in an unsigned text."""
    details = contract.terms["parties"][str(party)]
    return facts.ContractParty(
        name=said(details["name"]),
        code=details["credit_code"] or None,
        representative=said(details["representative"], otherwise="") or None,
        address=said(details["address"], otherwise="") or None,
        phone=details["phone"] or None,
    )


def _fiscal_account(contract: Contract) -> facts.Account | None:
    account = contract.terms.get("fiscal_account")
    if not account:
        return None
    return facts.Account(name=said(account["name"]), bank=said(account["bank"]), number=account["number"])


def _signature(signature: Signature | None) -> facts.Signature | None:
    """A signature states who signed which text: its fingerprint is the text's SHA-256."""
    if signature is None:
        return None
    return facts.Signature(
        signer=said(signature.signed_by_name),
        signed_at=signature.signed_at,
        fingerprint=signature.text_sha256,
    )


def transfer_certificate(event: QuotaTransferred) -> None:
    """The transfer certificate (指标划转证明), issued by the province, batch by batch."""
    listing = particulars.listing_of(event.listing_id)
    transfer = Transfer.objects.select_related("buyer__region__parent__parent").get(pk=event.transfer_id)
    stated = facts.TransferCertificateFacts(
        **particulars.common(listing),
        contract_number=numbers.of_latest(listing, DocumentKind.TRIPARTITE_CONTRACT),
        confirmation_number=numbers.of_latest(listing, DocumentKind.AWARD_CONFIRMATION),
        buyer=said(transfer.buyer.name),
        buyer_region=particulars.place(transfer.buyer.region),
        transferred_at=transfer.executed_at,
        paid_at=Settlement.objects.get(listing=listing).settled_at,
        lines=_transfer_lines(listing),
        carried=_carried(transfer),
        contract_title=listing.terms.contract_title,
        use_note=listing.terms.use_note,
        use_by=use_by(listing, transferred_at=transfer.executed_at),
    )
    province = office(Can.DECIDE_FOR_PROVINCE, province=listing.province)
    particulars.issue(listing.case, stated, by=province, now=event.now)


def _carried(transfer: Transfer) -> tuple[facts.NamedAmount, ...]:
    """What goes with the quota (附带), of all its batches; what there is none of is left out."""
    found = sum_of_carried(transfer.movement)
    return tuple(
        facts.NamedAmount(name=label, amount=facts.Amount(value=found[name], unit=unit))
        for name, (label, unit) in _CARRIED.items()
        if name in found
    )


_CARRIED = {"farmland": ("耕地", "亩"), "paddy": ("水田", "亩"), "capacity": ("粮食产能", "公斤")}


def _transfer_lines(listing: Listing) -> tuple[facts.TransferLine, ...]:
    drawn: dict[str, Quantities] = {}
    for line in particulars.lines_of(listing):
        number = said(line.batch.certificate_no)
        amount = Quantities.only(Quantity(QuotaKind(line.kind), line.amount))
        drawn[number] = drawn[number] + amount if number in drawn else amount
    return tuple(facts.TransferLine(batch_no=number, quantities=amounts) for number, amounts in drawn.items())
