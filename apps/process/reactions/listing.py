"""Event → who acts next: the whole process of a lot on one page.

A stage says what happened; this table says what follows, in the same transaction and in this order. An error in a
reaction undoes the act that caused it. Money first, then dates, then documents, then who is told.
"""

from apps.listings.events import ListingResumed, ListingSuspended, ListingTerminated
from apps.listings.queries import locked
from apps.money.events import (
    MoneyArrived,
    PaymentRejected,
    RefundReleased,
    RemittancePaid,
    RemittanceReleased,
)
from apps.money.models import Purpose
from apps.parties.events import OrganisationDescribed
from apps.process import notifications
from apps.process.issuing import commitment as commitment_papers
from apps.process.issuing import deal, notices, suspensions
from apps.process.reactions import funds
from apps.questions.events import QuestionAnswered, QuestionAsked
from apps.stages.agreement import commands as agreement
from apps.stages.announcement.events import AnnouncementAmended, ListingAnnounced
from apps.stages.application.events import ApplicationSubmitted, ApplicationWithdrawn
from apps.stages.award.events import ListingClosed, ListingUnsold
from apps.stages.bidding import commands as bidding
from apps.stages.bidding.events import (
    AwardWithheld,
    BiddingOpened,
    BidsPlaced,
    TimedRoundStarted,
)
from apps.stages.commitment import commands as commitment
from apps.stages.commitment.events import CommitmentDecided, CommitmentReported
from apps.stages.confirmation import commands as confirmation
from apps.stages.confirmation.events import AwardConfirmed
from apps.stages.consent.events import AgreementConsented, ConsentWithdrawn
from apps.stages.contract import commands as contract
from apps.stages.contract.events import (
    CentreSignatureMissing,
    ContractEffective,
    ContractSigned,
    ListingDefaulted,
)
from apps.stages.deposit import commands as deposit
from apps.stages.deposit.events import DepositRejected, PaddleGranted
from apps.stages.filing import commands as filing
from apps.stages.filing.events import FilingAccepted, FilingSubmitted
from apps.stages.payment import commands as payment
from apps.stages.payment import remittances
from apps.stages.payment.events import InstalmentRejected, PaymentReceived, PricePaid
from apps.stages.publication import commands as publication
from apps.stages.publication.events import ListingCompleted, PublicationStarted
from apps.stages.qualification.events import RegistrationDecided, RegistrationSubmitted
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.events import ApplicationReturned, ReviewPassed
from apps.stages.transfer import commands as transfer
from apps.stages.transfer.events import QualityConfirmed, QuotaTransferred
from kernel.acts.events import PreparationVoided
from kernel.events import Event, Reaction

_TAKES_MONEY = {Purpose.DEPOSIT: deposit.receive, Purpose.PRICE: payment.receive}


def take_money(event: MoneyArrived) -> None:
    """A deposit goes to the deposit stage, the price to the payment stage. ValueError for any other purpose."""
    _TAKES_MONEY[Purpose(event.purpose)](event)


def follow_decision(event: RegistrationDecided) -> None:
    """Qualified: a paddle if the deposit is there. Rejected: the deposit goes back."""
    if event.outcome == RegistrationStatus.QUALIFIED:
        deposit.grant_for(listing_id=event.listing_id, registration_id=event.registration_id, now=event.now)
    elif event.outcome == RegistrationStatus.REJECTED:
        registration = Registration.objects.select_related("listing").get(pk=event.registration_id)
        deposit.give_back_one(registration, reason="竞买申请未获通过", at=event.now, now=event.now)


def refund_losers(event: ListingClosed) -> None:
    """Everybody's deposit but the winner's goes back, counted from the close."""
    deposit.give_back(
        listing_id=event.listing_id, reason="未竞得", at=event.at, now=event.now, except_for=event.winner_id
    )


