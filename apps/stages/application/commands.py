"""Applying to list (出让申请): drafting, correcting, submitting, withdrawing, listing again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.documents.queries import attached_kinds
from apps.kinds.classes import ClassTerms, class_terms
from apps.kinds.commitments import PROMISED, Promise
from apps.kinds.prices import PriceUnit, priced_among
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaClass, QuotaKind
from apps.kinds.trade import TradeForm
from apps.listings import commands as listings
from apps.listings import guidance, queries
from apps.listings.lanes import PLANNING_LANE
from apps.listings.models import Listing, ListingLine
from apps.listings.queries import rules_now
from apps.listings.rules import prices_wrong, why_not_form
from apps.listings.states import ListingStatus
from apps.listings.takers import why_not_agreed
from apps.money import accounts
from apps.pairing.models import Pairing
from apps.parties.models import Organisation
from apps.parties.queries import require_no_debt
from apps.parties.roles import Can, kinds_that
from apps.prices.commands import attach
from apps.quota import commands as quota
from apps.quota.claims import require_settled
from apps.quota.ledger import Line
from apps.quota.queries import batch_for, bought_in
from apps.rulebook.queries import Rules
from apps.stages.application import promises, rules
from apps.stages.application.events import ApplicationSubmitted, ApplicationWithdrawn
from apps.stages.application.models import Submission
from apps.stages.application.names import (
    LISTING_AMEND,
    LISTING_DRAFT,
    LISTING_SUBMIT,
    LISTING_WITHDRAW,
    REVIEW_DEADLINE,
)
from apps.stages.application.promises import CommitmentFacts
from apps.stages.consent import commands as consents
from apps.stages.consent.queries import stands
from apps.stages.consent.rules import why_not_without
from kernel import clock, lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refusal, Refused, not_found, refuse, refuse_all
from kernel.events import emit
from kernel.money import Yuan
from kernel.numbering.commands import next_number
from kernel.sealing import open_sealed, seal


@dataclass(frozen=True)
class LotFacts:
    """What a seller says of its lot. Prices are per unit (元/亩 or 元/公斤); `lines` say which batch gives what."""

    title: str
    quantities: Quantities
    lines: tuple[Line, ...]
    starting_price: Yuan
    price_unit: PriceUnit
    form: TradeForm = TradeForm.LISTING
    counterparty: int = 0
    pairing: int = 0
    """Who takes the lot by agreement, and under which pairing; 0 where the form names nobody."""
    grade: int | None = None
    fiscal_account: int = 0
    """One of the seller's verified accounts; 0 for the newest."""
    increment: Yuan | None = None
    ceiling: Yuan | None = None
    reserve_price: Yuan | None = None
    contact: str = ""
    acceptance_record_no: str = ""
    ecology_no: str = ""
    planning_no: str = ""
    planning_mu: Decimal | None = None
    declared: Mapping[str, bool] = field(default_factory=dict)
    commitment: CommitmentFacts | None = None

    @property
    def terms(self) -> ClassTerms:
        """How quota of its class is traded."""
        return class_terms(self.quantities.quota_class)

    @property
    def promise(self) -> Promise | None:
        """What is promised, in figures; None for a lot without a commitment."""
        if self.commitment is None or self.grade is None:
            return None
        return Promise(
            there=self.quantities.of(PROMISED).amount,
            area=self.commitment.area,
            now=self.grade,
            target=self.commitment.target_grade,
        )

    @property
    def priced(self) -> Quantity | None:
        """What the unit price multiplies: what is sold of the unit's kind, of capacity with what is promised."""
        priced = priced_among(self.quantities, self.price_unit)
        if priced is None or priced.kind is not PROMISED or self.promise is None:
            return priced
        return Quantity(priced.kind, self.promise.capacity)


def sum_of(lines: Iterable[Line]) -> Quantities:
    """What lines draw together, of each kind."""
    return Quantities.sum_of((str(line.kind), line.amount) for line in lines)


