"""Stories (故事): how one lot's trade goes, told as steps that wait for their hour.

A story is a generator: it yields the instant of its next step and is woken when the clock stands there. What would
happen after the present simply has not happened yet, so the close of bidding, counted from the present, decides in
which status a lot is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from apps.demo import hands
from apps.demo.organisations import Organisations
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land.rules import Ground
from apps.listings.models import Listing
from apps.listings.names import LISTING_SUSPEND, LISTING_TERMINATE
from apps.money.accounts import open_accounts
from apps.money.models import Purpose
from apps.money.names import REFUND_RELEASE, REMITTANCE_RELEASE
from apps.quota.names import QUOTA_BOOK
from apps.rulebook.parameters import Parameters
from apps.rulebook.queries import in_force, rules_of
from apps.rulebook.subjects import SUPPLEMENTARY, Subject
from apps.stages.announcement.names import ANNOUNCEMENT_NOTE_PORTAL, ANNOUNCEMENT_PUBLISH
from apps.stages.announcement.queries import portal_facts
from apps.stages.application.names import LISTING_DRAFT, LISTING_SUBMIT, LISTING_WITHDRAW
from apps.stages.award.queries import award_of
from apps.stages.bidding.names import BID_PLACE
from apps.stages.bidding.queries import lot_of
from apps.stages.bidding.rules import lowest_valid
from apps.stages.confirmation.names import CONFIRMATION_ISSUE
from apps.stages.contract.names import CONTRACT_SIGN
from apps.stages.contract.queries import contract_of
from apps.stages.filing.names import FILING_ACCEPT, FILING_SUBMIT
from apps.stages.payment.queries import price_account
from apps.stages.publication.names import PUBLICATION_START
from apps.stages.qualification.names import REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.queries import confirmation_facts, registration_of
from apps.stages.review.names import REVIEW_DECIDE, REVIEW_RETURN
from apps.stages.review.queries import opinion_facts
from apps.stages.transfer.names import TRANSFER_EXECUTE
from kernel.acts.perform import Done
from kernel.clock import BEIJING, beijing, iso
from kernel.clock import now as clock_now
from kernel.deadlines.commands import calendar_days, end_of, working_days
from kernel.money import Yuan
from kernel.workdays.queries import current

History = Iterator[datetime]
_BANK_TAKES = timedelta(minutes=37)
_A_MOMENT = timedelta(minutes=4)
_LAST_SECOND = timedelta(seconds=4)
_MISNAMED_YUAN = "50000.00"
_TOO_MUCH_YUAN = "800.00"


def _promised(plan: "Plan", project: int) -> dict[str, str]:
    """Half of the project's farmland is promised to be two grades better within two years."""
    area = plan.quantities.amounts[QuotaKind.FARMLAND_AREA]
    return {
        "target_grade": str(plan.grade - _GRADES_IMPROVED),
        "commitment_project": str(project),
        "commitment_area": f"{area / 2:.4f}",
        "commitment_days": "730",
        "proceeds_use": "高标准农田建设、地力提升和后期管护",
    }


_WITHOUT_DEAL = ("terminated", "unsold")


class Aside(StrEnum):
    """What happens beside the road of a lot; its story goes on."""

    QUESTION = "question"
    OBJECTION = "objection"
    SAME_PAYER = "same_payer"
    PAID_TWICE = "paid_twice"
    MISNAMED = "misnamed"
    OVERPAID = "overpaid"
    LAST_SECOND = "last_second"
    REFUND_FORGOTTEN = "refund_forgotten"
    REFUND_RETURNED = "refund_returned"
    USED = "used"
    CLAIMED = "claimed"
    PROMISED = "promised"