def refund_all(event: ListingUnsold) -> None:
    """Nobody won: every deposit goes back."""
    deposit.give_back(listing_id=event.listing_id, reason="未成交", at=event.at, now=event.now)


def expect_sale(event: ListingAnnounced) -> None:
    """Registration, opening and close are due as announced, or, where nobody bids, the end of the notice."""
    expect = bidding.expect if locked(event.listing_id).trade.has("bidding") else agreement.expect
    expect(listing_id=event.listing_id, now=event.now)


def expect_confirmation(event: ListingClosed) -> None:
    """The confirmation is due."""
    confirmation.expect(listing_id=event.listing_id, closed_at=event.at, now=event.now)


def draw_up_contract(event: AwardConfirmed) -> None:
    """The contract is ready to be signed, and due."""
    contract.draw_up(listing_id=event.listing_id, confirmation_id=event.confirmation_id, now=event.now)


def expect_payment(event: ContractEffective) -> None:
    """The price is due, counted from the last signature."""
    payment.expect(listing_id=event.listing_id, winner_id=event.winner_id, now=event.now)


def expect_transfer(event: PricePaid) -> None:
    """The transfer is due, counted from the arrival that settled the price."""
    transfer.expect(listing_id=event.listing_id, paid_at=event.at, now=event.now)


def expect_filing(event: QuotaTransferred) -> None:
    """The filing is due, counted from the transfer."""
    filing.expect(listing_id=event.listing_id, now=event.now)


def expect_publication(event: QuotaTransferred) -> None:
    """The publication is due, counted from the transfer."""
    publication.expect(listing_id=event.listing_id, now=event.now)


def expect_commitment(event: QuotaTransferred) -> None:
    """What was promised of the quality is due, counted from the transfer."""
    commitment.expect(listing_id=event.listing_id, now=event.now)


def order_remittance(event: PricePaid) -> None:
    """Price and late fee are owed to the account that the contract fixed."""
    remittances.order_remittance(listing_id=event.listing_id, paid_at=event.at, now=event.now)


def pay_out_held_back(event: ListingCompleted) -> None:
    """What was held back of the price is owed to the seller."""
    remittances.pay_out_held_back(listing_id=event.listing_id, now=event.now)


def owe_again(event: PaymentRejected) -> None:
    """What the bank rejected of a lot's money is due anew."""
    if event.remittance_id is not None:
        remittances.expect_again(remittance_id=event.remittance_id, at=event.at, now=event.now)
    if event.sub_account_id is not None and event.was_held:
        deposit.expect_again(sub_account_id=event.sub_account_id, at=event.at)


def follow_details(event: OrganisationDescribed) -> None:
    """Contracts that wait for signatures print the party as it is now."""
    contract.follow_details(organisation_id=event.organisation_id, now=event.now)


def forfeit_deposit(event: ListingDefaulted) -> None:
    """The deposit of the winner in default goes to the treasury, part payments go back."""
    deposit.forfeit(listing_id=event.listing_id, organisation_id=event.winner_id, at=event.at, now=event.now)
    payment.return_payments(listing_id=event.listing_id, reason="竞得人违约，退还已付价款", now=event.now)
    remittances.order_forfeited(listing_id=event.listing_id, at=event.at, now=event.now)


def return_everything(event: ListingTerminated) -> None:
    """Deposits and part payments of a terminated listing go back."""
    deposit.give_back(listing_id=event.listing_id, reason="交易终止", at=event.at, now=event.now)
    payment.return_payments(listing_id=event.listing_id, reason="交易终止，退还已付价款", now=event.now)


def note_refund(event: RefundReleased) -> None:
    """A deposit that went back meets its deadline."""
    if event.purpose == Purpose.DEPOSIT:
        deposit.note_refund(event)


def settle_after_pause(event: ListingResumed) -> None:
    """What was paid while the listing stood still is settled now."""
    payment.settle(event.listing_id, now=event.now)


