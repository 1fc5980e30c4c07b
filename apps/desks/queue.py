"""What waits for a person: one list of tasks per role, each with when it is due and where it is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.listings.states import ListingStatus
from apps.money.gate import here
from apps.money.models import SubAccount
from apps.money.queries import refunds_due, remittances_due
from apps.objections.models import Objection
from apps.objections.rules import LEAST_OF_A_FLOOD
from apps.objections.states import ObjectionStatus
from apps.process.disclosure import hidden_listings
from apps.questions.queries import visible_to as questions_visible_to
from apps.questions.states import QuestionStatus
from apps.quota.queries import unbooked
from apps.rulebook.models import Rulebook
from apps.stages.contract.models import Signature
from apps.stages.contract.states import Party
from apps.stages.filing.rules import FILEABLE
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import undecided
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.queries import may_opine
from apps.stages.review.states import SUBJECT_LABELS, Outcome, Subject
from apps.stages.transfer.models import QualityClaim
from kernel.access.claims import claims_of
from kernel.access.models import Claim, Preparation
from kernel.access.queries import waiting
from kernel.actors import SELLERS, TRADERS, Actor, Duty, Role
from kernel.acts.act import act_called
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.workdays.calendar import Calendar
from kernel.workdays.counting import working_days_between
from kernel.workdays.queries import current

S = ListingStatus
MOST = 50
"""So many tasks of one sort are shown; the oldest first."""


@dataclass(frozen=True)
class Task:
    """One thing to do: what, on what, by when (None: no deadline), and where. `prepared` waits for a colleague."""

    label: str
    title: str
    url: str
    kind: str = ""
    listing_id: int | None = None
    subject_id: int = 0
    slot: str = ""
    slot_subject: int = 0
    due_at: datetime | None = None
    provisional: bool = False
    overdue: bool = False
    prepared: bool = False
    workdays_left: int | None = None
    holder: Claim | None = None

    @property
    def key(self) -> str:
        """What tells this task from every other of the organisation."""
        return f"{self.slot or self.url}:{self.listing_id or 0}:{self.subject_id}"[:120]


def _on_listing(
    act: str, listing: Listing, *, kind: str = "", query: str = "", label: str = "", slot: str = ""
) -> Task:
    return Task(
        label or act_called(act).label,
        f"{listing} {listing.title}",
        f"/desk/acts/{act}/{listing.pk}/{query}",
        kind=kind,
        listing_id=listing.pk,
        slot=slot or act,
        slot_subject=listing.pk,
    )


def _each(act: str, listings: QuerySet[Listing], *, kind: str = "") -> list[Task]:
    return [_on_listing(act, listing, kind=kind) for listing in listings.order_by("id")[:MOST]]


# --- whose tasks ---


def _sellers(by: Actor) -> list[Task]:
    own = Listing.objects.filter(seller_id=by.organisation_id)
    drafts = own.filter(status__in=[S.DRAFT, S.RETURNED]).order_by("id")[:MOST]
    return [replace(_on_listing("listing.submit", each), url=f"/desk/listings/{each.pk}/") for each in drafts]


def _signers(by: Actor) -> list[Task]:
    """Contracts that still lack the signature of the actor's party."""
    confirmed = visible_to(by).filter(status=S.CONFIRMED, contract__isnull=False)
    centre = by.role is Role.TRADING_CENTRE
    mine = Q() if centre else Q(seller_id=by.organisation_id) | Q(contract__winner_id=by.organisation_id)
    signed = Signature.objects.filter(contract__listing=OuterRef("pk"), voided_at=None)
    signed = (
        signed.filter(party=Party.CENTRE) if centre else signed.filter(organisation_name=by.organisation_name)
    )
    return _each("contract.sign", confirmed.filter(mine).exclude(Exists(signed)), kind="contract")


def _bidders(by: Actor) -> list[Task]:
    mine = (
        Registration.objects.filter(organisation_id=by.organisation_id)
        .filter(listing__status__in=[S.ANNOUNCED, S.BIDDING, S.CONTRACTED])
        .select_related("listing", "certificate")
        .order_by("id")[:MOST]
    )
    return [task for each in mine for task in _bidder(each, by)]