@dataclass(frozen=True)
class Plan:
    """One lot: what is sold, who bids, when bidding closes, and where the story leaves the straight road.

    `grade` is 0 of quota that has none. `area` is the part of the county in which its project lies; no two lots of a
    county share one. `asides` are what happens beside the road: questions, objections, an odd payer.
    """

    number: int
    seller: str
    quantities: Quantities
    grade: int
    starting_price: str
    unit: str
    closes_at: datetime
    bidders: tuple[str, ...] = ()
    bids: int = 0
    turn: str = ""
    area: str = "城关片区"
    asides: frozenset[Aside] = frozenset()

    @property
    def works(self) -> str:
        """What the project does with the land, by what comes of it: 旱改水, 提质改造, 综合整治, 开垦 or 复垦."""
        amounts = self.quantities.amounts
        if not amounts[QuotaKind.FARMLAND_AREA]:
            return "旱改水" if amounts[QuotaKind.PADDY_AREA] else "提质改造"
        if amounts[QuotaKind.PADDY_AREA]:
            return "综合整治"
        return ("土地开垦", "废弃地复垦", "土地整理")[self.number % 3]

    @property
    def goods(self) -> str:
        """What is sold, in the lot's title."""
        first = self.quantities.items()[0][0]
        return first.quota_class.label if first is QuotaKind.FARMLAND_AREA else first.label

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The parts of the project that makes just what is sold; capacity comes with new farmland or from 提质改造."""
        made = []
        for kind, amount in self.quantities.items():
            if not kind.is_area:
                continue
            land_class = "paddy" if kind is QuotaKind.PADDY_AREA else "irrigated"
            made.append(Ground(kind, land_class, amount, 16, self.grade))
        if not made:
            area = self.quantities.amounts[QuotaKind.GRAIN_CAPACITY] / (100 * _GRADES_IMPROVED)
            made.append(
                Ground(QuotaKind.GRAIN_CAPACITY, "irrigated", area, self.grade + _GRADES_IMPROVED, self.grade)
            )
        return tuple(made)


_GRADES_IMPROVED = 2


def _odd_yuan(plan: Plan) -> str:
    """By how much the last instalment is more than is owed."""
    return _TOO_MUCH_YUAN if Aside.OVERPAID in plan.asides else "0.00"


def office_hour(day: datetime, hour: int, minute: int = 0) -> datetime:
    """That hour in Beijing on the day, or on the next working day."""
    date = beijing(day).date()
    calendar = current()
    if not calendar.is_workday(date):
        date = calendar.next_workday(date)
    return datetime.combine(date, time(hour, minute), tzinfo=BEIJING)


@dataclass
class Teller:
    """Tells one plan through the gate that pages and the API use."""

    plan: Plan
    organisations: Organisations
    listing_id: int = 0
    winner: str = ""
    subject: ClassVar[Subject] = SUPPLEMENTARY
    """The rules that its lots keep."""

    def tell(self) -> History:
        """The whole story, as far as it comes."""
        plan = self.plan
        submitted, announced, registration_closes, opens = self.dates()
        yield from self._apply(submitted)
        if plan.turn in ("draft", "withdrawn", "under_review", "returned", "approved"):
            return
        yield from self._announce(announced, registration_closes, opens)
        yield from self._register(announced, registration_closes)
        yield from self._bid(opens)
        if plan.turn == "suspended" or (plan.bids == 0 and plan.turn not in _WITHOUT_DEAL):
            return
        yield from self._conclude()

    @property
    def rules(self) -> Parameters:
        """The rules of the province in force now. LookupError where there are none."""
        book = in_force(province=self.organisations.province.code, subject=self.subject, now=clock_now())
        if book is None:
            raise LookupError(f"no rulebook of {self.organisations.province.name} is in force")
        return rules_of(book).parameters

    def dates(self) -> tuple[datetime, datetime, datetime, datetime]:
        """Handing in, announcement, close of registration and opening of bids, counted back from the close."""
        opens = self.plan.closes_at - timedelta(days=self.rules.bidding_min_days + 1)
        registration_closes = self._registration_close(opens)
        announced = self._announcement(registration_closes)
        return self._submission(announced), announced, registration_closes, opens

    def _registration_close(self, opens: datetime) -> datetime:
        day = opens
        while True:
            day -= timedelta(days=1)
            close = datetime.combine(beijing(day).date(), time(17), tzinfo=BEIJING)
            if end_of(working_days(3), triggered_at=close).at <= opens:
                return close

    def _announcement(self, registration_closes: datetime) -> datetime:
        day, shortest = registration_closes, self.rules.announcement_min
        least = (calendar_days if shortest.unit == "cd" else working_days)(shortest.days)
        while True:
            day -= timedelta(days=1)
            at = office_hour(day, 10)
            if at < registration_closes and end_of(least, triggered_at=at).at <= registration_closes:
                return at

    def _submission(self, announced: datetime) -> datetime:
        days = 6
        while True:
            at = office_hour(announced - timedelta(days=days), 9, 30)
            if office_hour(at + timedelta(days=2), 11) < announced:
                return at
            days += 1

    # --- the steps

    def _do(
        self, name: str, key: str, data: Mapping[str, object] | None = None, *, subject: int | None = None
    ) -> Done:
        """One act on the lot, or on another subject, prepared and released where it takes two persons."""
        subject_id = self.listing_id if subject is None else subject
        return hands.carry_out(self.organisations, name, key, data, subject=subject_id, turn=self.plan.number)

    def _attach(self, key: str, kinds: Mapping[str, str]) -> None:
        hands.attach(self.organisations, key, kinds, listing_id=self.listing_id)

    @property
    def _lot(self) -> Listing:
        return Listing.objects.get(pk=self.listing_id)

    def _apply(self, at: datetime) -> History:
        plan = self.plan
        yield at - timedelta(days=3)
        self._book()
        yield at
        if plan.turn == "draft":
            return
        self._attach(plan.seller, {**self._lot.terms.to_list, **self._lot.papers})
        self._do(LISTING_SUBMIT, plan.seller)
        yield office_hour(at + timedelta(days=1), 10)
        if plan.turn == "withdrawn":
            self._do(LISTING_WITHDRAW, plan.seller)
            return
        self._opine("legality", "province")
        if plan.turn == "under_review":
            return
        yield office_hour(at + timedelta(days=1), 14)
        if plan.turn == "returned":
            self._opine("validity", "province", outcome="correct", reason="验收报告附图不清晰，请补正")
            self._do(REVIEW_RETURN, "province", {"reason": "请补正验收报告附图后重新提交"})
            return
        self._opine("validity", "province")
        yield office_hour(at + timedelta(days=2), 10)
        self._opine("eligibility", "centre")

    def _book(self) -> None:
        plan, organisations = self.plan, self.organisations
        organisation = organisations.by_key[plan.seller]
        place, sign, year = organisation.region.name, organisations.province.sign, beijing(clock_now()).year
        site = f"{place}{plan.area}"
        name = f"{site}{plan.works}项目（演示）"
        project = hands.record_project(
            organisations, plan.seller, name=name, number=str(plan.number), grounds=plan.grounds
        )
        certificate = {
            "certificate_no": hands.certificate_no(organisations, f"{plan.number:03d}"),
            "grade": plan.grade,
        }
        batch = self._do(
            QUOTA_BOOK, "province", certificate | plan.quantities.as_strings(), subject=project
        ).answer["batch"]
        lines = [
            {"batch": batch, "kind": str(kind), "amount": str(plan.quantities.of(kind))}
            for kind, _ in plan.quantities.items()
        ]
        lot = {
            "title": f"{site}{plan.works}项目{plan.goods}指标（演示）",
            **plan.quantities.as_strings(),
            "lines": lines,
            "grade": plan.grade,
            "starting_price": plan.starting_price,
            "price_unit": plan.unit,
            "fiscal_account": open_accounts(organisation.pk)[0].pk,
            "contact": f"{place}自然资源局 演示联系人",
            "acceptance_record_no": f"演示{sign}备〔{year}〕{plan.number}号",
            "ecology_no": f"演示{sign}环评〔{year}〕{plan.number}号",
        }
        if plan.unit == PriceUnit.YUAN_PER_KG and self.rules.increment.kind == "fixed":
            lot["increment"] = "0.50"
        if plan.turn == "unsold_reserve":
            lot["reserve_price"] = str(Yuan(plan.starting_price).times(3))
        if Aside.PROMISED in plan.asides:
            lot |= _promised(plan, project)
        self.listing_id = self._do(LISTING_DRAFT, plan.seller, lot, subject=0).answer["listing"]

    def _opine(self, opinion: str, key: str, *, outcome: str = "pass", reason: str = "") -> None:
        facts = opinion_facts(self.listing_id, opinion, outcome)
        self._do(REVIEW_DECIDE, key, facts | {"reason": reason})

    def _announce(self, at: datetime, registration_closes: datetime, opens: datetime) -> History:
        yield at
        moments = {
            "registration_closes": registration_closes,
            "bidding_opens": opens,
            "bidding_closes": self.plan.closes_at,
        }
        self._do(ANNOUNCEMENT_PUBLISH, "centre", {name: iso(moment) for name, moment in moments.items()})
        self._do(ANNOUNCEMENT_NOTE_PORTAL, "centre", portal_facts(self.listing_id, at=clock_now()))

    def _register(self, announced: datetime, closes: datetime) -> History:
        step = (closes - announced) / (len(self.plan.bidders) + 2)
        for number, key in enumerate(self.plan.bidders, start=1):
            at = announced + step * number
            yield at
            self._attach(key, self._lot.terms.to_bid)
            registration = self._do(REGISTRATION_SUBMIT, key, confirmation_facts(self.listing_id)).answer[
                "registration"
            ]
            if self.plan.turn == "applying" and number == len(self.plan.bidders):
                return
            decided = office_hour(at + timedelta(hours=20), 11)
            yield min(decided, closes + timedelta(hours=16))
            self._do(REGISTRATION_DECIDE, "centre", {"outcome": "qualified"}, subject=registration)
            yield min(decided, closes + timedelta(hours=16)) + timedelta(hours=3)
            deposit = self._lot.deposit_amount or Yuan(0)
            payer = self.plan.bidders[0] if Aside.SAME_PAYER in self.plan.asides else key
            self._pay_in(
                key, Purpose.DEPOSIT, deposit, payer_account=hands.own_account(self.organisations, payer)
            )
            if Aside.PAID_TWICE in self.plan.asides and number == 1:
                yield clock_now() + _A_MOMENT
                self._pay_in(key, Purpose.DEPOSIT, deposit)

    def _pay_in(self, key: str, purpose: Purpose, amount: Yuan, **payer: str) -> None:
        hands.pay_in(self.organisations, key, purpose, amount, listing_id=self.listing_id, **payer)

    def _bid(self, opens: datetime) -> History:
        plan = self.plan
        if plan.turn == "suspended":
            yield opens + timedelta(hours=5)
            self._do(
                LISTING_SUSPEND,
                "centre",
                {"reason": "收到举报需核查", "public_reason": "因有关事项需核查，暂停交易"},
            )
            return
        if plan.turn == "terminated":
            yield opens + timedelta(hours=7)
            self._do(
                LISTING_TERMINATE,
                "centre",
                {"reason": "出让方规划调整", "public_reason": "因规划调整，终止交易"},
            )
            return
        step = (plan.closes_at - opens) / (plan.bids + 1) if plan.bids else timedelta(0)
        for number in range(plan.bids):
            last = number == plan.bids - 1 and Aside.LAST_SECOND in plan.asides
            yield plan.closes_at - _LAST_SECOND if last else opens + step * (number + 1)
            self._place(plan.bidders[number % len(plan.bidders)], steps=0 if last else number % 3)

    def _place(self, key: str, *, steps: int) -> None:
        listing = self._lot
        lot = lot_of(listing)
        if (
            lot is None
            or registration_of(listing_id=self.listing_id, organisation_id=self.organisations.by_key[key].pk)
            is None
        ):
            return
        price = lowest_valid(lot) + lot.increment.times(steps)
        self._do(BID_PLACE, key, {"unit_price": str(price)})

    # --- after the close

    def _conclude(self) -> History:
        closes = self.plan.closes_at
        yield office_hour(closes + timedelta(hours=16), 10)
        award = award_of(self.listing_id)
        if award is None:
            sent = self._refund(self.plan.bidders)
            yield clock_now() + _BANK_TAKES
            hands.bank_answers(self.organisations, sent)
            return
        self._do(CONFIRMATION_ISSUE, "centre")
        winner = next(
            key for key in self.plan.bidders if self.organisations.by_key[key].pk == award.winner_id
        )
        self.winner = winner
        yield office_hour(closes + timedelta(hours=40), 10)
        losers = [] if Aside.REFUND_FORGOTTEN in self.plan.asides else self.plan.bidders
        sent = self._refund([key for key in losers if key != winner])
        self._do(CONTRACT_SIGN, self.plan.seller)
        yield clock_now() + _BANK_TAKES
        returned = Aside.REFUND_RETURNED in self.plan.asides
        hands.bank_answers(self.organisations, sent, outcome="rejected" if returned else "paid")
        if self.plan.turn == "defaulted":
            return
        yield office_hour(closes + timedelta(hours=64), 11)
        self._do(CONTRACT_SIGN, winner)
        self._do(CONTRACT_SIGN, "centre")
        yield from self._pay(winner, closes)
        yield from self._hand_over(closes)

    def _refund(self, keys: Sequence[str]) -> list[Mapping[str, str]]:
        """What finance sends back to these bidders, as the bank is asked to pay it."""
        sent: list[Mapping[str, str]] = []
        for key in keys:
            payee = {"organisation_id": self.organisations.by_key[key].pk}
            sent += self._do(REFUND_RELEASE, "finance", payee).answer["refunds"]
        return sent

    def _pay(self, winner: str, closes: datetime) -> History:
        contract = contract_of(self.listing_id)
        listing = Listing.objects.get(pk=self.listing_id)
        if contract is None or listing.deposit_amount is None:
            return
        owed = contract.total_price - listing.deposit_amount
        yield office_hour(closes + timedelta(days=8), 10)
        half = owed.times(Decimal("0.5"))
        self._pay_in(winner, Purpose.PRICE, half)
        if Aside.MISNAMED in self.plan.asides:
            # Not at the hour of the first half, whose statement is closed then: a weekend may bring both to one day.
            yield office_hour(closes + timedelta(days=9), 11, 30)
            name = self.organisations.by_key[winner].name.replace("人民政府", "政府")
            self._pay_in(winner, Purpose.PRICE, Yuan(_MISNAMED_YUAN), payer_name=name)
        late = 34 if self.plan.turn == "late" else 14
        yield office_hour(closes + timedelta(days=late), 15)
        account = price_account(listing, now=clock_now())
        if account is not None:
            self._pay_in(winner, Purpose.PRICE, account.outstanding + Yuan(_odd_yuan(self.plan)))

    def _hand_over(self, closes: datetime) -> History:
        late = 24 if self.plan.turn == "late" else 0
        yield office_hour(closes + timedelta(days=18 + late), 10)
        sent = self._do(REMITTANCE_RELEASE, "finance").answer
        self._do(TRANSFER_EXECUTE, "province")
        yield clock_now() + _BANK_TAKES
        hands.bank_answers(self.organisations, [sent])
        if self.plan.turn == "stalled":
            return
        yield office_hour(closes + timedelta(days=20 + late), 10)
        self._do(PUBLICATION_START, "centre")
        yield office_hour(closes + timedelta(days=22 + late), 10)
        self._do(FILING_SUBMIT, "centre")
        yield office_hour(closes + timedelta(days=24 + late), 15)
        self._do(FILING_ACCEPT, "province")