def close_after_pause(event: ListingResumed) -> None:
    """The notice of an agreement may have ended before the lot stood still."""
    agreement.close_if_due(listing_id=event.listing_id, at=event.now, now=event.now)


def complete_after_filing(event: FilingAccepted) -> None:
    """The last thing a listing waited for may be its filing."""
    publication.complete_if_done(listing_id=event.listing_id, at=event.now, now=event.now)


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    PreparationVoided: (notifications.preparation_voided,),
    # 1–2 application and review
    AgreementConsented: (notifications.agreement_consented,),
    ConsentWithdrawn: (notifications.consent_withdrawn,),
    ApplicationSubmitted: (notifications.application_submitted,),
    ApplicationWithdrawn: (),
    ApplicationReturned: (notifications.application_returned,),
    ReviewPassed: (notifications.review_passed,),
    # 3 announcement
    ListingAnnounced: (expect_sale, notices.announcement, commitment_papers.quality_commitment),
    AnnouncementAmended: (notices.supplementary_announcement, notifications.announcement_amended),
    # 4–5 application to bid, deposit
    RegistrationSubmitted: (notifications.registration_submitted,),
    RegistrationDecided: (follow_decision, notifications.registration_decided),
    MoneyArrived: (take_money,),
    DepositRejected: (notifications.deposit_rejected,),
    PaddleGranted: (deal.qualification_certificate, notifications.paddle_granted),
    # 6–7 bidding and close
    BiddingOpened: (notifications.bidding_opened,),
    BidsPlaced: (),  # who was outbid is told from the outbox (notifications.tell_outbid): no bid waits for it
    TimedRoundStarted: (notifications.timed_round_started,),
    ListingClosed: (refund_losers, expect_confirmation, notifications.listing_closed),
    AwardWithheld: (notifications.award_withheld,),
    ListingUnsold: (refund_all, notifications.listing_unsold),
    RefundReleased: (note_refund, notifications.refund_released),
    PaymentRejected: (owe_again, funds.take_back, notifications.payment_rejected),
    # 8–10 confirmation, contract, payment
    AwardConfirmed: (draw_up_contract, deal.award_confirmation, notifications.award_confirmed),
    ContractSigned: (),
    ContractEffective: (expect_payment, deal.tripartite_contract, notifications.contract_effective),
    CentreSignatureMissing: (notifications.centre_signature_missing,),
    InstalmentRejected: (notifications.instalment_rejected,),
    PaymentReceived: (notifications.payment_received,),
    PricePaid: (order_remittance, expect_transfer, notifications.price_paid),
    RemittanceReleased: (remittances.note_release, notifications.remittance_released),
    RemittancePaid: (funds.receive,),
    ListingDefaulted: (forfeit_deposit, notifications.listing_defaulted),
    # 11–13 transfer, filing, publication
    QuotaTransferred: (
        expect_filing,
        expect_publication,
        expect_commitment,
        deal.transfer_certificate,
        notifications.quota_transferred,
    ),
    QualityConfirmed: (),
    CommitmentReported: (notifications.commitment_reported,),
    CommitmentDecided: (commitment_papers.commitment_result, notifications.commitment_decided),
    FilingSubmitted: (),
    FilingAccepted: (complete_after_filing,),
    PublicationStarted: (notices.result_publication,),
    ListingCompleted: (
        pay_out_held_back,
        notifications.listing_completed,
    ),
    # side paths
    OrganisationDescribed: (follow_details,),
    ListingSuspended: (suspensions.suspension_notice, notifications.listing_suspended),
    ListingResumed: (
        close_after_pause,
        settle_after_pause,
        suspensions.resumption_notice,
        notifications.listing_resumed,
    ),
    ListingTerminated: (return_everything, notices.termination_notice, notifications.listing_terminated),
    QuestionAsked: (notifications.question_asked,),
    QuestionAnswered: (notifications.question_answered,),
}
