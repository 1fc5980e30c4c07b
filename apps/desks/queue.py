"""What waits for a person: one board per role, each thing with when it is due and where it is done.

A board of ten thousand things is made of a dozen queries, whatever it holds: rows are read as plain values, filtered
and counted here, and only what a page shows is read whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Concat

from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.queries import visible_to as seen_adjustments
from apps.desks.adjustment_tasks import KIND_OF as ADJUSTMENT_KIND_OF
from apps.desks.audit_tasks import audit_tasks
from apps.desks.case_tasks import case_tasks, name_releases
from apps.desks.demand_tasks import KIND_OF as DEMAND_KIND_OF
from apps.desks.fund_tasks import KIND_OF as FUND_KIND_OF
from apps.desks.fund_tasks import fund_tasks
from apps.desks.objection_tasks import objection_tasks
from apps.desks.over import over
from apps.desks.tasks import Marks, Release, Task
from apps.desks.verification_tasks import KIND_OF as VERIFICATION_KIND_OF
from apps.disclosure.record import hidden_listings
from apps.listings.models import Commitment, Listing
from apps.listings.names import BIDDING_CLOSE_DEADLINE, LISTING_RESUME, REGISTRATION_CLOSE_DEADLINE
from apps.listings.queries import visible_to
from apps.listings.rules import stands_before_close
from apps.listings.states import ListingStatus
from apps.money.gate import here
from apps.money.models import Remittance, SubAccount
from apps.money.names import MONEY_ANSWER, REFUND_RELEASE, REFUND_RELEASE_ONE, REMITTANCE_RELEASE
from apps.money.queries import refunds_due, remittances_due, unanswered
from apps.objections.models import Objection
from apps.objections.names import (
    OBJECTION_ACCEPT,
    OBJECTION_ACCEPT_DEADLINE,
    OBJECTION_DECIDE,
    OBJECTION_DECIDE_DEADLINE,
    OBJECTION_DISMISS_FLOOD,
)
from apps.objections.rules import LEAST_OF_A_FLOOD
from apps.objections.states import ObjectionStatus
from apps.parties.roles import Can
from apps.questions.names import QUESTION_ANSWER
from apps.questions.queries import visible_to as questions_visible_to
from apps.questions.states import QuestionStatus
from apps.quota.names import QUOTA_BOOK
from apps.quota.queries import unbooked
from apps.rulebook.models import Rulebook
from apps.rulebook.names import RULEBOOK_APPROVE
from apps.rulebook.parameters import OpinionBodies
from apps.rulebook.queries import lapsed
from apps.rulebook.subjects import SUPPLEMENTARY
from apps.stages.announcement.names import (
    ANNOUNCEMENT_NOTE_PORTAL,
    ANNOUNCEMENT_PUBLISH,
    PORTAL_NOTE_DEADLINE,
)
from apps.stages.application.names import LISTING_SUBMIT, REVIEW_DEADLINE
from apps.stages.commitment.models import Report
from apps.stages.commitment.names import (
    COMMITMENT_DEADLINE,
    COMMITMENT_DECIDE,
    COMMITMENT_DECIDE_DEADLINE,
    COMMITMENT_REPORT,
)
from apps.stages.commitment.rules import AFTER_TRANSFER
from apps.stages.confirmation.names import CONFIRMATION_DEADLINE, CONFIRMATION_ISSUE
from apps.stages.consent.models import Consent
from apps.stages.consent.names import AGREEMENT_CONSENT
from apps.stages.consent.rules import OPEN_TO_CONSENT
from apps.stages.contract.models import Signature
from apps.stages.contract.names import CONTRACT_DEADLINE, CONTRACT_SIGN
from apps.stages.contract.states import Party
from apps.stages.deposit.names import DEPOSIT_REFUND_DEADLINE
from apps.stages.filing.names import FILING_ACCEPT, FILING_DEADLINE, FILING_SUBMIT
from apps.stages.filing.rules import FILEABLE
from apps.stages.payment.names import PAYMENT_DEADLINE, REMIT_DEADLINE
from apps.stages.publication.names import PUBLICATION_START, PUBLICATION_START_DEADLINE
from apps.stages.qualification.models import Registration
from apps.stages.qualification.names import QUALIFICATION_DEADLINE, REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.names import RETURN_NOTICE_DEADLINE, REVIEW_DECIDE, REVIEW_RETURN
from apps.stages.review.rules import why_not_body
from apps.stages.review.states import SUBJECT_LABELS, Outcome, Subject
from apps.stages.transfer.models import QualityClaim
from apps.stages.transfer.names import QUALITY_CONFIRM, QUALITY_PAID, TRANSFER_DEADLINE, TRANSFER_EXECUTE
from apps.surplus.queries import visible_to as seen_verifications
from kernel.access.models import Preparation
from kernel.access.queries import Waiting, in_hand, waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import Act, act_called
from kernel.acts.bound import Sort
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.money import Yuan
from kernel.workdays.calendar import Calendar
from kernel.workdays.counting import working_days_between
from kernel.workdays.queries import current

S = ListingStatus
MOST = 20_000
"""So many tasks of one sort are looked at; the oldest first."""
_FEW = 1_000
"""So many ids are named in a query one by one."""


class Lot(NamedTuple):
    """What the queue has to know of a lot."""

    pk: int
    number: str | None
    title: str
    status: str
    suspended_from: str
    seller: str
    county: str
    county_name: str
    bodies: str | None
    unanswered: int
    noted: int | None
    contract: int | None
    filing: int | None
    accepted_at: datetime | None
    signed: bool
    opinions: list[str]
    claims: list[int]
    promises: bool
    reported: bool

    @property
    def name(self) -> str:
        """The number, or what a draft is called."""
        return self.number or f"草稿{self.pk}"

    @property
    def is_hidden(self) -> bool:
        """Whether who bids on it is nobody's business yet."""
        return stands_before_close(self.status, self.suspended_from)


