"""Putting the process together when the site starts: acts, deadlines, reactions, handlers."""

from apps.crossprovince import areas, demand_deadlines
from apps.crossprovince import deadlines as crossprovince_deadlines
from apps.crossprovince.acts import ACTS as CROSSPROVINCE_ACTS
from apps.crossprovince.demand_forms import ACTS as DEMAND_ACTS
from apps.crossprovince.demand_forms import SUBJECTS as DEMAND_SUBJECTS
from apps.crossprovince.demand_objected import OBJECTED as DEMAND_OBJECTED
from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.forms import SUBJECTS as CROSSPROVINCE_SUBJECTS
from apps.crossprovince.names import SCHEME_IMPORT
from apps.crossprovince.objected import OBJECTED as ADJUSTMENT_OBJECTED
from apps.crossprovince.process import ADJUSTMENT
from apps.documents import handlers as document_handlers
from apps.documents.forms import ACTS as DOCUMENT_ACTS
from apps.documents.forms import SUBJECTS as DOCUMENT_SUBJECTS
from apps.documents.mending import taken_by
from apps.documents.states import DocumentKind
from apps.funds import deadlines as funds_deadlines
from apps.funds.forms import ACTS as FUNDS_ACTS
from apps.funds.forms import SUBJECTS as FUNDS_SUBJECTS
from apps.land.forms import ACTS as LAND_ACTS
from apps.land.forms import SUBJECTS as LAND_SUBJECTS
from apps.listings.forms import ACTS as LISTING_ACTS
from apps.listings.forms import SUBJECTS as LISTING_SUBJECTS
from apps.listings.objected import OBJECTED as LISTING_OBJECTED
from apps.listings.process import LISTING
from apps.live.hints import hint_live, publish_live
from apps.money import handlers as money_handlers
from apps.money.forms import ACTS as MONEY_ACTS
from apps.money.forms import SUBJECTS as MONEY_SUBJECTS
from apps.notices import handlers as notice_handlers
from apps.objections import deadlines as objection_deadlines
from apps.objections.forms import ACTS as OBJECTION_ACTS
from apps.objections.forms import SUBJECTS as OBJECTION_SUBJECTS
from apps.pairing.forms import ACTS as PAIRING_ACTS
from apps.pairing.forms import SUBJECTS as PAIRING_SUBJECTS
from apps.parties.forms import ACTS as PARTY_ACTS
from apps.parties.forms import SUBJECTS as PARTY_SUBJECTS
from apps.prices.forms import ACTS as PRICE_ACTS
from apps.prices.forms import SUBJECTS as PRICE_SUBJECTS
from apps.process import notifications
from apps.process.forms import ACTS as PROCESS_ACTS
from apps.process.forms import SUBJECTS as PROCESS_SUBJECTS
from apps.process.reactions.adjustment import REACTIONS as ADJUSTMENT_REACTIONS
from apps.process.reactions.demand import REACTIONS as DEMAND_REACTIONS
from apps.process.reactions.documents import REACTIONS as DOCUMENT_REACTIONS
from apps.process.reactions.funds import REACTIONS as FUNDS_REACTIONS
from apps.process.reactions.listing import REACTIONS
from apps.process.reactions.objections import REACTIONS as OBJECTION_REACTIONS
from apps.process.reactions.verification import REACTIONS as VERIFICATION_REACTIONS
from apps.process.record_words import VERBS
from apps.questions.forms import ACTS as QUESTION_ACTS
from apps.questions.forms import SUBJECTS as QUESTION_SUBJECTS
from apps.quota.forms import ACTS as QUOTA_ACTS
from apps.quota.forms import SUBJECTS as QUOTA_SUBJECTS
from apps.rulebook.forms import ACTS as RULEBOOK_ACTS
from apps.rulebook.forms import SUBJECTS as RULEBOOK_SUBJECTS
from apps.stages.agreement import deadlines as agreement_deadlines
from apps.stages.agreement.methods import METHOD as AGREEMENT
from apps.stages.announcement import deadlines as announcement_deadlines
from apps.stages.announcement.forms import ACTS as ANNOUNCEMENT_ACTS
from apps.stages.application import deadlines as application_deadlines
from apps.stages.application.forms import ACTS as APPLICATION_ACTS
from apps.stages.award.methods import register as register_methods
from apps.stages.bidding import deadlines as bidding_deadlines
from apps.stages.bidding.forms import ACTS as BIDDING_ACTS
from apps.stages.bidding.methods import METHOD as LISTING_AUCTION
from apps.stages.commitment import deadlines as commitment_deadlines
from apps.stages.commitment.forms import ACTS as COMMITMENT_ACTS
from apps.stages.confirmation import deadlines as confirmation_deadlines
from apps.stages.confirmation.forms import ACTS as CONFIRMATION_ACTS
from apps.stages.consent.forms import ACTS as CONSENT_ACTS
from apps.stages.contract import deadlines as contract_deadlines
from apps.stages.contract.forms import ACTS as CONTRACT_ACTS
from apps.stages.deposit import deadlines as deposit_deadlines
from apps.stages.deposit.forms import ACTS as DEPOSIT_ACTS
from apps.stages.filing import deadlines as filing_deadlines
from apps.stages.filing.forms import ACTS as FILING_ACTS
from apps.stages.payment import deadlines as payment_deadlines
from apps.stages.payment.forms import ACTS as PAYMENT_ACTS
from apps.stages.publication import deadlines as publication_deadlines
from apps.stages.publication.forms import ACTS as PUBLICATION_ACTS
from apps.stages.qualification import deadlines as qualification_deadlines
from apps.stages.qualification.forms import ACTS as QUALIFICATION_ACTS
from apps.stages.qualification.forms import SUBJECTS as QUALIFICATION_SUBJECTS
from apps.stages.review import deadlines as review_deadlines
from apps.stages.review.forms import ACTS as REVIEW_ACTS
from apps.stages.transfer import deadlines as transfer_deadlines
from apps.stages.transfer.forms import ACTS as TRANSFER_ACTS
from apps.stages.transfer.forms import SUBJECTS as TRANSFER_SUBJECTS
from apps.surplus import deadlines as surplus_deadlines
from apps.surplus.forms import ACTS as SURPLUS_ACTS
from apps.surplus.forms import SUBJECTS as SURPLUS_SUBJECTS
from apps.surplus.names import VERIFICATION_RECORD
from apps.surplus.objected import OBJECTED as VERIFICATION_OBJECTED
from apps.surplus.process import VERIFICATION
from apps.surplus.reclaimed import parcels_behind
from kernel.acts.act import declare
from kernel.acts.subjects import declare_subjects
from kernel.acts.verbs import declare_verbs
from kernel.cases.registry import register_process
from kernel.deadlines.registry import register
from kernel.deadlines.runner import tell_failures_to
from kernel.events import react_with
from kernel.objected import register_objected
from kernel.outbox.commands import register_batch_handler, register_handler

