"""What could come next: for a lot in its present status, the steps that somebody would sensibly take, with weights."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from apps.kinds.quantities import Quantity
from apps.land.queries import with_polygons
from apps.listings.models import Listing
from apps.listings.rules import why_not_price
from apps.listings.states import BEFORE_CLOSE, ListingStatus
from apps.money.models import Bucket, Exceptional, Purpose
from apps.money.queries import balance, refunds_due, remittance_due, span_of, sub_account
from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from apps.process.commands import platform_returns
from apps.quota.batch_models import Encumbrance
from apps.quota.models import Account
from apps.quota.models import Bucket as QuotaBucket
from apps.rulebook import presets
from apps.rulebook.queries import in_force, rules_of
from apps.rulebook.subjects import SUPPLEMENTARY, traded_under
from apps.stages.announcement.commands import earliest_opening, earliest_registration_close
from apps.stages.announcement.queries import portal_facts
from apps.stages.application.commands import facts_of
from apps.stages.bidding.queries import lot_of
from apps.stages.bidding.rules import lowest_valid
from apps.stages.contract.queries import contract_of, valid_signatures
from apps.stages.contract.states import Party
from apps.stages.filing.models import Filing
from apps.stages.payment.queries import price_account
from apps.stages.publication.models import Publication
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.queries import opinion_facts, opinions
from apps.stages.review.states import Outcome, Subject
from apps.stages.transfer.models import QualityClaim
from kernel.acts.act import Act, all_acts
from kernel.availability import commands as availability
from kernel.availability.queries import is_down
from kernel.clock import iso
from kernel.money import ZERO, Yuan
from kernel.workdays.models import Year
from tests.factories.papers import CHECKLIST
from tests.simulation import offices
from tests.simulation.cast import BIDDERS, CENTRE, FINANCE, PROVINCE, SELLER
from tests.simulation.walk import Broken, Walk

S = ListingStatus
_WITH_REFUNDS = frozenset({S.UNSOLD, S.CLOSED, S.CONFIRMED, S.CONTRACTED, S.TERMINATED, S.DEFAULTED})
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Choice:
    """Something that may come next, as likely as its weight is great."""

    weight: float
    name: str
    step: Callable[[], Any]


Choices = Iterator[Choice]


def of(walk: Walk, lot: int) -> list[Choice]:
    """Everything that may come next on a lot, always in the same order."""
    listing = walk.listing(lot)
    found = list(_BY_STATUS[listing.state](walk, listing))
    objected = listing.open_objections or listing.unanswered_objections
    beside = 4.5 if objected else 3.5 if listing.state in _WITH_REFUNDS else 1.8
    found.append(Choice(beside, "beside", lambda: _one_of(walk, _any_time(walk, listing))))
    return [*found, *_time(walk, listing)]


def _one_of(walk: Walk, choices: Choices) -> None:
    found = list(choices)
    chosen = walk.chance.choices(found, [each.weight for each in found])[0]
    walk.note(chosen.name)
    chosen.step()


# --- before the announcement


def lot_facts(walk: Walk, listing: Listing) -> dict[str, Any]:
    """A lot as its seller would write it down, changed a little."""
    facts = facts_of(listing)
    data: dict[str, Any] = {
        "title": facts.title,
        **facts.quantities.as_strings(),
        "lines": [
            {"batch": each.batch_id, "kind": str(each.kind), "amount": str(Quantity(each.kind, each.amount))}
            for each in facts.lines
        ],
        "grade": facts.grade,
        "starting_price": str(facts.starting_price),
        "price_unit": str(facts.price_unit),
        "fiscal_account": facts.fiscal_account,
        "contact": "更正后的联系人",
        "acceptance_record_no": "豫省备〔2025〕1号",
        "ecology_no": "汴环评〔2025〕1号",
    }
    if facts.increment is not None:
        data["increment"] = str(facts.increment)
    book = in_force(province=listing.province, subject=SUPPLEMENTARY, now=walk.now)
    rules = rules_of(book).parameters if book else None
    named = {
        "ceiling": facts.starting_price.times(2),
        "reserve_price": facts.starting_price.times(Decimal("1.1")),
    }
    if rules is not None and rules.ceiling.kind == "unit_price" and walk.likely(0.6):
        data["ceiling"] = str(named["ceiling"])
    if walk.likely(0.3):
        data["reserve_price"] = str(named["reserve_price"])
    if rules is not None and facts.increment is not None:
        wrong = why_not_price(
            starting_price=facts.starting_price,
            unit=facts.price_unit,
            increment=facts.increment,
            named_ceiling=None,
            reserve=None,
            rules=rules,
        )
        if wrong is not None:
            del data["increment"]
    return data


def _submit(walk: Walk, listing: Listing) -> Callable[[], Any]:
    def step() -> None:
        if walk.likely(0.93):
            walk.cast.bring(SELLER, listing.pk, now=walk.now)
        walk.do("listing.submit", SELLER, listing.pk)

    return step


def _draft(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    yield Choice(6, "submit", _submit(walk, listing))
    yield Choice(
        1, "amend", lambda: walk.do("listing.amend", SELLER, lot, lot_facts(walk, listing), number=1)
    )
    yield Choice(0.5, "withdraw", lambda: walk.do("listing.withdraw", SELLER, lot))
    yield Choice(0.4, "draft again", lambda: _draft_anew(walk, listing))


def _draft_anew(walk: Walk, listing: Listing) -> None:
    """The same quota in a second application: only one of them can be submitted."""
    done = walk.do("listing.draft", SELLER, 0, lot_facts(walk, listing))
    if done is not None and done.outcome == "done":
        walk.lots.append(done.answer["listing"])


def _under_review(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    given = list(opinions(listing))
    missing = [each for each in Subject if each not in {Subject(one.subject) for one in given}]
    for subject in missing:
        yield Choice(4, f"opinion {subject}", partial(_opine, walk, lot, subject))
    if any(one.outcome != Outcome.PASS for one in given):
        yield Choice(
            8, "return", lambda: walk.do("review.return", PROVINCE, lot, {"reason": "请补正验收报告"})
        )
    yield Choice(0.3, "withdraw", lambda: walk.do("listing.withdraw", SELLER, lot))


def _opine(walk: Walk, lot: int, subject: Subject) -> None:
    outcome = walk.chance.choices([Outcome.PASS, Outcome.CORRECT, Outcome.FAIL], [12, 1, 1])[0]
    reason = "" if outcome is Outcome.PASS else "材料不清"
    number = list(Subject).index(subject) + 1 if walk.likely(0.92) else 1
    office = CENTRE if (subject is Subject.ELIGIBILITY) == walk.likely(0.95) else PROVINCE
    facts = opinion_facts(lot, str(subject), str(outcome)) | {"reason": reason}
    walk.do("review.decide", office, lot, facts, number=number)


def _returned(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    yield Choice(5, "submit again", _submit(walk, listing))
    yield Choice(2, "correct", lambda: walk.do("listing.amend", SELLER, lot, lot_facts(walk, listing)))
    yield Choice(1, "withdraw", lambda: walk.do("listing.withdraw", SELLER, lot))


def _withdrawn(walk: Walk, listing: Listing) -> Choices:
    yield Choice(2, "draft again", lambda: _draft_anew(walk, listing))


def announced_moments(walk: Walk, listing: Listing, *, spare: timedelta = timedelta(0)) -> dict[str, str]:
    """The soonest timetable under the rules in force, with so much to spare."""
    return soonest(listing, now=walk.now, spare=spare)


def soonest(listing: Listing, *, now: datetime, spare: timedelta = timedelta(0)) -> dict[str, str]:
    """The same for a lot that would be announced now."""
    book = in_force(province=listing.province, subject=traded_under(listing.quota_class), now=now)
    if book is None:
        return {}
    listing.rules_copy = rules_of(book).as_json()
    closes = earliest_registration_close(listing, now=now) + spare
    opens = earliest_opening(listing, closes) + spare
    ends = opens + timedelta(days=listing.rules.parameters.bidding_min_days) + spare
    return {"registration_closes": iso(closes), "bidding_opens": iso(opens), "bidding_closes": iso(ends)}


def _approved(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk

    def publish() -> None:
        moments = announced_moments(walk, listing, spare=walk.chance.choice(_SPARES))
        walk.do("announcement.publish", CENTRE, lot, moments)
        if walk.likely(0.7):
            walk.do("announcement.note_portal", CENTRE, lot, portal_facts(lot, at=walk.now))

    yield Choice(8, "publish", publish)
    yield Choice(0.4, "terminate", lambda: _terminate(walk, lot))


_SPARES = [timedelta(0), timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(seconds=-1)]


# --- announcement, applications to bid, deposits


def _announced(walk: Walk, listing: Listing) -> Choices:
    yield from _applications(walk, listing)
    yield Choice(0.5, "supplement", lambda: _supplement(walk, listing))
    facts = portal_facts(listing.pk, at=walk.now)
    yield Choice(0.5, "portal", lambda: walk.do("announcement.note_portal", CENTRE, listing.pk, facts))
    yield Choice(0.7, "object", lambda: _object(walk, listing.pk))
    yield from _stop(walk, listing.pk, 0.4, 0.15)


def _supplement(walk: Walk, listing: Listing) -> None:
    data = {"text": "变更联系方式"}
    if walk.likely(0.5) and listing.closes_at is not None:
        data["bidding_closes"] = iso(listing.closes_at + walk.a_while())
    if walk.likely(0.3) and listing.opens_at is not None and listing.registration_closes_at is not None:
        data["registration_closes"] = iso(listing.registration_closes_at + timedelta(days=1))
    walk.do("announcement.amend", CENTRE, listing.pk, data)


def _object(walk: Walk, lot: int) -> None:
    facts = {"text": "数量存疑", "name": "王五", "contact": "13700000000"}
    walk.do("objection.raise", walk.chance.choice(["d", "supervisor", "rival"]), lot, facts)


def _applications(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    made = list(
        Registration.objects.filter(listing=listing)
        .select_related("organisation", "sub_account")
        .order_by("id")
    )
    known = {each.organisation_id for each in made}
    for key in BIDDERS:
        if walk.cast.organisations[key].pk not in known:
            yield Choice(1.2, f"apply {key}", partial(_apply, walk, key, lot))
    yield Choice(
        0.2, "apply wrongly", lambda: _apply(walk, walk.chance.choice(["branch", SELLER, "rival"]), lot)
    )
    for each in made:
        key = walk.cast.key_of(each.organisation_id)
        if each.state is RegistrationStatus.SUBMITTED:
            yield Choice(5, f"decide {key}", partial(_decide, walk, each))
        elif each.state is RegistrationStatus.CORRECT:
            yield Choice(3, f"apply again {key}", partial(_apply, walk, key, lot))
        missing = (listing.deposit_amount or ZERO) - balance(each.sub_account_id, Bucket.HELD)
        weight = 3 if missing > ZERO and each.state is not RegistrationStatus.REJECTED else 0.1
        yield Choice(weight, f"deposit {key}", partial(_pay_deposit, walk, listing, each))


def _apply(walk: Walk, key: str, lot: int) -> None:
    if walk.likely(0.93):
        walk.cast.bring(key, lot, now=walk.now)
    confirmed = confirmation_facts(lot) if walk.likely(0.97) else {}
    walk.do("registration.submit", key, lot, confirmed)


def _decide(walk: Walk, registration: Registration) -> None:
    outcome = walk.chance.choices(["qualified", "correct", "rejected"], [10, 1, 1])[0]
    reason = "" if outcome == "qualified" else "材料不实"
    walk.do("registration.decide", CENTRE, registration.pk, {"outcome": outcome, "reason": reason})


def _pay_deposit(walk: Walk, listing: Listing, registration: Registration) -> None:
    owed = max(
        (listing.deposit_amount or ZERO) - balance(registration.sub_account_id, Bucket.HELD), Yuan("1.00")
    )
    cutoff = listing.deposit_cutoff_at or walk.now
    arrived = walk.now
    if walk.now >= cutoff:
        arrived = cutoff + walk.chance.choice([-timedelta(hours=1), -MICROSECOND, timedelta(0)])
    _money(
        walk, registration.sub_account.number, owed, walk.cast.key_of(registration.organisation_id), arrived
    )


def _money(walk: Walk, number: str, owed: Yuan, key: str, arrived: datetime) -> None:
    """Money comes: what is owed, a part, too much, of somebody else, to nobody, or the same entry again."""
    amount, payer = owed, walk.cast.organisations[key].name
    match walk.chance.choices(["right", "part", "excess", "foreign", "unknown"], [12, 2, 3, 1, 1])[0]:
        case "part":
            amount = owed.times(Decimal("0.4"))
        case "excess":
            amount = owed + Yuan("1234.56")
        case "foreign":
            payer = "好心人有限公司"
        case "unknown":
            number = "6100000000000000009"
    entry = {
        "reference": walk.fresh("entry") if walk.likely(0.95) else "entry-1",
        "credited_number": number,
        "amount": str(max(amount, Yuan("0.01"))),
        "payer_name": payer,
        "payer_account": "6222000000000001",
        "arrived_at": iso(arrived),
    }
    by_file = walk.likely(0.8)
    walk.do("money.line" if by_file else "money.import", FINANCE, 0, entry)
    if walk.likely(0.1):
        walk.act("money.line", FINANCE, 0, entry, number=0)
    if walk.likely(0.9):
        walk.do("money.cover", FINANCE, 0, statement_of(number, walk.now))


def statement_of(account: str, until: datetime) -> dict[str, Any]:
    """What the bank says of an account up to an instant, when the books are right."""
    span = span_of(account=account, province="410000", until=until)
    return {
        "account": account,
        "covers_until": iso(until),
        "opening_balance": str(span.opening or ZERO),
        "debit_total": str(span.debits),
        "closing_balance": str(span.closing),
    }


# --- bidding


def _bidding(walk: Walk, listing: Listing) -> Choices:
    yield Choice(1, "applications", lambda: _one_of(walk, _applications(walk, listing)))
    yield Choice(9, "bid", lambda: _bid(walk, listing.pk))
    yield Choice(1.5, "bid twice", lambda: _bid_twice(walk, listing.pk))
    yield Choice(2.5, "to the last instants", lambda: _last_instant(walk, listing.pk))
    yield from _stop(walk, listing.pk, 0.5, 0.12)


def _bidder(walk: Walk, lot: int) -> str:
    holders = Registration.objects.filter(listing_id=lot, certificate__isnull=False).order_by("id")
    keys = [walk.cast.key_of(each) for each in holders.values_list("organisation_id", flat=True)]
    if not keys or walk.likely(0.1):
        keys = [*BIDDERS, "c", "d", SELLER, "branch"]
    return walk.chance.choice(keys)


def _bid_data(walk: Walk, lot: int) -> dict[str, Any]:
    terms = lot_of(walk.listing(lot))
    if terms is None:
        return {"unit_price": "1.00"}
    least = lowest_valid(terms)
    sort = walk.chance.choices(
        ["least", "more", "ceiling", "hair", "odd", "over", "stale"], [10, 5, 3, 1, 1, 0.5, 1]
    )[0]
    price = least
    if sort == "more":
        price = least + terms.increment.times(walk.chance.randint(1, 3))
    elif sort == "ceiling" and terms.ceiling is not None:
        price = terms.ceiling
    elif sort == "hair":
        price = least - Yuan("0.01")
    elif sort == "odd":
        price = least + Yuan("0.01")
    elif sort == "over" and terms.ceiling is not None:
        price = terms.ceiling + Yuan("0.01")
    data: dict[str, Any] = {"unit_price": str(price)}
    if sort == "stale":
        data["seen_price"] = str(terms.starting_price)
    elif walk.likely(0.3):
        data |= {"seen_price": str(terms.current)} if terms.current is not None else {"saw_none": True}
    return data


def _bid(walk: Walk, lot: int) -> None:
    walk.do("bid.place", _bidder(walk, lot), lot, _bid_data(walk, lot))


def _bid_twice(walk: Walk, lot: int) -> None:
    """A double click, a retry, or the same id for another price."""
    who, data = _bidder(walk, lot), _bid_data(walk, lot) | {"request_id": walk.fresh("click")}
    first = walk.act("bid.place", who, lot, data, number=0)
    again = walk.act("bid.place", who, lot, data, number=0)
    if first is not None and (again is None or again.answer["hash"] != first.answer["hash"]):
        raise Broken("a bid sent twice did not get its first receipt again")
    walk.act("bid.place", who, lot, data | {"unit_price": "99999.00"}, number=0)


def _last_instant(walk: Walk, lot: int) -> None:
    """To the close, just before, at or after it, with or without the closer, and a bid."""
    closes = walk.listing(lot).closes_at
    if closes is None:
        return
    offset = walk.chance.choice(
        [-timedelta(seconds=1), -MICROSECOND, -MICROSECOND, timedelta(0), MICROSECOND]
    )
    walk.pass_to(closes + offset, pulses=walk.chance.choice([0, 0, 1]))
    _bid(walk, lot)
    if walk.likely(0.5):
        _bid(walk, lot)


def _stop(walk: Walk, lot: int, suspend: float, terminate: float) -> Choices:
    yield Choice(suspend, "suspend", lambda: walk.do("listing.suspend", CENTRE, lot, {"reason": "需要核实"}))
    yield Choice(terminate, "terminate", lambda: _terminate(walk, lot))


def _terminate(walk: Walk, lot: int) -> None:
    walk.do("listing.terminate", CENTRE, lot, {"reason": "标的被依法查封"})


def _suspended(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    weight = 1 if listing.open_objections else 6
    yield Choice(weight, "resume", lambda: walk.do("listing.resume", CENTRE, lot))
    yield Choice(0.8, "terminate", lambda: _terminate(walk, lot))
    yield Choice(1, "time passes", lambda: walk.pass_to(walk.now + walk.a_while()))
    if ListingStatus(listing.suspended_from) in BEFORE_CLOSE:
        yield Choice(1.5, "applications", lambda: _one_of(walk, _applications(walk, listing)))
        yield Choice(0.7, "bid all the same", lambda: _bid(walk, lot))
    elif listing.suspended_from == S.CONTRACTED:
        yield Choice(1.5, "pay", lambda: _pay_price(walk, listing))


# --- after the close


def _closed(walk: Walk, listing: Listing) -> Choices:
    yield Choice(7, "confirm", lambda: walk.do("confirmation.issue", CENTRE, listing.pk))
    yield Choice(0.6, "bid too late", lambda: _bid(walk, listing.pk))
    yield from _stop(walk, listing.pk, 0.4, 0.2)


def _confirmed(walk: Walk, listing: Listing) -> Choices:
    contract = contract_of(listing.pk)
    signed = valid_signatures(contract) if contract else {}
    winner = walk.cast.key_of(contract.winner_id) if contract else "a"
    for party, key in ((Party.SELLER, SELLER), (Party.WINNER, winner), (Party.CENTRE, CENTRE)):
        weight = 0.3 if party in signed else 4
        yield Choice(weight, f"sign {party}", partial(_sign, walk, listing.pk, key))
    revised = {"special": walk.fresh("特别约定")}
    yield Choice(0.5, "revise", lambda: walk.do("contract.revise", CENTRE, listing.pk, revised))
    yield Choice(1.2, "nobody signs", lambda: _to_deadline(walk, listing.pk, kinds=("contract",)))
    yield from _stop(walk, listing.pk, 0.4, 0.2)


def _sign(walk: Walk, lot: int, key: str) -> None:
    contract = contract_of(lot)
    data = {"text_sha256": contract.text_sha256} if contract and walk.likely(0.5) else {}
    if walk.likely(0.05):
        data = {"text_sha256": "0" * 64}
    walk.do("contract.sign", key, lot, data)


def _contracted(walk: Walk, listing: Listing) -> Choices:
    yield Choice(8, "pay", lambda: _pay_price(walk, listing))
    yield Choice(2, "nobody pays", lambda: _to_deadline(walk, listing.pk, kinds=("payment", "default")))
    yield Choice(1.2, "long unpaid", lambda: _long_unpaid(walk, listing.pk))
    yield Choice(1.5, "statement", lambda: _cover(walk))
    yield from _stop(walk, listing.pk, 0.4, 0.2)


def _long_unpaid(walk: Walk, lot: int) -> None:
    """Past the due date and the days of grace; the statement that proves it comes, or does not."""
    for kind in ("payment", "default"):
        ahead = [each for each in walk.pending(lot) if each.kind == kind and each.paused_at is None]
        if ahead:
            walk.pass_to(ahead[0].due_at)
    if walk.likely(0.7):
        walk.do("money.cover", FINANCE, 0, statement_of("6100000000000001", walk.now))
    walk.pulse()


def _pay_price(walk: Walk, listing: Listing) -> None:
    contract = contract_of(listing.pk)
    account = price_account(listing, now=walk.now)
    if contract is None or account is None:
        return
    opened = sub_account(case_id=listing.pk, organisation_id=contract.winner_id, purpose=Purpose.PRICE)
    if opened is None:
        return
    arrived = walk.now
    if walk.likely(0.2) and contract.effective_at is not None:
        arrived = max(contract.effective_at, walk.now - walk.a_while())
    owed = max(account.outstanding, Yuan("0.01"))
    if walk.likely(0.2):
        owed = max(account.unpaid_price, Yuan("0.01"))
    _money(walk, opened.number, owed, walk.cast.key_of(contract.winner_id), arrived)


def _cover(walk: Walk) -> None:
    until = walk.now - walk.chance.choice(
        [timedelta(0), timedelta(0), timedelta(days=2), -timedelta(hours=1)]
    )
    walk.do("money.cover", FINANCE, 0, statement_of("6100000000000001", until))


def _paid(walk: Walk, listing: Listing) -> Choices:
    yield Choice(7, "transfer", lambda: walk.do("transfer.execute", PROVINCE, listing.pk))
    yield Choice(0.5, "pay again", lambda: _pay_price(walk, listing))
    yield Choice(0.5, "suspend", lambda: walk.do("listing.suspend", CENTRE, listing.pk, {"reason": "核实"}))


def _transferred(walk: Walk, listing: Listing) -> Choices:
    yield Choice(5, "publish result", lambda: walk.do("publication.start", CENTRE, listing.pk))
    yield from _filing(walk, listing)
    yield from _quality(walk, listing)


def _filing(walk: Walk, listing: Listing) -> Choices:
    filing = Filing.objects.filter(listing=listing).first()
    if filing is None:
        yield Choice(3, "file", lambda: walk.do("filing.submit", CENTRE, listing.pk))
    elif filing.accepted_at is None:
        yield Choice(4, "accept filing", lambda: walk.do("filing.accept", PROVINCE, listing.pk))


_VOUCHER = {"voucher_no": "付〔2026〕1号"}


def _quality(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    contract = contract_of(lot)
    claims = list(QualityClaim.objects.filter(listing=listing).order_by("id"))
    if contract is None:
        return
    buyer = walk.cast.key_of(contract.winner_id)

    def claim() -> None:
        found: dict[str, Any] = walk.chance.choice(
            [{"area": "19.5000"}, {"capacity": "17000"}, {"area": "0"}, {"area": "20.0000"}, {"grade": 8}]
        )
        if walk.likely(0.9):
            walk.cast.retest(buyer, lot, now=walk.now)
        measurer = "第三方检测机构" if walk.likely(0.9) else walk.cast.name_of(SELLER)
        walk.do("quality.claim", buyer, lot, {**found, "measurer": measurer, "reason": "复测不足"})

    yield Choice(0.7, "claim", claim)
    for each in claims:
        if each.confirmed_at is None:
            yield Choice(2, "confirm claim", partial(walk.do, "quality.confirm", PROVINCE, each.pk))
        elif each.paid_at is None:
            yield Choice(2, "claim paid", partial(walk.do, "quality.paid", FINANCE, each.pk, _VOUCHER))


def _publicised(walk: Walk, listing: Listing) -> Choices:
    yield from _filing(walk, listing)
    yield from _quality(walk, listing)
    yield Choice(0.8, "object", lambda: _object(walk, listing.pk))
    if not Publication.objects.filter(listing=listing, ended_at__isnull=False).exists():
        yield Choice(
            3, "publication ends", lambda: _to_deadline(walk, listing.pk, kinds=("publication_end",))
        )


def _completed(walk: Walk, listing: Listing) -> Choices:
    yield from _quality(walk, listing)
    yield Choice(0.5, "pay again", lambda: _pay_price(walk, listing))


def _ended(walk: Walk, listing: Listing) -> Choices:
    def relist() -> None:
        data = (
            {"starting_price": str(listing.starting_price.times(Decimal("0.9")))} if walk.likely(0.4) else {}
        )
        done = walk.do("listing.relist", SELLER, listing.pk, data)
        if done is not None and done.outcome == "done":
            walk.lots.append(done.answer["listing"])

    yield Choice(3, "relist", relist)
    if listing.announced_at is not None:
        yield Choice(0.3, "applications", lambda: _one_of(walk, _applications(walk, listing)))


_BY_STATUS: dict[ListingStatus, Callable[[Walk, Listing], Choices]] = {
    S.DRAFT: _draft,
    S.UNDER_REVIEW: _under_review,
    S.RETURNED: _returned,
    S.WITHDRAWN: _withdrawn,
    S.APPROVED: _approved,
    S.ANNOUNCED: _announced,
    S.BIDDING: _bidding,
    S.SUSPENDED: _suspended,
    S.CLOSED: _closed,
    S.UNSOLD: _ended,
    S.CONFIRMED: _confirmed,
    S.CONTRACTED: _contracted,
    S.PAID: _paid,
    S.TRANSFERRED: _transferred,
    S.PUBLICISED: _publicised,
    S.COMPLETED: _completed,
    S.DEFAULTED: _ended,
    S.TERMINATED: _ended,
}


# --- at any time


def _any_time(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    for each in Objection.objects.filter(case_id=lot, settled_at=None).order_by("id"):
        yield Choice(3, "objection", partial(_answer, walk, each))
    due = refunds_due(walk.cast.people[FINANCE][0]).filter(entry__sub_account__case_id=lot)
    for refund_id, organisation_id in due.values_list("pk", "entry__sub_account__organisation_id"):
        one = {"organisation_id": organisation_id}
        yield Choice(0.8, "refund all", partial(walk.do, "refund.release", FINANCE, lot, one))
        yield Choice(
            0.5, "refund", partial(walk.do, "refund.release_one", FINANCE, refund_id)
        )  # fmt: skip
    if remittance_due(lot) is not None:
        yield Choice(3, "remittance", partial(walk.do, "remittance.release", FINANCE, lot))
    held = Exceptional.objects.filter(entry__sub_account__case_id=lot, held=True, decided_at=None)
    for exceptional_id in held.values_list("pk", flat=True)[:2]:
        decided = {"outcome": walk.chance.choice(["return", "return", "count"]), "remark": "已核实"}
        yield Choice(20, "held money", partial(walk.do, "money.decide", FINANCE, exceptional_id, decided))
    yield Choice(0.15, "statement", lambda: _cover(walk))
    yield Choice(0.8, "anything", lambda: _anything(walk))
    yield Choice(0.15, "use quota", lambda: _use(walk))
    yield Choice(0.3, "burden", lambda: _burden(walk, listing))
    yield Choice(0.1, "rules change", lambda: _change_rules(walk))
    yield Choice(0.12, "calendar", lambda: _load_calendar(walk))
    yield Choice(0.15, "outage", lambda: _outage(walk))
    yield Choice(0.3, "by hand", lambda: _attend(walk, lot))
    yield Choice(0.15, "new quota", lambda: _book(walk))
    yield Choice(0.8, "offices", lambda: offices.step(walk, listing))


def _answer(walk: Walk, objection: Objection) -> None:
    if objection.status == ObjectionStatus.RAISED:
        if walk.likely(0.3):
            walk.do("objection.accept_and_suspend", CENTRE, objection.pk, {})
            return
        walk.do("objection.accept", CENTRE, objection.pk, {"accepted": walk.likely(0.6), "reason": "理由"})
    else:
        walk.do("objection.decide", CENTRE, objection.pk, {"upheld": walk.likely(0.3), "reason": "核实"})


def _anything(walk: Walk) -> None:
    """Any act whatever, by somebody who might do it, on any of the lots, with facts that could be right."""
    act: Act = walk.chance.choice(all_acts())
    if act.name == "rulebook.try":
        return
    people = walk.cast.people
    keys = sorted(key for key in people if people[key][0].can(act.capability)) or sorted(people)
    subject = walk.chance.choice(walk.lots) if act.subject == "listing_id" else walk.chance.randint(0, 60)
    walk.do(act.name, walk.chance.choice(keys), subject, _any_data(walk, act))


def _any_data(walk: Walk, act: Act) -> dict[str, Any]:
    by_name: dict[str, dict[str, Any]] = {
        "review.decide": {
            "opinion": "eligibility",
            "outcome": "pass",
            "items": dict.fromkeys(CHECKLIST[Subject.ELIGIBILITY], True),
        },
        "review.return": {"reason": "请补正"},
        "announcement.publish": {
            name: iso(walk.now + timedelta(days=days))
            for name, days in (("registration_closes", 20), ("bidding_opens", 30), ("bidding_closes", 40))
        },
        "announcement.amend": {"text": "变更联系方式"},
        "registration.decide": {"outcome": "qualified"},
        "bid.place": {"unit_price": "65000.00"},
        "contract.revise": {"special": "分两期交付"},
        "quality.claim": {"area": "0.0001", "measurer": "检测机构", "reason": "复测"},
        "listing.suspend": {"reason": "核查"},
        "listing.terminate": {"reason": "规划调整"},
        "objection.raise": {"text": "有异议", "name": "演示", "contact": "演示"},
        "objection.accept": {"accepted": True},
        "objection.dismiss_flood": {"up_to": 10_000_000, "reason": "内容雷同"},
        "objection.decide": {"upheld": False, "reason": "不成立"},
        "refund.release": {"organisation_id": walk.cast.organisations["a"].pk},
    }
    if act.name in ("listing.amend", "listing.draft"):
        return lot_facts(walk, walk.listing(walk.chance.choice(walk.lots)))
    return by_name.get(act.name, {})


def _use(walk: Walk) -> None:
    """Whoever holds quota retires some, or more than it has."""
    rows = Account.objects.filter(bucket=QuotaBucket.AVAILABLE, balance__gt=0).order_by("id")
    held = [(row.holder_id, row.kind, row.balance) for row in rows]
    if not held:
        return
    holder_id, kind, amount = walk.chance.choice(held)
    part = amount if walk.likely(0.3) else min(amount, 3) if walk.likely(0.8) else amount + 10**6
    facts = {str(kind): str(part), "project_name": "机场快线", "project_approval_no": "演示批〔2026〕1号"}
    walk.do("quota.use", walk.cast.key_of(holder_id), 0, facts)


def _burden(walk: Walk, listing: Listing) -> None:
    burden = Encumbrance.objects.filter(lifted_at=None).order_by("id").first()
    if burden is not None:
        walk.do("quota.lift_encumbrance", PROVINCE, burden.pk)
        return
    batch_id = listing.lines.order_by("id").values_list("batch_id", flat=True).first()
    walk.do("quota.encumber", PROVINCE, batch_id or 0, {"reason": "法院查封"})


def _change_rules(walk: Walk) -> None:
    """The province writes new rules and approves them; what is announced keeps its own."""
    values = presets.parameters(walk.chance.choice(sorted(presets.PRESETS)), random_rules(walk)).as_json()
    facts = {
        "province": "410000",
        "name": walk.fresh("规则"),
        "legal_basis": ["演示文号"],
        "valid_from": f"{walk.now:%Y-%m-%d}",
        "parameters": values,
    }
    made = walk.do("rulebook.draft", PROVINCE, 0, facts)
    if made is not None and made.outcome == "done":
        walk.do("rulebook.approve", PROVINCE, made.answer["rulebook"], number=walk.chance.randint(0, 2))


def random_rules(walk: Walk) -> dict[str, Any]:
    """Some parameters set otherwise than the preset has them."""
    chance = walk.chance
    found: dict[str, Any] = {
        "timed_bidding": {"enabled": walk.likely(0.6), "pause_minutes": chance.choice([0, 0, 10])},
        "increment_multiple": walk.likely(0.3),
        "quiet_last_minutes": chance.choice([0, 0, 0, 30]),
        "allocation": chance.choice(["price_first", "fee_first"]),
        "late_fee_cap": chance.choice([None, None, "0.0100"]),
        "daily_end": chance.choice(["24:00", "24:00", "17:30"]),
        "default_after_days": chance.choice([30, 5]),
    }
    return found


_HOLIDAYS = {
    2026: ("2026-04-06", "2026-05-01", "2026-10-01"),
    2027: ("2027-01-01", "2027-02-08", "2027-02-09"),
}


def _load_calendar(walk: Walk) -> None:
    """A year is published, or published again with other days."""
    year = walk.chance.choice([2026, 2027, 2027])
    before = Year.objects.filter(year=year, revoked_at=None).first()
    days = set(before.days_off if before else _HOLIDAYS[year])
    days.add(f"{year}-0{walk.chance.randint(1, 9)}-1{walk.chance.randint(0, 9)}")
    worked = before.workdays_on if before else []
    facts = {
        "year": year,
        "notice_no": walk.fresh("国办发明电"),
        "published_on": f"{year - 1}-11-05",
        "days_off": sorted(days - set(worked)),
        "workdays_on": worked,
    }
    walk.do("calendar.load", PROVINCE, 0, facts)


def _outage(walk: Walk) -> None:
    """Nobody can bid for a while."""
    if is_down():
        return
    outage = availability.go_down(now=walk.now)
    walk.note("the platform is down")
    walk.pass_to(walk.now + walk.chance.choice([timedelta(seconds=30), timedelta(minutes=7), timedelta(hours=2)]),
                 pulses=walk.chance.choice([0, 1]))  # fmt: skip
    platform_returns(now=walk.now)
    walk.note(f"the platform is back from outage {outage.pk}")


def _attend(walk: Walk, lot: int) -> None:
    waiting = walk.pending(lot)
    if waiting and walk.likely(0.6):
        walk.pass_to(waiting[0].due_at, pulses=0)
    if waiting:
        walk.do(
            "deadline.attend", CENTRE, (waiting[0] if walk.likely(0.7) else walk.chance.choice(waiting)).pk
        )


def _book(walk: Walk) -> None:
    """A project with its parts, and its quota booked: as declared, or with a total that does not add up."""
    number = walk.fresh("新项目")
    part = {"kind": "farmland_area", "land_class": "dry", "grade_before": 16, "grade_after": 9}
    facts = {
        "name": number,
        "approval_no": f"立{number}",
        "acceptance_no": f"验{number}",
        "region": "410222",
        "farmland_before": "0",
        "farmland_after": "20.0000",
        "farmland_area": "20.0000",
        "paddy_area": "0",
        "grain_capacity": "14000",
        "parts": [part | {"quantity": "12.5000"}, part | {"quantity": "7.5000"}],
    }
    made = walk.do("project.record", SELLER, 0, with_polygons(facts) if walk.likely(0.95) else facts)
    if made is not None and made.outcome == "done":
        total = "20.0000" if walk.likely(0.7) else "20.0001"
        booked = {"certificate_no": f"库{number}", "farmland_area": total, "grade": 9}
        walk.do("quota.book", PROVINCE, made.answer["project"], booked)


# --- time


def _time(walk: Walk, listing: Listing) -> Choices:
    lot = listing.pk
    yield Choice(0.8, "a while", lambda: walk.pass_to(walk.now + walk.a_while(), pulses=_pulses(walk)))
    yield Choice(2.0, "to a deadline", lambda: _to_deadline(walk, lot))
    yield Choice(0.4, "out of order", walk.pulse_out_of_order)
    if listing.state is S.ANNOUNCED:
        ready = Registration.objects.filter(listing=listing, certificate__isnull=False).count()
        yield Choice(
            (0.3, 1.5, 5, 8, 8)[min(ready, 4)],
            "opens",
            lambda: _to_deadline(walk, lot, kinds=("bidding_open",)),
        )
    if listing.state is S.BIDDING:
        yield Choice(2, "closes", lambda: _to_deadline(walk, lot, kinds=("bidding_close",)))


def _pulses(walk: Walk) -> int:
    return walk.chance.choices([0, 1, 2], [3, 6, 1])[0]


def _to_deadline(walk: Walk, lot: int, *, kinds: tuple[str, ...] = ()) -> None:
    """To the next due instant, a microsecond before or after it, or long past it."""
    ahead = [each for each in walk.pending(lot) if each.paused_at is None and each.due_at >= walk.now]
    ahead = [each for each in ahead if not kinds or each.kind in kinds]
    if not ahead:
        walk.pass_to(walk.now + walk.a_while(), pulses=_pulses(walk))
        return
    due = ahead[0].due_at if walk.likely(0.8) else walk.chance.choice(ahead).due_at
    spare = [
        timedelta(0),
        timedelta(0),
        timedelta(0),
        -MICROSECOND,
        MICROSECOND,
        timedelta(hours=2),
        timedelta(days=4),
    ]
    walk.pass_to(due + walk.chance.choice(spare), pulses=_pulses(walk))