def _bidder(registration: Registration, by: Actor) -> list[Task]:
    listing = registration.listing
    url, title = f"/desk/listings/{listing.pk}/", f"{listing} {listing.title}"
    if registration.state is RegistrationStatus.CORRECT and listing.state is S.ANNOUNCED:
        return [
            replace(
                _on_listing("registration.submit", listing, kind="registration_close", label="补正竞买申请"),
                url=url,
            )
        ]
    if hasattr(registration, "certificate"):
        if listing.state is S.BIDDING:
            return [Task("网上报价", title, f"{url}bid/", kind="bidding_close", listing_id=listing.pk)]
        return []
    if listing.state is S.ANNOUNCED and registration.state is not RegistrationStatus.REJECTED:
        due = listing.deposit_cutoff_at
        return [Task("足额缴纳保证金", title, f"{url}#deposit", listing_id=listing.pk, due_at=due)]
    return []


def _buyers(by: Actor) -> list[Task]:
    owed = Listing.objects.filter(status=S.CONTRACTED, contract__winner_id=by.organisation_id).order_by("id")[
        :MOST
    ]
    return [
        Task(
            "缴纳价款",
            f"{each} {each.title}",
            f"/desk/listings/{each.pk}/#payment",
            kind="payment",
            listing_id=each.pk,
        )
        for each in owed
    ]


def _reviews(by: Actor) -> list[Task]:
    """Opinions missing in the round; the return when one is unfavourable."""
    under = list(visible_to(by).filter(status=S.UNDER_REVIEW).order_by("submitted_at", "id")[:MOST])
    given: dict[int, list[ReviewOpinion]] = {}
    for each in ReviewOpinion.objects.filter(listing__in=under, review_round=F("listing__review_round")):
        given.setdefault(each.listing_id, []).append(each)
    tasks: list[Task] = []
    for listing in under:
        opinions = given.get(listing.pk, [])
        if any(each.outcome != Outcome.PASS for each in opinions):
            tasks.append(_on_listing("review.return", listing, kind="return_notice"))
        for subject in Subject:
            if subject not in [each.subject for each in opinions] and may_opine(listing, subject, by=by):
                label = f"出具{SUBJECT_LABELS[subject]}意见"
                tasks.append(
                    _on_listing(
                        "review.decide",
                        listing,
                        kind="review",
                        query=f"?opinion={subject}",
                        label=label,
                        slot=f"review.decide:{subject}",
                    )
                )
    return tasks


def _centre(by: Actor) -> list[Task]:
    lots = visible_to(by)
    tasks = _each("announcement.publish", lots.filter(status=S.APPROVED))
    waiting = lots.filter(
        Q(status=S.ANNOUNCED) | Q(status=S.SUSPENDED, suspended_from=S.ANNOUNCED), portal_note=None
    )
    tasks += _each("announcement.note_portal", waiting, kind="portal_note")
    tasks += [
        Task(
            act_called("registration.decide").label,
            f"{each.listing} {each.organisation.name}",
            f"/desk/acts/registration.decide/{each.pk}/",
            kind="qualification",
            listing_id=each.listing_id,
            subject_id=each.pk,
            slot="registration.decide",
            slot_subject=each.pk,
        )
        for each in undecided().filter(listing__in=lots)[:MOST]
    ]
    tasks += _each("confirmation.issue", lots.filter(status=S.CLOSED), kind="confirmation")
    tasks += _each("filing.submit", lots.filter(status__in=FILEABLE, filing__isnull=True), kind="filing")
    tasks += _each("publication.start", lots.filter(status=S.TRANSFERRED), kind="publication_start")
    tasks += _each("listing.resume", lots.filter(status=S.SUSPENDED))
    return tasks + _objections(lots) + _questions(by)