_COLUMNS = (
    "pk", "number", "title", "status", "suspended_from", "seller__name", "seller__region__code",
    "seller__region__name", "bodies", "unanswered_objections", "portal_note__pk", "contract__pk", "filing__pk",
    "filing__accepted_at", "signed", "given", "claimed", "promises", "reported",
)  # fmt: skip


def _on_listing(
    act: str, lot: Lot, *, kind: str = "", query: str = "", label: str = "", slot: str = "", url: str = ""
) -> Task:
    return Task(
        label or act_called(act).label,
        f"{lot.name} {lot.title}",
        url or f"/desk/acts/{act}/{lot.pk}/{query}",
        kind=kind,
        listing_id=lot.pk,
        slot=slot or act,
        slot_subject=lot.pk,
        county=lot.county,
        county_name=lot.county_name,
        seller=lot.seller,
        act=act,
    )


def _lots(by: Actor, wanted: Q) -> list[Lot]:
    """The lots that the actor may see and that answer to `wanted`, those that wait longest first; one query."""
    signed = Signature.objects.filter(contract__listing=OuterRef("pk"), voided_at=None)
    signed = (
        signed.filter(party=Party.CENTRE)
        if by.can(Can.RUN_TRADES)
        else signed.filter(organisation_name=by.organisation_name)
    )
    given = ReviewOpinion.objects.filter(listing=OuterRef("pk"), review_round=OuterRef("review_round"))
    rows = (
        visible_to(by)
        .filter(wanted)
        .annotate(
            signed=Exists(signed),
            bodies=KeyTextTransform("opinion_bodies", KeyTransform("parameters", "rules_copy")),
            claimed=ArraySubquery(
                _open_claims(by).filter(listing=OuterRef("pk")).order_by("pk").values("pk")
            ),
            promises=Exists(Commitment.objects.filter(listing=OuterRef("pk"), decided_at=None)),
            reported=Exists(Report.objects.filter(listing=OuterRef("pk"), closed_at=None)),
            given=ArraySubquery(given.order_by("pk").values(said=Concat("subject", Value(":"), "outcome"))),
        )
        .order_by("submitted_at", "pk")
    )
    return [Lot(*row) for row in rows.values_list(*_COLUMNS)[:MOST]]


def _open_claims(by: Actor) -> QuerySet[QualityClaim]:
    """Claims over a lot's quality that wait for the actor's office: the province confirms them, finance pays."""
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return QualityClaim.objects.filter(confirmed_at=None)
    if by.can(Can.BOOK_MONEY):
        return QualityClaim.objects.filter(confirmed_at__isnull=False, paid_at=None)
    return QualityClaim.objects.filter(pk=0)


def _of(lots: Iterable[Lot], *statuses: ListingStatus) -> list[Lot]:
    return [each for each in lots if each.status in statuses]


# --- whose tasks ---


@dataclass(slots=True)
class Found:
    """What the queries of one page have brought so far."""

    by: Actor
    now: datetime
    lots: list[Lot]
    books: list[Rulebook]


