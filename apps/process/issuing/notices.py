"""What the public is told of a lot: that it is announced, supplemented, terminated, and what came of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.documents import commands as documents
from apps.documents import facts
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.listings.events import ListingTerminated
from apps.listings.models import Listing
from apps.listings.names import NOTICE_END_DEADLINE
from apps.process.issuing import numbers, particulars
from apps.process.issuing.particulars import known, said
from apps.stages.announcement.events import AnnouncementAmended, ListingAnnounced
from apps.stages.announcement.models import Announcement, Supplement
from apps.stages.announcement.names import ANNOUNCEMENT_PUBLISH
from apps.stages.confirmation.models import Confirmation
from apps.stages.contract.terms import clauses
from apps.stages.publication.events import PublicationStarted
from apps.stages.publication.models import Publication
from apps.stages.publication.names import PUBLICATION_END_DEADLINE
from apps.stages.review.queries import guide_price_of
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import dry_run
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.money import Yuan


def announcement(event: ListingAnnounced) -> None:
    """What announces a lot in its form: the announcement (交易公告), or the notice of an agreement (协议公示)."""
    listing = particulars.listing_of(event.listing_id)
    _ANNOUNCING[DocumentKind(listing.trade.notice)](listing, event)


def _agreement_notice(listing: Listing, event: ListingAnnounced) -> None:
    """The notice of an agreement with parties, price and basis; nobody registers."""
    taker, pairing = known(listing.counterparty), known(listing.pairing)
    stated = facts.AgreementNoticeFacts(
        **particulars.common(listing),
        taker=said(taker.name),
        priced_kind=listing.priced.kind,
        unit=listing.unit,
        unit_price=listing.starting_price,
        total=listing.total(listing.starting_price),
        pairing_basis=said(f"{pairing.document.body} {pairing.document.document_no}"),
        project_number=said(pairing.major_project_no) if pairing.major_project_no else None,
        terms=particulars.terms(listing.rules.parameters),
        notice_starts_at=known(listing.announced_at),
        notice_ends_at=particulars.due_at(listing, NOTICE_END_DEADLINE),
        notice_days=listing.rules.parameters.agreement_notice_days,
        portal_url=particulars.portal(),
        remarks=_remarks(listing),
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


def _announcement(listing: Listing, event: ListingAnnounced) -> None:
    """The announcement (交易公告) with everything that is frozen from now on."""
    rules = listing.rules.parameters
    commitment = Announcement.objects.values_list("draw_commitment", flat=True).get(pk=event.announcement_id)
    stated = facts.AnnouncementFacts(
        **particulars.common(listing),
        prices=_prices(listing),
        terms=particulars.terms(rules),
        registration_opens_at=known(listing.announced_at),
        registration_closes_at=known(listing.registration_closes_at),
        deposit_cutoff_at=known(listing.deposit_cutoff_at),
        bidding_opens_at=known(listing.opens_at),
        bidding_closes_at=known(listing.closes_at),
        bidder_kinds=particulars.bidder_kinds(rules),
        portal_url=particulars.portal(),
        timed_bidding=particulars.timed_bidding(listing),
        quiet_last_minutes=0 if listing.trade.rounds_from_opening else rules.quiet_last_minutes,
        draw_commitment=commitment if listing.ceiling is not None else None,
        required_documents=tuple(listing.terms.to_bid.values()),
        relists=listing.relisted_from.number if listing.relisted_from else None,
        remarks=_remarks(listing),
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


_ANNOUNCING: dict[DocumentKind, Callable[[Listing, ListingAnnounced], None]] = {
    DocumentKind.ANNOUNCEMENT: _announcement,
    DocumentKind.AGREEMENT_NOTICE: _agreement_notice,
}


def _remarks(listing: Listing) -> tuple[str, ...]:
    """What else a bidder has to know: what comes with the lot, its guide price, what the contract says of its class."""
    class_says = (
        *_guide_price(listing),
        *(each.rstrip("。") for each in clauses(listing).get("clauses", ())),
    )
    if listing.planning_mu is None:
        return class_says
    number = said(listing.planning_no)
    return (f"本标的附规划规模，省级确认文号为{number}，该文号共确认{listing.planning_mu:,}亩", *class_says)


def _guide_price(listing: Listing) -> tuple[str, ...]:
    """The guide price by the norms that came with the application (指导价), with its band; it binds nobody."""
    computed = guide_price_of(listing)
    norms = computed.result["by_norms"] if computed is not None else None
    if computed is None or norms is None:
        return ()
    price, low, high = (Yuan(norms[name]) for name in ("price", "low", "high"))
    unit = computed.unit.label
    return (
        f"按成本标准测算的指导价为{price:,}{unit}，合理区间{low:,}至{high:,}{unit}，供参考，不构成对报价的限制"
        f"（{said(computed.conditions)}）",
    )


def announcement_proof(*, listing_id: int, data: dict[str, Any], by: Actor, now: datetime) -> list[bytes]:
    """The announcement as `announcement.publish` with `data` would print it: its pages as PNG, marked as unpublished.

    The act is tried and taken back. Raises `Refused` with what the act would be refused for.
    """
    pages: list[bytes] = []

    def look() -> None:
        kind = Listing.objects.get(pk=listing_id).trade.notice
        made = Document.objects.filter(case_id=listing_id, kind=kind).latest("id")
        pages.extend(documents.proof(made, number="预览件（未发布）"))

    act = act_called(ANNOUNCEMENT_PUBLISH)
    refuse(dry_run(act, subject_id=listing_id, data=data, by=by, now=now, look=look))
    return pages


def _prices(listing: Listing) -> facts.PriceTerms:
    rules = listing.rules.parameters
    return facts.PriceTerms(
        priced_kind=listing.priced.kind,
        unit=listing.unit,
        starting_unit_price=listing.starting_price,
        starting_total=known(listing.starting_total),
        increment=known(listing.increment),
        deposit_rate=rules.deposit_rate,
        deposit=known(listing.deposit_amount),
        has_reserve=listing.has_reserve,
        must_be_multiple=rules.increment_multiple,
        ceiling_unit_price=listing.ceiling,
    )


def supplementary_announcement(event: AnnouncementAmended) -> None:
    """The supplementary announcement (补充公告): the text, and every date that moved with it."""
    listing = particulars.listing_of(event.listing_id)
    supplement = Supplement.objects.get(pk=event.supplement_id)
    stated = facts.SupplementaryAnnouncementFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        announced_at=known(listing.announced_at),
        reason="有关事项需要补充或者变更",
        changes=(
            facts.Change(item="补充内容", before="见原公告", after=said(supplement.text)),
            *_changed_texts(supplement.changes),
        ),
        dates=_changed_dates(supplement.changes),
        portal_url=particulars.portal(),
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


_TEXTS = {"contact": "联系人及电话"}


def _changed_texts(changes: dict[str, list[str]]) -> tuple[facts.Change, ...]:
    """What else was announced and is another now."""
    return tuple(
        facts.Change(
            item=label,
            before=said(changes[name][0] or "无"),
            after=said(changes[name][1]),
        )
        for name, label in _TEXTS.items()
        if name in changes
    )


def _changed_dates(changes: dict[str, list[str]]) -> tuple[facts.MovedDate, ...]:
    """The dates in the order in which they come. A change of what has no words here is a KeyError."""
    order = list(particulars.MOMENTS)
    return tuple(
        facts.MovedDate(
            item=particulars.MOMENTS[name],
            before_at=datetime.fromisoformat(changes[name][0]),
            after_at=datetime.fromisoformat(changes[name][1]),
            is_limit=name != "opens_at",
        )
        for name in sorted(
            changes.keys() - _TEXTS.keys(),
            key=lambda name: order.index(name) if name in order else len(order),
        )
    )


def termination_notice(event: ListingTerminated) -> None:
    """The termination notice (终止公告); none for a listing that was never announced.

    The date by which deposits go back is stated whether there are any or not: that is nobody's business.
    """
    listing = particulars.listing_of(event.listing_id)
    if listing.announced_at is None:
        return
    rules = listing.rules.parameters
    refund = deadlines.working_days(rules.deposit_refund_wd, daily_end=rules.daily_end)
    stated = facts.TerminationNoticeFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        terminated_at=event.at,
        reason=particulars.phrase(event.public_reason),
        portal_url=particulars.portal(),
        deposit_refund_due_at=deadlines.end_of(refund, triggered_at=event.at).at,
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


def result_publication(event: PublicationStarted) -> None:
    """The publication of the result (结果公示), with the end of its period."""
    listing = particulars.listing_of(event.listing_id)
    confirmation = Confirmation.objects.select_related("winner", "award").get(listing=listing)
    publication = Publication.objects.get(pk=event.publication_id)
    stated = facts.ResultPublicationFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        winner=said(confirmation.winner.name),
        priced_kind=listing.priced.kind,
        unit=listing.unit,
        unit_price=confirmation.award.unit_price,
        total=confirmation.award.total_price,
        closed_at=confirmation.award.at,
        confirmation_number=numbers.of_latest(listing, DocumentKind.AWARD_CONFIRMATION),
        contract_number=numbers.of_latest(listing, DocumentKind.TRIPARTITE_CONTRACT),
        transfer_number=numbers.of_latest(listing, DocumentKind.TRANSFER_CERTIFICATE),
        transferred_at=listing.transfer.executed_at,
        publication_starts_at=publication.started_at,
        publication_ends_at=particulars.due_at(listing, PUBLICATION_END_DEADLINE),
        terms=particulars.terms(listing.rules.parameters),
        portal_url=particulars.portal(),
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)