ACTS_IN_ORDER = (
    *PARTY_ACTS,
    *LAND_ACTS,
    *QUOTA_ACTS,
    *SURPLUS_ACTS,
    *PAIRING_ACTS,
    *CONSENT_ACTS,
    *CROSSPROVINCE_ACTS,
    *DEMAND_ACTS,
    *APPLICATION_ACTS,
    *REVIEW_ACTS,
    *ANNOUNCEMENT_ACTS,
    *QUALIFICATION_ACTS,
    *BIDDING_ACTS,
    *CONFIRMATION_ACTS,
    *CONTRACT_ACTS,
    *PAYMENT_ACTS,
    *TRANSFER_ACTS,
    *COMMITMENT_ACTS,
    *FILING_ACTS,
    *PUBLICATION_ACTS,
    *LISTING_ACTS,
    *OBJECTION_ACTS,
    *QUESTION_ACTS,
    *MONEY_ACTS,
    *DEPOSIT_ACTS,
    *FUNDS_ACTS,
    *DOCUMENT_ACTS,
    *RULEBOOK_ACTS,
    *PRICE_ACTS,
    *PROCESS_ACTS,
)

KINDS_IN_ORDER = (
    *application_deadlines.KINDS,
    *review_deadlines.KINDS,
    *announcement_deadlines.KINDS,
    *bidding_deadlines.KINDS,
    *agreement_deadlines.KINDS,
    *qualification_deadlines.KINDS,
    *deposit_deadlines.KINDS,
    *confirmation_deadlines.KINDS,
    *contract_deadlines.KINDS,
    *payment_deadlines.KINDS,
    *transfer_deadlines.KINDS,
    *commitment_deadlines.KINDS,
    *filing_deadlines.KINDS,
    *publication_deadlines.KINDS,
    *objection_deadlines.KINDS,
    *surplus_deadlines.KINDS,
    *crossprovince_deadlines.KINDS,
    *demand_deadlines.KINDS,
    *funds_deadlines.KINDS,
)


def assemble() -> None:
    """Declare everything, once per process."""
    declare(*ACTS_IN_ORDER)
    register_process(LISTING)
    register_process(VERIFICATION)
    register_process(ADJUSTMENT)
    register_process(DEMAND)
    register_objected(LISTING_OBJECTED, ADJUSTMENT_OBJECTED, DEMAND_OBJECTED, VERIFICATION_OBJECTED)
    areas.provide(parcels_behind)
    taken_by(
        {DocumentKind.QUOTA_CERTIFICATE: VERIFICATION_RECORD, DocumentKind.SCHEME_PUBLICATION: SCHEME_IMPORT}
    )
    declare_subjects(
        *LISTING_SUBJECTS,
        *QUALIFICATION_SUBJECTS,
        *LAND_SUBJECTS,
        *QUOTA_SUBJECTS,
        *PAIRING_SUBJECTS,
        *SURPLUS_SUBJECTS,
        *CROSSPROVINCE_SUBJECTS,
        *DEMAND_SUBJECTS,
        *TRANSFER_SUBJECTS,
        *OBJECTION_SUBJECTS,
        *QUESTION_SUBJECTS,
        *MONEY_SUBJECTS,
        *FUNDS_SUBJECTS,
        *DOCUMENT_SUBJECTS,
        *RULEBOOK_SUBJECTS,
        *PRICE_SUBJECTS,
        *PROCESS_SUBJECTS,
        *PARTY_SUBJECTS,
    )
    declare_verbs(*VERBS)
    register(*KINDS_IN_ORDER)
    register_methods(LISTING_AUCTION, AGREEMENT)
    react_with(
        REACTIONS
        | OBJECTION_REACTIONS
        | VERIFICATION_REACTIONS
        | ADJUSTMENT_REACTIONS
        | DEMAND_REACTIONS
        | FUNDS_REACTIONS
        | DOCUMENT_REACTIONS
    )
    tell_failures_to(notifications.deadline_failed)
    register_handler("email", notice_handlers.send_email)
    register_handler("sms", notice_handlers.send_sms)
    register_handler("render", document_handlers.ask_worker)
    register_handler("bank", money_handlers.send_payment)
    register_batch_handler("live", publish_live, at_once=hint_live)
    register_handler("outbid", notifications.tell_outbid)