def _objections(lots: QuerySet[Listing]) -> list[Task]:
    acts = {ObjectionStatus.RAISED: ("objection.accept", "objection_accept")}
    acts[ObjectionStatus.ACCEPTED] = ("objection.decide", "objection_decide")
    found = (
        Objection.objects.filter(status__in=list(acts), listing__in=lots)
        .select_related("listing")
        .order_by("id")[:MOST]
    )
    tasks = _floods(lots)
    for each in found:
        act, kind = acts[ObjectionStatus(each.status)]
        tasks.append(
            Task(
                act_called(act).label,
                f"{each.listing} 异议{each.pk}",
                f"/desk/acts/{act}/{each.pk}/",
                kind=kind,
                listing_id=each.listing_id,
                subject_id=each.pk,
                slot=act if act_called(act).two_persons else "",
                slot_subject=each.pk,
            )
        )
    return tasks


def _questions(by: Actor) -> list[Task]:
    """Questions that wait for an answer; they are best answered while one can still apply."""
    found = questions_visible_to(by).filter(status=QuestionStatus.ASKED).order_by("id")[:MOST]
    label = act_called("question.answer").label
    return [
        Task(
            label,
            f"{each.listing} {each.text[:30]}",
            f"/desk/acts/question.answer/{each.pk}/",
            listing_id=each.listing_id,
            subject_id=each.pk,
            slot="question.answer",
            slot_subject=each.pk,
            due_at=each.listing.registration_closes_at,
        )
        for each in found
    ]


def _floods(lots: QuerySet[Listing]) -> list[Task]:
    """Lots with so many unanswered objections that they may be refused together."""
    return _each(
        "objection.dismiss_flood",
        lots.filter(unanswered_objections__gte=LEAST_OF_A_FLOOD),
    )


def _province(by: Actor) -> list[Task]:
    lots = visible_to(by)
    tasks = [
        Task(act_called("quota.book").label, each.name, f"/desk/acts/quota.book/{each.pk}/")
        for each in unbooked().filter(region__code__startswith=by.region[:2])[:MOST]
    ]
    tasks += _each("transfer.execute", lots.filter(status=S.PAID), kind="transfer")
    tasks += _each("filing.accept", lots.filter(filing__isnull=False, filing__accepted_at=None))
    tasks += _claims("quality.confirm", QualityClaim.objects.filter(confirmed_at=None, listing__in=lots))
    if by.duty is Duty.APPROVER:
        drafts = (
            Rulebook.objects.filter(approved_at=None, province=f"{by.region[:2]}0000")
            .exclude(drafted_by_id=by.person_id)
            .order_by("id")[:MOST]
        )
        label = act_called("rulebook.approve").label
        tasks += [Task(label, str(each), f"/desk/acts/rulebook.approve/{each.pk}/") for each in drafts]
    return tasks


def _claims(act: str, claims: QuerySet[QualityClaim]) -> list[Task]:
    return [
        Task(
            act_called(act).label,
            f"{each.listing} {each.listing.title}",
            f"/desk/acts/{act}/{each.pk}/",
            listing_id=each.listing_id,
            slot=act,
            slot_subject=each.pk,
        )
        for each in claims.select_related("listing").order_by("id")[:MOST]
    ]


def _finance(by: Actor) -> list[Task]:
    tasks: list[Task] = []
    seen: set[tuple[int, int]] = set()
    due = refunds_due(by).select_related("entry__sub_account__registration")[: MOST * 2]
    label = act_called("refund.release").label
    hidden = set(hidden_listings().values_list("pk", flat=True))
    for each in due:
        account = each.entry.sub_account
        if account is None or account.listing_id in hidden:
            url = f"/desk/acts/refund.release_one/{each.pk}/"
            tasks.append(
                Task(
                    act_called("refund.release_one").label,
                    f"流水 {each.entry.reference} 退至 {each.entry.payer_account}",
                    url,
                    slot="refund.release_one",
                    slot_subject=each.pk,
                )
            )
        elif (account.listing_id, account.organisation_id) not in seen:
            seen.add((account.listing_id, account.organisation_id))
            tasks.append(_refund_task(account, label))
    label = act_called("remittance.release").label
    tasks += [
        Task(
            label,
            each.reason,
            f"/desk/acts/remittance.release/{each.listing_id}/",
            kind="remit",
            listing_id=each.listing_id,
            subject_id=each.pk,
            slot="remittance.release",
            slot_subject=each.listing_id,
        )
        for each in remittances_due(by)[:MOST]
    ]
    return tasks + _claims(
        "quality.paid",
        QualityClaim.objects.filter(confirmed_at__isnull=False, paid_at=None, listing__in=visible_to(by)),
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
        f"/desk/acts/refund.release/{account.listing_id}/?organisation_id={account.organisation_id}",
        kind="deposit_refund" if registration else "",
        listing_id=account.listing_id,
        subject_id=registration.pk if registration else 0,
        slot=f"refund.release:{account.organisation_id}",
        slot_subject=account.listing_id,
    )