def _wanted(by: Actor) -> Q:
    """Which lots the actor's role may have to work on."""
    mine = Q(seller_id=by.organisation_id)
    signable = Q(status=S.CONFIRMED, contract__isnull=False)
    if by.can(Can.RUN_TRADES):
        found = Q(status__in=[S.UNDER_REVIEW, S.APPROVED, S.CLOSED, S.TRANSFERRED, S.SUSPENDED])
        found |= Q(status=S.ANNOUNCED, portal_note=None) | Q(status__in=FILEABLE, filing__isnull=True)
        return found | signable | Q(unanswered_objections__gte=LEAST_OF_A_FLOOD)
    if by.can(Can.DECIDE_FOR_PROVINCE):
        found = Q(status__in=[S.UNDER_REVIEW, S.PAID])
        found |= Q(filing__isnull=False, filing__accepted_at=None)
        found |= Q(pk__in=Report.objects.filter(closed_at=None).values("listing_id"))
        return found | Q(pk__in=_open_claims(by).values("listing_id"))
    if by.can(Can.BOOK_MONEY):
        return Q(pk__in=_open_claims(by).values("listing_id"))
    found = Q(pk__in=[])
    if by.can(Can.SELL):
        found |= mine & Q(status__in=[S.DRAFT, S.RETURNED])
        found |= mine & Q(status__in=AFTER_TRANSFER, commitment__isnull=False, commitment__decided_at=None)
    if by.can(Can.BUY):
        won = Q(contract__winner_id=by.organisation_id)
        found |= signable & (mine | won) | Q(status=S.CONTRACTED) & won
    return found


def _sellers(found: Found) -> list[Task]:
    tasks = [
        _on_listing(LISTING_SUBMIT, each, url=f"/desk/listings/{each.pk}/")
        for each in _of(found.lots, S.DRAFT, S.RETURNED)
    ]
    handed_over = _of(found.lots, *AFTER_TRANSFER)
    unreported = [each for each in handed_over if each.promises and not each.reported]
    return tasks + _each(COMMITMENT_REPORT, unreported, kind=COMMITMENT_DEADLINE)


def _signers(found: Found) -> list[Task]:
    """Contracts that still lack the signature of the actor's party."""
    return [
        _on_listing(CONTRACT_SIGN, each, kind=CONTRACT_DEADLINE)
        for each in _of(found.lots, S.CONFIRMED)
        if each.contract and not each.signed
    ]


def _bidders(found: Found) -> list[Task]:
    mine = (
        Registration.objects.filter(organisation_id=found.by.organisation_id)
        .filter(listing__status__in=[S.ANNOUNCED, S.BIDDING, S.CONTRACTED])
        .select_related("listing__seller__region", "certificate")
        .order_by("id")[:MOST]
    )
    return [task for each in mine for task in _bidder(each)]


def _counterparties(by: Actor) -> list[Task]:
    """Agreements that name the actor's body as who takes, and that it has not consented to."""
    consent = Consent.objects.filter(listing=OuterRef("pk"), ended_at=None)
    named = Listing.objects.filter(
        ~Exists(consent), counterparty_id=by.organisation_id, status__in=OPEN_TO_CONSENT
    )
    return [
        Task(
            act_called(AGREEMENT_CONSENT).label,
            f"{each} {each.title}",
            f"/desk/listings/{each.pk}/",
            listing_id=each.pk,
            county=each.seller.region_id,
            county_name=each.seller.region.name,
            seller=each.seller.name,
            slot=AGREEMENT_CONSENT,
            slot_subject=each.pk,
            act=AGREEMENT_CONSENT,
        )
        for each in named.select_related("seller__region").order_by("pk")[:MOST]
    ]


def _bidder(registration: Registration) -> list[Task]:
    listing = registration.listing
    url, title = f"/desk/listings/{listing.pk}/", f"{listing} {listing.title}"
    region = listing.seller.region
    place: dict[str, Any] = {
        "listing_id": listing.pk,
        "county": region.code,
        "county_name": region.name,
        "seller": listing.seller.name,
    }
    if registration.state is RegistrationStatus.CORRECT and listing.state is S.ANNOUNCED:
        return [
            Task(
                "补正竞买申请", title, url, kind=REGISTRATION_CLOSE_DEADLINE, slot=REGISTRATION_SUBMIT,
                slot_subject=listing.pk, act=REGISTRATION_SUBMIT, **place,
            )
        ]  # fmt: skip
    if hasattr(registration, "certificate"):
        if listing.state is S.BIDDING:
            return [Task("网上报价", title, f"{url}bid/", kind=BIDDING_CLOSE_DEADLINE, **place)]
        return []
    if listing.state is S.ANNOUNCED and registration.state is not RegistrationStatus.REJECTED:
        due = listing.deposit_cutoff_at
        return [Task("足额缴纳保证金", title, f"{url}#deposit", due_at=due, **place)]
    return []


def _buyers(found: Found) -> list[Task]:
    return [
        Task(
            "缴纳价款",
            f"{each.name} {each.title}",
            f"/desk/listings/{each.pk}/#payment",
            kind=PAYMENT_DEADLINE,
            listing_id=each.pk,
            county=each.county,
            county_name=each.county_name,
            seller=each.seller,
        )
        for each in _of(found.lots, S.CONTRACTED)
    ]