@transaction.atomic
def draft(*, lot: LotFacts, by: Actor, now: datetime, relisted_from_id: int | None = None) -> Listing:
    """Write a listing down as a draft. Nobody else sees it and nothing is frozen yet.

    Refuses: not_permitted (also for quota that was bought), not_found (a batch that is not the seller's),
    rule_expired, totals_mismatch, invalid.
    """
    require_capability(by, Can.SELL)
    seller = Organisation.objects.select_related("region").get(pk=by.organisation_id)
    province = seller.region.province_code
    _refuse_classes(lot.lines)
    _check(lot, rules_now(province=province, of=lot.quantities.quota_class, now=now), by=by)
    account = accounts.chosen(lot.fiscal_account, organisation_id=by.organisation_id)
    case = cases.open_case(
        process="listing", owner_id=seller.pk, province=province, region=seller.region_id, now=now
    )
    listing = Listing(
        case=case,
        seller=seller,
        province=province,
        drafted_at=now,
        grade=lot.grade,
        relisted_from_id=relisted_from_id,
        fiscal_account=account,
    )
    _write(listing, lot)
    audit.record(verb=LISTING_DRAFT, by=by, now=now, case_id=listing.pk, subject=listing, after=_said(lot))
    return listing


@transaction.atomic
def amend(*, listing_id: int, lot: LotFacts, by: Actor, now: datetime, drop_reserve: bool = False) -> Listing:
    """Change a draft, or correct a returned application. What was frozen for it is drawn anew on submission.

    A sealed reserve price stays as it is unless another is given; `drop_reserve` takes it away.
    Refuses: not_permitted, not_found, wrong_status, facts_frozen (once announced), rule_expired, totals_mismatch,
    invalid.
    """
    require_capability(by, Can.SELL)
    listing = _own(listing_id, by=by, now=now)
    refuse(rules.why_not_edit(status=listing.state, announced=listing.announced_at is not None))
    if drop_reserve and lot.reserve_price is not None:
        raise Refused.because(
            Code.INVALID, "不能同时填写保留价又取消保留价，请选择其一。", drop_reserve="与保留价只能选其一"
        )
    kept = "" if drop_reserve or lot.reserve_price is not None else listing.sealed_reserve
    if kept:
        lot = replace(lot, reserve_price=Yuan(open_sealed(kept)))
    _refuse_classes(lot.lines, of=listing.quota_class)
    _check(lot, rules_now(province=listing.province, of=listing.quota_class, now=now), by=by)
    listing.fiscal_account = accounts.chosen(lot.fiscal_account, organisation_id=by.organisation_id)
    if listing.state is ListingStatus.RETURNED:
        listings.release_quota(listing, now=now)
        listing.lines.all().delete()
        _write(listing, lot, sealed=kept)
        quota.freeze(queries.lines_of(listing), holder_id=listing.seller_id, case_id=listing.pk, now=now)
    else:
        listing.lines.all().delete()
        _write(listing, lot, sealed=kept)
    if not stands(listing):
        consents.void(listing, now=now)
    audit.record(verb=LISTING_AMEND, by=by, now=now, case_id=listing.pk, subject=listing, after=_said(lot))
    return listing


def _own(listing_id: int, *, by: Actor, now: datetime) -> Listing:
    queries.require_visible(listing_id, by=by)
    listing = queries.held(listing_id, now=now, by=by)
    if listing.seller_id != by.organisation_id:
        raise not_found("挂牌项目")
    return listing


def _refuse_classes(lines: Iterable[Line], *, of: QuotaClass | None = None) -> None:
    """A lot is of one class, and stays of it."""
    classes = {line.kind.quota_class for line in lines} | ({of} if of else set())
    refuse(rules.why_not_one_class(classes))


