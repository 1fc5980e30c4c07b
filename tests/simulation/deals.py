"""Random walks of lots by agreement, of surplus quota and with a commitment; every invariant is looked at each time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from apps.documents.commands import attach_made
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.money.queries import faults as money_faults
from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from apps.pairing.models import Pairing
from apps.quota.queries import faults as quota_faults
from apps.stages.bidding import commands as bidding
from apps.stages.bidding.queries import lot_of
from apps.stages.bidding.rules import lowest_valid
from apps.stages.commitment.models import Report
from apps.stages.contract.queries import contract_of
from apps.stages.filing.models import Filing
from apps.stages.payment.queries import price_account
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.queries import opinion_facts, opinions
from apps.stages.review.states import Outcome, Subject
from apps.surplus.queries import faults as surplus_faults
from kernel.deadlines.models import Deadline
from kernel.money import ZERO, Yuan
from tests.factories.agreed import PAPERS, Agreed
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.promised import Promised
from tests.factories.sale import Sale
from tests.simulation import invariants
from tests.simulation.case_walk import ASTRAY, CaseWalk, walked
from tests.simulation.steps import soonest

S = ListingStatus


_SLOWLY = 0.3
"""How often a lot goes to its announcement step by step."""


@dataclass
class Walk(CaseWalk[Deal, Listing]):
    """A walk of the lots of one seller."""

    papers: int = 0
    watch: invariants.Watch = field(default_factory=lambda: invariants.Watch([]))

    def choose(self, key: int) -> None:
        """Let them act on this lot."""
        self.world.listing_id = key

    @property
    def lot(self) -> Listing:
        """The lot that was chosen, as it stands."""
        return Listing.objects.get(pk=self.world.listing_id)

    @property
    def instant(self) -> datetime:
        """Now, to the minute, as people say it."""
        return at(self.when)

    def paper(self, key: str, kind: str) -> None:
        """A paper of an organisation that the exchange has made: what examines papers is tried elsewhere."""
        by, self.papers = self.world.operator(key), self.papers + 1
        attach_made(
            kind=AttachmentKind(kind),
            name=f"{kind}.pdf",
            content=small_pdf(kind, [by.organisation_name, str(self.papers)]),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            case_id=self.world.listing_id or None,
            now=self.instant,
        )

    def wrong(self) -> list[Any]:
        """What does not hold of any lot, or of the books; and what the engine leaves over."""
        lots = list(Listing.objects.order_by("pk").values_list("pk", flat=True))
        found = [*self.watch.look(lots), *super().wrong()]
        self.on(0)
        return [*found, *invariants.overdue(lots, now=self.now)]

    def astray(self) -> bool:
        """Whether somebody makes a mistake."""
        return self.rng.random() < ASTRAY


Step = Callable[[Walk], object]


def _key_of(walk: Walk, organisation_id: int) -> str:
    return next(
        key for key, people in walk.world.people.items() if people[0].organisation_id == organisation_id
    )


# --- the seller and whom it agrees with


def draft(walk: Walk) -> None:
    """The seller writes a lot down."""
    world = walk.world
    assert isinstance(world, Agreed | Promised | Sale)
    if isinstance(world, Agreed) and (not Pairing.objects.filter(ended_at=None).exists() or walk.astray()):
        pair(walk)
    world.draft(walk.when)


def pair(walk: Walk) -> None:
    """The province pairs the two governments."""
    walk.world.listing_id = 0
    walk.paper(PROVINCE, "incoming_document")
    said = {
        "giving_region": "5119", "taking_region": "5101", "classes": ["supplementary"], "valid_from": "2026-01-01",
        "valid_to": "2026-12-31", "body": "四川省人民政府", "document_no": walk.number(),
        "document_date": f"{walk.now:%Y-%m-%d}",
    }  # fmt: skip
    walk.both(PROVINCE, "pairing.record", subject=0, **said)


def end_pairing(walk: Walk) -> None:
    """It ends the newest."""
    newest = Pairing.objects.order_by("pk").last()
    lot, walk.world.listing_id = walk.world.listing_id, 0
    walk.paper(PROVINCE, "incoming_document")
    said = {"body": "四川省人民政府", "document_no": walk.number(), "document_date": f"{walk.now:%Y-%m-%d}"}
    walk.both(PROVINCE, "pairing.end", subject=newest.pk if newest else 0, **said)
    walk.world.listing_id = lot


def amend(walk: Walk) -> None:
    """The seller changes its lot, which ends a consent."""
    world = walk.world
    assert isinstance(world, Agreed | Promised | Sale)
    world.alone(SELLER, "listing.amend", walk.when, **world.facts(contact=f"演示联系人{walk.number()}"))


def consent(walk: Walk) -> None:
    """The counterparty consents to what both have papers of; sometimes somebody else tries."""
    for key in (SELLER, A):
        for kind in PAPERS:
            walk.paper(key, kind)
    walk.both(B if walk.astray() else A, "agreement.consent")


def withdraw_consent(walk: Walk) -> None:
    """It takes its consent back."""
    walk.both(A, "agreement.withdraw_consent", reason="另行商议")


def submit(walk: Walk) -> None:
    """The seller hands it in, sometimes without its papers."""
    if not walk.astray():
        for kind in walk.lot.terms.to_list:
            walk.paper(SELLER, kind)
    walk.both(SELLER, "listing.submit")


def withdraw(walk: Walk) -> None:
    """It gives it up."""
    walk.both(SELLER, "listing.withdraw")


def relist(walk: Walk) -> None:
    """It lists again what was not sold."""
    walk.world.alone(SELLER, "listing.relist", walk.when)


# --- the offices


def review(walk: Walk) -> None:
    """The next of the three opinions, or the return that one asked for."""
    given = list(opinions(walk.lot))
    if any(each.outcome != Outcome.PASS for each in given):
        walk.world.alone(PROVINCE, "review.return", walk.when, reason="请补正验收报告")
        return
    missing = [each for each in Subject if each not in {Subject(one.subject) for one in given}]
    subject = walk.rng.choice(missing or list(Subject))
    outcome = walk.rng.choice((*["pass"] * 8, "correct"))
    facts = opinion_facts(walk.lot.pk, subject, outcome) | (
        {"reason": "材料不清"} if outcome != "pass" else {}
    )
    office = CENTRE if subject is Subject.ELIGIBILITY else PROVINCE
    number = list(Subject).index(subject) + 1
    walk.world.both(office, "review.decide", walk.when, number=number, **facts)


def announce(walk: Walk) -> None:
    """The centre announces, as soon as its rules allow."""
    listing = walk.lot
    moments = soonest(listing, now=walk.instant) if listing.trade.auctioned else {}
    walk.both(CENTRE, "announcement.publish", **moments)
    walk.world.note_portal(published_at=walk.instant, now=walk.instant)


def offer(walk: Walk) -> None:
    """A lot from its draft to its announcement in one step, as most come there; or only its draft."""
    draft(walk)
    if walk.rng.random() < _SLOWLY:
        return
    if not walk.lot.trade.auctioned:
        consent(walk)
    submit(walk)
    while walk.lot.state is S.UNDER_REVIEW:
        review(walk)
    if walk.lot.state is S.APPROVED:
        announce(walk)
    if walk.lot.trade.auctioned and walk.lot.state is S.ANNOUNCED:
        take_part(walk)


def wait(walk: Walk) -> None:
    """Nobody does anything until something falls due."""
    ahead = Deadline.objects.filter(
        case_id=walk.world.listing_id, status="pending", paused_at=None, due_at__gt=walk.now
    )
    due = ahead.order_by("due_at").values_list("due_at", flat=True).first()
    walk.on(((due - walk.now).total_seconds() / 3600) if due is not None else 24)


def suspend(walk: Walk) -> None:
    """It stops the lot."""
    walk.world.suspend(now=walk.instant)


def resume(walk: Walk) -> None:
    """It lets it go on."""
    walk.world.resume(now=walk.instant)


def terminate(walk: Walk) -> None:
    """It ends it."""
    walk.world.terminate(now=walk.instant)


def objects(walk: Walk) -> None:
    """Somebody objects."""
    said: dict[str, Any] = {"text": "价格偏低", "name": "演示异议人", "contact": "13800000000"}
    walk.world.alone(B, "objection.raise", walk.when, **said)


def answer(walk: Walk) -> None:
    """The centre answers the last objection."""
    last = Objection.objects.order_by("pk").last()
    key = last.pk if last is not None else 0
    if last is None or last.status == ObjectionStatus.RAISED:
        said: dict[str, Any] = {"accepted": walk.rng.random() < 0.7, "reason": "理由"}
        walk.world.alone(CENTRE, "objection.accept", walk.when, subject=key, **said)
    else:
        upheld = walk.rng.random() < 0.2
        walk.both(CENTRE, "objection.decide", subject=key, upheld=upheld, reason="经核实")


# --- bidders


def take_part(walk: Walk) -> None:
    """Somebody applies, is qualified and pays its deposit, or a part of it."""
    listing, world = walk.lot, walk.world
    taken = Registration.objects.filter(listing=listing).values_list("organisation_id", flat=True)
    keys = [key for key in (A, B) if world.organisation(key).pk not in set(taken)]
    key = walk.rng.choice(keys or [A])
    for kind in listing.terms.to_bid:
        walk.paper(key, kind)
    walk.both(key, "registration.submit", **confirmation_facts(listing.pk))
    made = Registration.objects.get(listing=listing, organisation=world.organisation(key))
    walk.both(CENTRE, "registration.decide", subject=made.pk, outcome="qualified")
    whole = walk.lot.deposit_amount or ZERO
    amount = Yuan("1.00") if walk.astray() else whole
    world.pay(key, made.sub_account.number, str(amount), now=walk.instant)


def bid(walk: Walk) -> None:
    """Somebody bids the least that is valid, or a fen less."""
    terms = lot_of(walk.lot)
    least = lowest_valid(terms) if terms is not None else Yuan("1.00")
    price = least - Yuan("0.01") if walk.astray() else least
    holders = Registration.objects.filter(listing=walk.lot, certificate__isnull=False)
    keys = [_key_of(walk, each) for each in holders.order_by("id").values_list("organisation_id", flat=True)]
    if not keys or walk.astray():
        keys = [A, B]
    bidding.place(
        listing_id=walk.lot.pk,
        unit_price=price,
        by=walk.world.operator(walk.rng.choice(keys)),
        now=walk.instant,
        read_clock=lambda: walk.instant,
    )


# --- after the award


def confirm(walk: Walk) -> None:
    """The centre confirms."""
    walk.both(CENTRE, "confirmation.issue")


def sign(walk: Walk) -> None:
    """One of the three signs."""
    found = contract_of(walk.lot.pk)
    winner = _key_of(walk, found.winner_id) if found is not None else A
    walk.world.sign(walk.rng.choice((SELLER, winner, CENTRE)), now=walk.instant)


def pay(walk: Walk) -> None:
    """The winner pays what is owed, a part, or a fen too much."""
    listing = walk.lot
    found, account = contract_of(listing.pk), price_account(listing, now=walk.instant)
    if found is None or account is None:
        return  # nothing says what to pay
    owed = account.outstanding
    amount = walk.rng.choice((owed, owed, owed, Yuan("1000.00"), owed + Yuan("0.01")))
    winner = _key_of(walk, found.winner_id)
    number = found.terms["payment_account"]
    walk.world.pay(winner, number, str(max(amount, Yuan("0.01"))), now=walk.instant)


def remit(walk: Walk) -> None:
    """Finance pays out what is owed to the seller."""
    walk.both(FINANCE, "remittance.release")


def refund(walk: Walk) -> None:
    """It sends back what is owed to a bidder."""
    whom = walk.rng.choice((A, B))
    walk.both(FINANCE, "refund.release", organisation_id=walk.world.organisation(whom).pk)


def hand_over(walk: Walk) -> None:
    """The province transfers the quota."""
    walk.both(PROVINCE, "transfer.execute")


def publicise(walk: Walk) -> None:
    """The centre publishes the result."""
    walk.both(CENTRE, "publication.start")


def file(walk: Walk) -> None:
    """It files, and the province accepts."""
    if not Filing.objects.filter(listing=walk.lot).exists():
        walk.both(CENTRE, "filing.submit")
    else:
        walk.both(PROVINCE, "filing.accept")


# --- what was promised


def report(walk: Walk) -> None:
    """The seller reports what became of its commitment."""
    walk.paper(SELLER, "regrading_report")
    grade = walk.rng.choice((7, 8, 8, 9, 6))
    walk.world.alone(
        SELLER, "commitment.report", walk.when, grade=grade, measurer="河南地质检测有限公司", findings="复评"
    )


def decide(walk: Walk) -> None:
    """Two persons of the province decide on the newest report, mostly as it says."""
    newest = Report.objects.filter(listing=walk.lot).order_by("pk").last()
    grade = newest.grade if newest is not None and not walk.astray() else 9
    walk.both(PROVINCE, "commitment.decide", grade=grade, reason="与复评报告一致")


_AFTER: dict[str, list[Step]] = {
    S.CLOSED: [*[confirm] * 8, suspend, terminate],
    S.CONFIRMED: [*[sign] * 12, wait, suspend, terminate],
    S.CONTRACTED: [*[pay] * 6, refund, wait, suspend],
    S.PAID: [remit, hand_over, hand_over, refund],
    S.TRANSFERRED: [remit, publicise, publicise, publicise, file, report, decide],
    S.PUBLICISED: [*[wait] * 3, objects, answer, answer, file, file, remit, refund, report, decide],
    S.SUSPENDED: [resume, resume, resume, answer, answer, terminate],
    S.COMPLETED: [report, decide, decide, remit, refund, relist],
}
_BEFORE: dict[str, list[Step]] = {
    S.DRAFT: [*[submit] * 6, amend, withdraw],
    S.RETURNED: [*[submit] * 6, amend, withdraw],
    S.UNDER_REVIEW: [*[review] * 14, withdraw],
    S.APPROVED: [*[announce] * 5, terminate],
}
AGREED: dict[str, list[Step]] = {
    **_BEFORE,
    S.DRAFT: [*[consent] * 3, *[submit] * 4, withdraw_consent, amend, end_pairing, withdraw],
    S.RETURNED: [consent, consent, *[submit] * 3, amend, withdraw],
    S.ANNOUNCED: [*[wait] * 4, objects, answer, answer, answer, suspend, end_pairing, terminate],
    **_AFTER,
}
SOLD: dict[str, list[Step]] = {
    **_BEFORE,
    S.ANNOUNCED: [*[take_part] * 2, *[wait] * 6, objects, answer, answer, suspend],
    S.BIDDING: [*[bid] * 8, wait, take_part, suspend],
    **_AFTER,
}

_ENDED = (S.WITHDRAWN, S.UNSOLD, S.TERMINATED, S.DEFAULTED)
_PACES = (1, 1, 1, 5, 5, 24, 24, 72)
_FAULTS = (money_faults, quota_faults, surplus_faults)


def _walk(seed: int, world: Deal, begins: datetime) -> Walk:
    return Walk(
        world, Listing, Random(seed), ended=_ENDED, faults=_FAULTS, now=begins, steps=60, paces=_PACES
    )


def agree(seed: int, world: Agreed) -> Walk:
    """Walk a lot that one government hands over to another by agreement."""
    return walked(_walk(seed, world, at("04-01 10:00")), AGREED, offer)


def sell(seed: int, world: Sale) -> Walk:
    """Walk a lot of certified quota from its draft."""
    return walked(_walk(seed, world, at("03-02 10:00")), SOLD, offer)


def promise(seed: int, world: Promised) -> Walk:
    """Walk what a seller promised, from the transfer of what was there."""
    return walked(_walk(seed, world, at("05-07 10:01")), SOLD, draft)


__all__ = ["AGREED", "SOLD", "Walk", "agree", "promise", "sell"]