def _reviews(found: Found) -> list[Task]:
    """Opinions missing in the round; the return when one is unfavourable."""
    role = str(found.by.role)
    releases_only = found.by.duty is Duty.APPROVER and act_called(REVIEW_DECIDE).two_persons
    known: dict[str | None, list[Subject]] = {}
    tasks: list[Task] = []
    for lot in _of(found.lots, S.UNDER_REVIEW):
        if lot.bodies not in known:
            known[lot.bodies] = [] if releases_only else _opinions_of(role, lot.bodies)
        given = dict(each.split(":", 1) for each in lot.opinions)
        if any(outcome != Outcome.PASS for outcome in given.values()):
            tasks.append(_on_listing(REVIEW_RETURN, lot, kind=RETURN_NOTICE_DEADLINE))
        tasks += [
            _on_listing(
                REVIEW_DECIDE,
                lot,
                kind=REVIEW_DEADLINE,
                query=f"?opinion={subject}",
                label=f"出具{SUBJECT_LABELS[subject]}意见",
                slot=f"{REVIEW_DECIDE}:{subject}",
            )
            for subject in known[lot.bodies]
            if subject not in given
        ]
    return tasks


def _opinions_of(role: str, bodies: str | None) -> list[Subject]:
    """Which opinions a lot's rules, as their text in JSON, give to an office."""
    read = OpinionBodies.model_validate_json(bodies) if bodies else OpinionBodies()
    return [each for each in Subject if why_not_body(subject=each, role=role, bodies=read) is None]


def _each(act: str, lots: Iterable[Lot], *, kind: str = "") -> list[Task]:
    return [_on_listing(act, each, kind=kind) for each in lots]


def _centre(found: Found) -> list[Task]:
    lots = found.lots
    tasks = _each(ANNOUNCEMENT_PUBLISH, _of(lots, S.APPROVED))
    unnoted = [each for each in lots if each.noted is None]
    unnoted = [
        each for each in unnoted
        if each.status == S.ANNOUNCED or (each.status == S.SUSPENDED and each.suspended_from == S.ANNOUNCED)
    ]  # fmt: skip
    tasks += _each(ANNOUNCEMENT_NOTE_PORTAL, unnoted, kind=PORTAL_NOTE_DEADLINE)
    tasks += _each(CONFIRMATION_ISSUE, _of(lots, S.CLOSED), kind=CONFIRMATION_DEADLINE)
    unfiled = [each for each in lots if each.filing is None and each.status in FILEABLE]
    tasks += _each(FILING_SUBMIT, unfiled, kind=FILING_DEADLINE)
    tasks += _each(PUBLICATION_START, _of(lots, S.TRANSFERRED), kind=PUBLICATION_START_DEADLINE)
    tasks += _each(LISTING_RESUME, _of(lots, S.SUSPENDED))
    tasks += _each(OBJECTION_DISMISS_FLOOD, [each for each in lots if each.unanswered >= LEAST_OF_A_FLOOD])
    return tasks + _decisions(found.by)


_OBJECTION_ACTS = {
    ObjectionStatus.RAISED: (OBJECTION_ACCEPT, OBJECTION_ACCEPT_DEADLINE),
    ObjectionStatus.ACCEPTED: (OBJECTION_DECIDE, OBJECTION_DECIDE_DEADLINE),
}


def _decisions(by: Actor) -> list[Task]:
    """Applications to bid, objections and questions that wait for the centre, in one query."""
    lots = visible_to(by).order_by().values("pk")
    region = "listing__seller__region"
    place = ("listing_id", "listing__number", "listing__title", "listing__seller__name")
    where = (f"{region}__code", f"{region}__name", "listing__registration_closes_at")
    waiting_ones = Registration.objects.filter(
        status=RegistrationStatus.SUBMITTED, listing__in=lots
    ).order_by()
    raised = Objection.objects.filter(status__in=list(_OBJECTION_ACTS), case__in=lots).order_by()
    asked = questions_visible_to(by).filter(status=QuestionStatus.ASKED).order_by()
    of_case = [each if each == "case_id" else f"case__{each}" for each in ("case_id", *(*place, *where)[1:])]
    rows = waiting_ones.values_list(Value("registration"), "pk", "organisation__name", *place, *where).union(
        raised.values_list(Value("objection"), "pk", "status", *of_case),
        asked.values_list(Value("question"), "pk", "text", *of_case),
        all=True,
    )
    return [_decision(*row) for row in rows.order_by("pk")[:MOST]]


def _decision(
    sort: str, pk: int, said: str, listing_id: int, number: str | None, title: str, seller: str, county: str,
    county_name: str, registration_closes_at: datetime | None,
) -> Task:  # fmt: skip
    name = number or f"草稿{listing_id}"
    if sort == "registration":
        act, kind, about = REGISTRATION_DECIDE, "qualification", f"{name} {said}"
    elif sort == "question":
        act, kind, about = QUESTION_ANSWER, "", f"{name} {said[:30]}"
    else:
        act, kind = _OBJECTION_ACTS[ObjectionStatus(said)]
        about = f"{name} 异议{pk}"
    return Task(
        act_called(act).label,
        about,
        f"/desk/acts/{act}/{pk}/",
        kind=kind,
        listing_id=listing_id,
        subject_id=pk,
        slot=act if act_called(act).two_persons else "",
        slot_subject=pk,
        county=county,
        county_name=county_name,
        seller=seller,
        act=act,
        due_at=registration_closes_at if sort == "question" else None,
    )