def _refuse_seller(lines: Iterable[Line], rulebook: Rules, *, by: Actor) -> None:
    """Who sells, and whether the quota is its own make, by the rules of the day."""
    bought = bought_in([line.batch_id for line in lines], holder_id=by.organisation_id)
    refuse(
        rules.why_not_sell(
            seller_kind=str(by.role),
            bought_in=bought.certificate_no if bought else "",
            rules=rulebook.parameters,
        )
    )


def _check(lot: LotFacts, rulebook: Rules, *, by: Actor) -> None:
    grades = {batch_for(line.batch_id, by=by).grade for line in lot.lines}
    _refuse_seller(lot.lines, rulebook, by=by)
    refuse_all(
        rules.why_not_lot(
            quantities=lot.quantities,
            unit=lot.price_unit,
            starting_price=lot.starting_price,
            drawn=sum_of(lot.lines),
        ),
        rules.why_not_of_class(
            grade=lot.grade, planning_no=lot.planning_no, planning_mu=lot.planning_mu, terms=lot.terms
        )
        or rules.why_not_grade(stated=lot.grade, of_batches=grades),
        rules.why_not_declared(declared=lot.declared, terms=lot.terms),
        why_not_form(form=lot.form, rules=rulebook.parameters),
        *_wrong_of_form(lot, rulebook, by=by),
        *promises.wrong_with(
            lot.commitment,
            drawn=[line.batch_id for line in lot.lines],
            quantities=lot.quantities,
            grade=lot.grade,
            trade=lot.form.terms,
            rules_now=rulebook.parameters,
            by=by,
        ),
    )


def _wrong_of_form(lot: LotFacts, rulebook: Rules, *, by: Actor) -> Iterator[Refusal]:
    """What is wrong with the prices, and with who takes the lot, in its form."""
    taker = Organisation.objects.filter(pk=lot.counterparty, active=True, kind__in=kinds_that(Can.BUY))
    pairing = Pairing.objects.filter(pk=lot.pairing, province__startswith=by.region[:2])
    yield from rules.wrong_with_counterparty(
        terms=lot.form.terms,
        counterparty=lot.counterparty,
        pairing=lot.pairing,
        is_known=taker.exists(),
        is_paired=pairing.exists(),
    )
    if not lot.form.terms.has("bidding"):
        yield from rules.wrong_without_bidding(
            {"increment": lot.increment, "ceiling": lot.ceiling, "reserve_price": lot.reserve_price}
        )
        return
    yield from prices_wrong(
        starting_price=lot.starting_price,
        unit=lot.price_unit,
        increment=lot.increment,
        named_ceiling=lot.ceiling,
        reserve=lot.reserve_price,
        rules=rulebook.parameters,
    )


def _write(listing: Listing, lot: LotFacts, *, sealed: str = "") -> None:
    """The facts onto the listing; `sealed` is the reserve price as it was sealed before, where it stays."""
    listing.title, listing.form = lot.title, lot.form
    listing.counterparty_id, listing.pairing_id = lot.counterparty or None, lot.pairing or None
    listing.grade = lot.grade
    listing.starting_price, listing.price_unit = lot.starting_price, lot.price_unit
    priced = lot.priced
    if priced is None:
        raise ValueError(f"{lot.price_unit} fits nothing that is sold")
    listing.priced_kind, listing.priced_amount = priced.kind, priced.amount
    listing.increment = lot.increment
    listing.named_ceiling = listing.ceiling = lot.ceiling
    listing.has_reserve = lot.reserve_price is not None
    listing.sealed_reserve = sealed or (seal(str(lot.reserve_price)) if lot.reserve_price is not None else "")
    listing.acceptance_record_no, listing.ecology_no = lot.acceptance_record_no, lot.ecology_no
    listing.planning_no, listing.planning_mu = lot.planning_no, lot.planning_mu
    listing.declared = {name: lot.declared[name] for name in lot.terms.declared}
    listing.contact = lot.contact
    listing.save()
    ListingLine.objects.bulk_create(
        [
            ListingLine(listing=listing, batch_id=line.batch_id, kind=line.kind, amount=line.amount)
            for line in lot.lines
        ]
    )
    promises.write(listing, lot.commitment)