_SORTS: list[tuple[frozenset[Role], Callable[[Actor], list[Task]]]] = [
    (SELLERS, _sellers),
    (TRADERS, _bidders),
    (frozenset({Role.TRADING_CENTRE, Role.PROVINCIAL_DNR}), _reviews),
    (TRADERS | {Role.TRADING_CENTRE}, _signers),
    (TRADERS, _buyers),
    (frozenset({Role.TRADING_CENTRE}), _centre),
    (frozenset({Role.PROVINCIAL_DNR}), _province),
    (frozenset({Role.FINANCE}), _finance),
]


def tasks_for(by: Actor, *, now: datetime) -> list[Task]:
    """What the actor's organisation has to do, the most urgent first, what has no deadline last.

    An approver's tasks are what waits for release, and acts that take one person.
    """
    found = [task for roles, tasks in _SORTS if by.role in roles for task in tasks(by)]
    found = _with_deadlines(found, now=now)
    prepared = {(each.name, each.subject_id) for each in waiting(by)}
    claims = claims_of(by)
    found = [
        replace(task, prepared=(task.slot, task.slot_subject) in prepared, holder=claims.get(task.key))
        for task in found
    ]
    if by.duty is Duty.APPROVER:
        found = [task for task in found if not _two_persons(task)]
    return sorted(
        found, key=lambda task: (task.prepared, task.due_at is None, task.due_at or now, task.title)
    )


def _two_persons(task: Task) -> bool:
    return bool(task.slot) and act_called(task.slot.partition(":")[0]).two_persons


def _with_deadlines(tasks: Iterable[Task], *, now: datetime) -> list[Task]:
    """Each task with its deadline, also one that has passed without being met."""
    tasks = list(tasks)
    ids = sorted({task.listing_id for task in tasks if task.listing_id and task.kind})
    unmet = Deadline.objects.filter(listing_id__in=ids, met_at=None).exclude(status=DeadlineStatus.CANCELLED)
    rows = {(row.kind, row.listing_id, row.subject_id): row for row in unmet.order_by("id")}
    calendar, today = current(), beijing(now).date()
    dated = []
    for task in tasks:
        row = rows.get((task.kind, task.listing_id or 0, task.subject_id))
        due = row.due_at if row and row.paused_at is None else task.due_at
        dated.append(
            replace(
                task,
                due_at=due,
                provisional=bool(row and row.provisional),
                overdue=due is not None and due <= now,
                workdays_left=_workdays(calendar, after=today, due_at=due) if due is not None else None,
            )
        )
    return dated


def _workdays(calendar: Calendar, *, after: date, due_at: datetime) -> int:
    """Whole working days left after today, the last one included when the period ends with it."""
    last = beijing(due_at - timedelta(microseconds=1)).date()
    return working_days_between(calendar, after=after, through=last)


def sent_back(by: Actor) -> QuerySet[Preparation]:
    """What an approver sent back to the operator with a remark, the newest first."""
    found = Preparation.objects.filter(
        organisation_id=by.organisation_id, prepared_by_id=by.person_id, released=False
    )
    return found.exclude(decided_by_id=F("prepared_by_id")).order_by("-decided_at", "-id")