def _province(found: Found) -> list[Task]:
    by = found.by
    tasks = _each(TRANSFER_EXECUTE, _of(found.lots, S.PAID), kind=TRANSFER_DEADLINE)
    waiting_ones = [each for each in found.lots if each.filing and each.accepted_at is None]
    tasks += _each(FILING_ACCEPT, waiting_ones)
    reported = [each for each in found.lots if each.reported]
    tasks += _each(COMMITMENT_DECIDE, reported, kind=COMMITMENT_DECIDE_DEADLINE)
    projects = unbooked().filter(region__code__startswith=by.region[:2]).select_related("owner", "region")
    tasks += [
        Task(
            act_called(QUOTA_BOOK).label,
            each.name,
            f"/desk/acts/{QUOTA_BOOK}/{each.pk}/",
            county=each.region.code,
            county_name=each.region.name,
            seller=each.owner.name,
            act=QUOTA_BOOK,
        )
        for each in projects[:MOST]
    ]
    tasks += _claims(QUALITY_CONFIRM, found.lots)
    return tasks + [_approval(each) for each in found.books if each.approved_at is None]


def _approval(drafted: Rulebook) -> Task:
    """A drafted version is handed to the approver."""
    return Task(
        act_called(RULEBOOK_APPROVE).label,
        str(drafted),
        f"/desk/acts/{RULEBOOK_APPROVE}/{drafted.pk}/",
        slot=RULEBOOK_APPROVE,
        slot_subject=drafted.pk,
        act=RULEBOOK_APPROVE,
    )


def _seen_by(by: Actor) -> QuerySet[Listing, Any]:
    return visible_to(by).order_by().values("pk")


def _of_seen(by: Actor) -> Q:
    verifications = seen_verifications(by).order_by().values("pk")
    adjustments = seen_adjustments(by).order_by().values("pk")
    demands = demands_visible_to(by).order_by().values("pk")
    return (
        Q(case_id__in=_seen_by(by))
        | Q(case_id__in=verifications)
        | Q(case_id__in=adjustments)
        | Q(case_id__in=demands)
    )


def _claims(act: str, lots: Iterable[Lot]) -> list[Task]:
    label = act_called(act).label
    return [
        Task(
            label,
            f"{lot.name} {lot.title}",
            f"/desk/acts/{act}/{claim}/",
            listing_id=lot.pk,
            slot=act,
            slot_subject=claim,
            county=lot.county,
            county_name=lot.county_name,
            seller=lot.seller,
            act=act,
        )
        for lot in lots
        for claim in lot.claims
    ]


def _finance(found: Found) -> list[Task]:
    by = found.by
    tasks: list[Task] = []
    seen: set[tuple[int, int]] = set()
    hidden = hidden_listings().filter(pk=OuterRef("entry__sub_account__case_id"))
    due = refunds_due(by).select_related(
        "entry__sub_account__organisation", "entry__sub_account__registration"
    )
    label = act_called(REFUND_RELEASE).label
    for each in due.annotate(hides=Exists(hidden))[:MOST]:
        account = each.entry.sub_account
        if account is None or each.hides:
            url = f"/desk/acts/{REFUND_RELEASE_ONE}/{each.pk}/"
            tasks.append(
                Task(
                    act_called(REFUND_RELEASE_ONE).label,
                    f"流水 {each.entry.reference} 退至 {each.entry.payer_account}",
                    url,
                    slot=REFUND_RELEASE_ONE,
                    slot_subject=each.pk,
                    act=REFUND_RELEASE_ONE,
                )
            )
        elif (account.case_id, account.organisation_id) not in seen:
            seen.add((account.case_id, account.organisation_id))
            tasks.append(_refund_task(account, label))
    label = act_called(REMITTANCE_RELEASE).label
    tasks += [
        Task(
            label,
            each.reason,
            f"/desk/acts/{REMITTANCE_RELEASE}/{each.case_id}/",
            kind=REMIT_DEADLINE,
            listing_id=each.case_id,
            subject_id=each.pk,
            slot=REMITTANCE_RELEASE,
            slot_subject=each.case_id,
            seller=each.account.organisation.name if each.account else "",
            act=REMITTANCE_RELEASE,
        )
        for each in remittances_due(by)[:MOST]
    ]
    if by.duty is Duty.OPERATOR:
        tasks += [_unanswered(each) for each in unanswered(by)[:MOST]]
    return tasks + _claims(QUALITY_PAID, found.lots)