def _said(lot: LotFacts) -> dict[str, Any]:
    """What goes into the record: everything but the reserve price, which stays sealed."""
    return {
        **lot.quantities.as_strings(),
        "form": lot.form.terms.label,
        "grade": lot.grade,
        "starting_price": str(lot.starting_price),
        "increment": str(lot.increment),
        "ceiling": str(lot.ceiling),
        "has_reserve": lot.reserve_price is not None,
        **({"planning_no": lot.planning_no, "planning_mu": str(lot.planning_mu)} if lot.planning_no else {}),
        **{name: lot.declared[name] for name in lot.terms.declared},
        **(lot.commitment.said if lot.commitment else {}),
    }


@transaction.atomic
def submit(*, listing_id: int, by: Actor, now: datetime) -> Listing:
    """Apply to list. Freezes the lot's quota in the same transaction and starts the review's clock.

    A returned application begins a new round; the old one is kept. One person prepares, another releases.
    Refuses: not_permitted, same_person, not_found, wrong_status, missing_document, quota_insufficient, quota_frozen,
    quota_encumbered, rule_expired, not_paired, use_banned (also while the county owes proceeds that an auditor wants
    recovered), price_out_of_guidance, invalid (a reserve price above what the price tables allow, a guide price
    computed for another land class).
    """
    require_capability(by, Can.SELL)
    access.release(act=LISTING_SUBMIT, subject_id=listing_id, by=by, now=now)
    listing = _own(listing_id, by=by, now=now)
    refuse(
        rules.why_not_submit(
            status=listing.state,
            documents=attached_kinds(case_id=listing_id, organisation_id=listing.seller_id),
            numbers={name: getattr(listing, name) for name in listing.terms.numbers},
            terms=listing.terms,
            papers=listing.papers,
        )
    )
    refuse(rules.why_not_declared(declared=listing.declared, terms=listing.terms))
    rulebook = rules_now(province=listing.province, of=listing.quota_class, now=now)
    require_no_debt(listing.seller_id)
    refuse(why_not_form(form=TradeForm(listing.form), rules=rulebook.parameters))
    refuse(why_not_agreed(listing, rules=rulebook.parameters, now=now))
    refuse(why_not_without(stands=stands(listing)) if listing.trade.counterparty else None)
    _refuse_seller(queries.lines_of(listing), rulebook, by=by)
    rules_copy = rulebook.as_json() | guidance.prices_now(listing, now=now)
    refuse(guidance.why_not_prices(listing, rules_copy))
    require_settled(holder_id=listing.seller_id, kinds=[line.kind for line in queries.lines_of(listing)])
    promises.refuse_promised(listing, rules_now=rulebook.parameters, by=by)
    if listing.state is ListingStatus.DRAFT:
        quota.freeze(queries.lines_of(listing), holder_id=listing.seller_id, case_id=listing.pk, now=now)
    _refuse_planned(listing)
    left = rules.review_days_left(review_wd=rulebook.parameters.review_wd, used_wd=listing.review_days_used)
    if listing.number is None:
        listing.number = _number(listing, now=now)
        cases.give_number(listing.pk, listing.number)
    listings.advance(
        listing,
        ListingStatus.UNDER_REVIEW,
        now=now,
        submitted_at=listing.submitted_at or now,
        review_round=listing.review_round + 1,
        rules_copy=rules_copy,
    )
    if listing.grade is not None:
        attach(case_id=listing.pk, lot=guidance.priced_lot(listing), grade=listing.grade, now=now)
    Submission.objects.create(listing=listing, review_round=listing.review_round, at=now)
    deadlines.start(
        kind=REVIEW_DEADLINE,
        case_id=listing_id,
        triggered_at=now,
        period=deadlines.working_days(left, daily_end=rulebook.parameters.daily_end),
    )
    audit.record(verb=LISTING_SUBMIT, by=by, now=now, case_id=listing_id, subject=listing)
    emit(ApplicationSubmitted(listing_id=listing_id, review_round=listing.review_round, now=now))
    return listing