def _unanswered(order: Remittance) -> Task:
    """An order of which the bank's answer is to be entered."""
    number = order.request_id.hex
    return Task(
        act_called(MONEY_ANSWER).label,
        f"{order.reason} {order.amount:,}元",
        f"/desk/acts/{MONEY_ANSWER}/0/?request_id={number}",
        listing_id=order.case_id,
        subject_id=order.pk,
        seller=order.account.organisation.name if order.account else "",
        act=MONEY_ANSWER,
    )


def refunds_here(by: Actor) -> Q:
    """Refunds of the actor's province."""
    return placed_here(by)


def placed_here(by: Actor) -> Q:
    """What hangs on a bank `entry` of the actor's province."""
    return here(by, path="entry__province")


def _refund_task(account: SubAccount, label: str) -> Task:
    """Refunds of one organisation on one lot; a deposit's are due by its own deadline."""
    registration = getattr(account, "registration", None)
    return Task(
        label,
        f"子账户 {account.number} {account.organisation.name}",
        f"/desk/acts/{REFUND_RELEASE}/{account.case_id}/?organisation_id={account.organisation_id}",
        kind=DEPOSIT_REFUND_DEADLINE if registration else "",
        listing_id=account.case_id,
        subject_id=registration.pk if registration else 0,
        slot=f"{REFUND_RELEASE}:{account.organisation_id}",
        slot_subject=account.case_id,
        act=REFUND_RELEASE,
    )


_SORTS: list[tuple[Can, Callable[[Found], list[Task]]]] = [
    (Can.SELL, _sellers),
    (Can.BUY, _bidders),
    (Can.REVIEW, _reviews),
    (Can.SIGN_CONTRACTS, _signers),
    (Can.BUY, _buyers),
    (Can.RUN_TRADES, _centre),
    (Can.DECIDE_FOR_PROVINCE, _province),
    (Can.BOOK_MONEY, _finance),
]
RULED = Can.OVERSEE
"""Who is told that no rules are in force."""
_WITHOUT_LOTS = Can.SUPERVISE


@dataclass(slots=True)
class Board:
    """All that waits for an organisation at one moment: releases, tasks, and what its pages say beside them."""

    tasks: list[Task]
    releases: list[Release]
    rules_in_force: bool
    lapsed: list[Rulebook]
    lots: dict[int, Lot]


def board_for(by: Actor, *, now: datetime, of_lots: bool = False) -> Board:
    """What the actor's organisation has to do: releases and tasks, what is overdue or due soonest first, what has no
    deadline last. An approver's tasks are acts that take one person; what takes two waits among the releases.
    """
    open_ones, holders = in_hand(by, but=over())
    found = _gathered(by, open_ones, now=now)
    tasks = [task for capability, sort in _SORTS if by.can(capability) for task in sort(found)]
    tasks += (
        []
        if of_lots
        else [
            *case_tasks(by),
            *fund_tasks(by),
            *audit_tasks(by),
            *objection_tasks(by),
            *(_counterparties(by) if by.can(Can.BUY) else ()),
        ]
    )
    if by.duty is Duty.APPROVER:
        tasks = [task for task in tasks if not _two_persons(task)]
    releases = _releases(open_ones, found)
    name_releases(releases, by=by)
    _put_deadlines(tasks, releases, by=by, now=now)
    prepared = {(each.name, each.subject_id) for each in open_ones}
    for task in tasks:
        task.prepared = (task.slot, task.slot_subject) in prepared
        task.holder = holders.get(task.key)
    tasks.sort(
        key=lambda task: (task.prepared, task.due_at is None, task.due_at or now, task.title, task.key)
    )
    releases.sort(key=lambda each: (each.due_at is None, each.due_at or now, each.prepared_at, each.pk))
    lots = {each.pk: each for each in found.lots}
    return Board(tasks, releases, _in_force(found.books, now=now), lapsed(found.books, now=now), lots)


def tasks_on(listing_id: int, *, by: Actor, now: datetime) -> list[Task]:
    """The tasks of the board that are about one lot."""
    return [each for each in board_for(by, now=now, of_lots=True).tasks if each.listing_id == listing_id]


def tasks_for(by: Actor, *, now: datetime) -> list[Task]:
    """The tasks of the board alone."""
    return board_for(by, now=now).tasks


def _gathered(by: Actor, open_ones: list[Waiting], *, now: datetime) -> Found:
    """The lots and rulebooks that tasks and releases are about; one query each."""
    ids = sorted({each.case_id for each in open_ones if each.case_id is not None})
    wanted = _wanted(by)
    if ids:
        wanted |= Q(pk__in=ids if len(ids) <= _FEW else waiting(by).order_by().values("case_id"))
    lots = [] if by.can(_WITHOUT_LOTS) and not ids else _lots(by, wanted)
    own = (
        Rulebook.objects.filter(province=f"{by.region[:2]}0000")
        .order_by("subject", "version")
        .defer("parameters")
    )
    books = list(own) if by.can(RULED) else []
    return Found(by, now, lots, books)


def _in_force(books: list[Rulebook], *, now: datetime) -> bool:
    """Whether rules of lots are in force."""
    today = beijing(now).date()
    return any(
        each.subject == SUPPLEMENTARY.code
        and each.approved_at is not None
        and each.valid_from <= today
        and (each.valid_to is None or today <= each.valid_to)
        for each in books
    )


def _two_persons(task: Task) -> bool:
    return bool(task.slot) and act_called(task.slot.partition(":")[0]).two_persons


# --- what waits for an approver ---

_KIND_OF = {
    REVIEW_DECIDE: REVIEW_DEADLINE, REVIEW_RETURN: RETURN_NOTICE_DEADLINE,
    ANNOUNCEMENT_NOTE_PORTAL: PORTAL_NOTE_DEADLINE,
    REGISTRATION_DECIDE: QUALIFICATION_DEADLINE, REGISTRATION_SUBMIT: REGISTRATION_CLOSE_DEADLINE,
    CONFIRMATION_ISSUE: CONFIRMATION_DEADLINE, CONTRACT_SIGN: CONTRACT_DEADLINE, FILING_SUBMIT: FILING_DEADLINE,
    PUBLICATION_START: PUBLICATION_START_DEADLINE, OBJECTION_DECIDE: OBJECTION_DECIDE_DEADLINE,
    TRANSFER_EXECUTE: TRANSFER_DEADLINE, REFUND_RELEASE: DEPOSIT_REFUND_DEADLINE, REMITTANCE_RELEASE: REMIT_DEADLINE,
    COMMITMENT_DECIDE: COMMITMENT_DECIDE_DEADLINE,
    **VERIFICATION_KIND_OF, **ADJUSTMENT_KIND_OF, **DEMAND_KIND_OF, **FUND_KIND_OF,
}  # fmt: skip
"""By which deadline an act is to be released."""


def _releases(open_ones: list[Waiting], found: Found) -> list[Release]:
    lots = {each.pk: each for each in found.lots}
    # Money of a lot before its close must not lead to the lot: who pays into it, bids on it.
    shy = found.by.can(Can.BOOK_MONEY)
    made = []
    labels: dict[str, str] = {}
    for each in open_ones:
        if each.name not in labels:
            labels[each.name] = _label(each)
        lot = lots.get(each.case_id or 0)
        if lot is not None and shy and lot.is_hidden:
            lot = None
        release = Release(
            each.pk, each.act, each.slot, each.subject_id, each.case_id, each.person_id, each.person_name,
            each.at, each.button, labels[each.name],
        )  # fmt: skip
        if lot is not None:
            release.lot, release.title, release.seller = lot.name, lot.title, lot.seller
            release.county, release.county_name = lot.county, lot.county_name
        made.append(release)
    return made


def _label(each: Waiting) -> str:
    if each.act == REVIEW_DECIDE and each.slot in list(Subject):
        return f"出具{SUBJECT_LABELS[Subject(each.slot)]}意见"
    return act_called(each.act).label


_CONCLUSIONS = frozenset({"审查结论", "审核结论", "结论"})
_TOTALS = (
    "合计",  # of several refunds at once; each has its own amount before it
    "划付金额",
    "退款金额",
    "应退价款",
    "暂存金额",
    "待分配收益",
    "支出金额",
    "退回金额",
    "原记账金额",
    "追缴金额",
    "涉及金额",
    "金额",
    "收入合计",
    "成交总价",
    "应缴保证金",
    "起始总价",
)
_SUBJECTS = (
    "收益来源",
    "标的",
    "标的名称",
    "项目",
    "土地整治项目",
    "入库凭证",
    "入库凭证号",
    "账户",
    "银行流水号",
    "姓名",
)

_APART = ("针对的记账", "审计意见")
"""What tells releases on the same subject apart: findings of one audit."""
_MOST_SIGNS = 40


def marks_of(bound: Mapping[str, Any]) -> Marks:
    """The telling facts of what a preparation has kept."""
    facts = bound.get("facts", [])
    by_label = {each["label"]: each for each in facts}
    money = {label: each for label, each in by_label.items() if each["sort"] == Sort.MONEY}
    total = next((money[label] for label in _TOTALS if label in money), None)
    if total is None and len(money) == 1:  # of several amounts none is guessed
        [total] = money.values()
    account = next((each["value"] for each in facts if each["sort"] == Sort.ACCOUNT), "")
    said = next((each["value"] for label, each in by_label.items() if label in _CONCLUSIONS), "")
    about = next((by_label[label]["value"] for label in _SUBJECTS if label in by_label), "")
    beside = [str(by_label[label]["value"])[:_MOST_SIGNS] for label in _APART if label in by_label]
    return Marks(
        parties=tuple(dict.fromkeys(each["value"] for each in facts if each["sort"] == Sort.PARTY))[:3],
        account=account.replace("｜", " "),
        conclusion=said,
        amount=Yuan(total["value"]) if total else None,
        about=" ".join((about, *beside)),
        findings=tuple(bound.get("findings", ())),
    )