def _refuse_planned(listing: Listing) -> None:
    """All lots under one confirmation number together stay within it. Holds the number's lane."""
    if listing.planning_mu is None:
        return
    lanes.hold(PLANNING_LANE, lanes.key_of(listing.planning_key))
    others = queries.under_planning_number(listing)
    refuse(
        rules.why_not_planned(
            number=listing.planning_no,
            confirmed=listing.planning_mu,
            stated_before=[each.planning_mu for each in others if each.planning_mu is not None],
            under_it=sum((each.priced_amount for each in others), Decimal("0.0000")),
            wanted=listing.priced_amount,
        )
    )


def _number(listing: Listing, *, now: datetime) -> str:
    year = clock.beijing(now).year
    serial = next_number(f"listing:{listing.quota_class}:{listing.province}:{year}")
    return f"{listing.terms.mark}挂〔{year}〕{listing.province[:2]}{serial:04d}号"


@transaction.atomic
def withdraw(*, listing_id: int, by: Actor, now: datetime) -> Listing:
    """Take an application back; its quota is released. One person prepares, another releases.

    Refuses: not_permitted, same_person, not_found, wrong_status.
    """
    require_capability(by, Can.SELL)
    access.release(act=LISTING_WITHDRAW, subject_id=listing_id, by=by, now=now)
    listing = _own(listing_id, by=by, now=now)
    refuse(rules.why_not_withdraw(status=listing.state))
    frozen = listing.state is not ListingStatus.DRAFT
    deadlines.cancel_all(case_id=listing_id)
    listings.advance(listing, ListingStatus.WITHDRAWN, now=now)
    if frozen:
        listings.release_quota(listing, now=now)
    audit.record(verb=LISTING_WITHDRAW, by=by, now=now, case_id=listing_id, subject=listing)
    emit(ApplicationWithdrawn(listing_id=listing_id, now=now))
    return listing


@transaction.atomic
def relist(*, listing_id: int, by: Actor, now: datetime, starting_price: Yuan | None = None) -> Listing:
    """Draft a lot that ended without a deal again (重新挂牌); the new listing points to the old one.

    Refuses: not_permitted, not_found, wrong_status.
    """
    require_capability(by, Can.SELL)
    queries.require_visible(listing_id, by=by)
    old = queries.held(listing_id, now=now, by=by)
    refuse(
        rules.why_not_relist(
            status=old.state,
            same_seller=old.seller_id == by.organisation_id,
            relisted=old.relistings.exists(),
        )
    )
    lot = facts_of(old)
    if starting_price is not None:
        lot = replace(lot, starting_price=starting_price, increment=None)
    return draft(lot=lot, by=by, now=now, relisted_from_id=old.pk)


def facts_of(listing: Listing) -> LotFacts:
    """A lot's facts as its seller gave them, the sealed reserve price included."""
    return LotFacts(
        title=listing.title,
        quantities=listing.quantities,
        lines=tuple(
            Line(line.batch_id, QuotaKind(line.kind), Decimal(line.amount))
            for line in listing.lines.order_by("id")
        ),
        form=TradeForm(listing.form),
        counterparty=listing.counterparty_id or 0,
        pairing=listing.pairing_id or 0,
        grade=listing.grade,
        starting_price=listing.starting_price,
        price_unit=listing.unit,
        fiscal_account=listing.fiscal_account_id or 0,
        increment=listing.increment,
        ceiling=listing.named_ceiling,
        reserve_price=Yuan(open_sealed(listing.sealed_reserve)) if listing.sealed_reserve else None,
        contact=listing.contact,
        acceptance_record_no=listing.acceptance_record_no,
        ecology_no=listing.ecology_no,
        planning_no=listing.planning_no,
        planning_mu=listing.planning_mu,
        declared=dict(listing.declared),
        commitment=promises.facts_of(listing),
    )