# --- deadlines ---


def _put_deadlines(tasks: list[Task], releases: list[Release], *, by: Actor, now: datetime) -> None:
    """Each with its deadline, also one that has passed without being met."""
    rows = _unmet(tasks, releases, by=by)
    left = _WorkdaysLeft(beijing(now).date())
    for task in tasks:
        _put(task, rows.get((task.kind, task.listing_id or 0, task.subject_id)), left, now=now)
    for each in releases:
        kind, listing = _KIND_OF.get(each.act, ""), each.listing_id or 0
        row = rows.get((kind, listing, each.subject_id)) or rows.get((kind, listing, 0))
        if row is None and each.slot.isdecimal():
            row = rows.get((f"{kind}:of", listing, int(each.slot)))
        _put(each, row, left, now=now)


class _Row(NamedTuple):
    kind: str
    case_id: int
    subject_id: int
    concerns_id: int | None
    due_at: datetime
    provisional: bool
    paused_at: datetime | None


def _unmet(tasks: list[Task], releases: list[Release], *, by: Actor) -> dict[tuple[str, int, int], _Row]:
    ids = {task.listing_id for task in tasks if task.listing_id and task.kind}
    ids |= {each.listing_id for each in releases if each.listing_id and each.act in _KIND_OF}
    kinds = {task.kind for task in tasks if task.kind}
    kinds |= {_KIND_OF[each.act] for each in releases if each.act in _KIND_OF}
    if not ids:
        return {}
    unmet = Deadline.objects.filter(met_at=None, kind__in=kinds).exclude(status=DeadlineStatus.CANCELLED)
    unmet = unmet.filter(Q(case_id__in=sorted(ids)) if len(ids) <= _FEW else _of_seen(by))
    found: dict[tuple[str, int, int], _Row] = {}
    for values in unmet.order_by("id").values_list(*_Row._fields):
        row = _Row(*values)
        found[row.kind, row.case_id, row.subject_id] = row
        if row.concerns_id:
            found[f"{row.kind}:of", row.case_id, row.concerns_id] = row
    return found


def _put(item: Task | Release, row: _Row | None, left: "_WorkdaysLeft", *, now: datetime) -> None:
    if row is not None and row.paused_at is None:
        item.due_at = row.due_at
        item.provisional = row.provisional
    if item.due_at is not None:
        item.overdue = item.due_at <= now
        item.workdays_left = left.until(item.due_at)


class _WorkdaysLeft:
    """Whole working days left after a day, the last one included when the period ends with it."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._calendar: Calendar | None = None
        self._known: dict[date, int] = {}

    def until(self, due_at: datetime) -> int:
        last = beijing(due_at - timedelta(microseconds=1)).date()
        if last not in self._known:
            self._calendar = self._calendar or current()
            self._known[last] = working_days_between(self._calendar, after=self._today, through=last)
        return self._known[last]


def sent_back(by: Actor) -> QuerySet[Preparation]:
    """What an approver sent back to the operator with a remark and can still be done, the newest first."""
    found = Preparation.objects.filter(
        organisation_id=by.organisation_id, prepared_by_id=by.person_id, released=False
    )
    return found.exclude(decided_by_id=F("prepared_by_id")).exclude(over()).order_by("-decided_at", "-id")


def filled_in(
    releases: Sequence[Release], board: Board | None, *, by: Actor
) -> list[tuple[Preparation, Act, str]]:
    """Fill in the marks of a page's releases; gives what an approver sent back to this operator last, with the act and
    what it is about. One query.
    """
    wanted = Q(pk__in=[each.pk for each in releases], decided_at=None)
    if board is not None and by.duty is Duty.OPERATOR:
        wanted |= Q(pk__in=sent_back(by).values("pk")[:5])
    found = Preparation.objects.filter(wanted, organisation_id=by.organisation_id)
    kept = {each.pk: each for each in found}
    for each in releases:
        if each.pk in kept:
            each.marks = marks_of(kept[each.pk].bound)
    returned = [each for each in kept.values() if each.decided_at is not None]
    returned.sort(key=lambda each: (each.decided_at, each.pk), reverse=True)
    lots = board.lots if board else {}
    if by.can(Can.BOOK_MONEY):
        lots = {pk: lot for pk, lot in lots.items() if not lot.is_hidden}
    return [(each, act_called(each.act), _about(each, lots)) for each in returned]


def _about(prepared: Preparation, lots: Mapping[int, Lot]) -> str:
    lot = lots.get(prepared.case_id or 0)
    return f"{lot.name} {lot.title}" if lot else str(prepared.bound.get("button", ""))
