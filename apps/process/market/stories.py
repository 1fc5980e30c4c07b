"""Stories (故事): how one lot's trade goes, told as steps that wait for their hour.

A story is a generator: it yields the instant of its next step and is woken when the clock stands there. What would
happen after the present simply has not happened yet, so the close of bidding, counted from the present, decides in
which status a lot is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache

from django.conf import settings

from apps.documents.commands import attach_made
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing
from apps.money.accounts import open_accounts
from apps.money.models import Purpose
from apps.money.queries import span_of, sub_account
from apps.process.market.town import PROVINCE, Town
from apps.quota.queries import with_polygons
from apps.quota.rules import Ground, as_reported
from apps.stages.announcement.queries import portal_facts
from apps.stages.application.rules import REQUIRED as LISTING_DOCUMENTS
from apps.stages.bidding.queries import award_of, lot_of
from apps.stages.bidding.rules import lowest_valid
from apps.stages.contract.queries import contract_of
from apps.stages.payment.queries import price_account
from apps.stages.qualification.queries import confirmation_facts, registration_of
from apps.stages.qualification.rules import REQUIRED as BIDDING_DOCUMENTS
from apps.stages.review.queries import opinion_facts
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, digest_waiting, perform
from kernel.clock import BEIJING, beijing, iso
from kernel.clock import now as clock_now
from kernel.deadlines.commands import calendar_days, end_of, working_days
from kernel.money import PriceUnit, Yuan
from kernel.quantity import Quantities, QuotaKind
from kernel.workdays.queries import current

Story = Iterator[datetime]
_BANK_TAKES = timedelta(minutes=37)


@dataclass(frozen=True)
class Plan:
    """One lot: what is sold, who bids, when bidding closes, and where the story leaves the straight road."""

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

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The parts of the project that makes just what is sold; capacity comes with new farmland or from 提质改造."""
        made = []
        for kind, amount in self.quantities.items():
            if kind is QuotaKind.GRAIN_CAPACITY:
                continue
            land_class = "paddy" if kind is QuotaKind.PADDY_AREA else "irrigated"
            made.append(Ground(kind, land_class, amount, 16, self.grade))
        if not made:
            area = self.quantities.grain_capacity / (100 * _GRADES_IMPROVED)
            made.append(
                Ground(QuotaKind.GRAIN_CAPACITY, "irrigated", area, self.grade + _GRADES_IMPROVED, self.grade)
            )
        return tuple(made)


_GRADES_IMPROVED = 2


@cache
def _evidence(label: str, name: str) -> bytes:
    return small_pdf(label, [name, "演示材料"])


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
    town: Town
    listing_id: int = 0

    def tell(self) -> Story:
        """The whole story, as far as it comes."""
        plan = self.plan
        submitted, announced, registration_closes, opens = self.dates()
        yield from self._apply(submitted)
        if plan.turn in ("draft", "withdrawn", "under_review", "returned", "approved"):
            return
        yield from self._announce(announced, registration_closes, opens)
        yield from self._register(announced, registration_closes)
        yield from self._bid(opens)
        if plan.turn in ("suspended", "terminated", "unsold") or plan.bids == 0:
            return
        yield from self._conclude()

    def dates(self) -> tuple[datetime, datetime, datetime, datetime]:
        """Handing in, announcement, close of registration and opening of bids, counted back from the close."""
        opens = self.plan.closes_at - timedelta(days=4)
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
        day = registration_closes
        while True:
            day -= timedelta(days=1)
            at = office_hour(day, 10)
            if (
                at < registration_closes
                and end_of(calendar_days(10), triggered_at=at).at <= registration_closes
            ):
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
        """One act, prepared and released where it takes two persons."""
        act = act_called(name)
        subject_id = self.listing_id if subject is None else subject
        now = clock_now()
        done = perform(act, subject_id=subject_id, data=dict(data or {}), by=self.town.actor(key), now=now)
        if act.two_persons:
            approver, given = self._approver(name, key), dict(data or {})
            seen = digest_waiting(act, subject_id=subject_id, data=given, by=approver)
            done = perform(act, subject_id=subject_id, data=given, by=approver, now=now, seen=seen)
        return done

    def _approver(self, name: str, key: str) -> Actor:
        """Approvers take turns; in a review, one who has not given an opinion yet."""
        turns = [self.town.actor(key, Duty.APPROVER, self.plan.number + turn) for turn in range(3)]
        return next(each for each in turns if name != "review.decide" or self._may_give(each.person_id))

    def _may_give(self, person_id: int) -> bool:
        return not Listing.objects.get(pk=self.listing_id).opinions.filter(decided_by_id=person_id).exists()

    def _attach(self, key: str, kinds: dict[str, str]) -> None:
        by = self.town.actor(key)
        for kind, label in kinds.items():
            attach_made(
                kind=AttachmentKind(kind),
                name=f"{label}.pdf",
                content=_evidence(label, by.organisation_name),
                organisation_id=by.organisation_id,
                uploaded_by_id=by.person_id,
                listing_id=self.listing_id,
                now=clock_now(),
            )

    def _apply(self, at: datetime) -> Story:
        plan = self.plan
        yield at - timedelta(days=3)
        self._book()
        yield at
        if plan.turn == "draft":
            return
        self._attach(plan.seller, LISTING_DOCUMENTS)
        self._do("listing.submit", plan.seller)
        yield office_hour(at + timedelta(days=1), 10)
        if plan.turn == "withdrawn":
            self._do("listing.withdraw", plan.seller)
            return
        self._opine("legality", "province")
        if plan.turn == "under_review":
            return
        yield office_hour(at + timedelta(days=1), 14)
        if plan.turn == "returned":
            self._opine("validity", "province", outcome="correct", reason="验收报告附图不清晰，请补正")
            self._do("review.return", "province", {"reason": "请补正验收报告附图后重新提交"})
            return
        self._opine("validity", "province")
        yield office_hour(at + timedelta(days=2), 10)
        self._opine("eligibility", "centre")

    def _book(self) -> None:
        plan, town = self.plan, self.town
        organisation = town.organisations[plan.seller]
        grounds = plan.grounds
        parts = [
            {
                "kind": str(each.kind),
                "land_class": each.land_class,
                "quantity": str(each.area_mu),
                "grade_before": each.grade_before,
                "grade_after": each.grade_after,
            }
            for each in grounds
        ]
        place = organisation.region.name
        project = self._do(
            "project.record",
            plan.seller,
            with_polygons(
                {
                    "name": f"{place}土地整治项目（演示{plan.number:02d}）",
                    "approval_no": f"演示立〔2025〕{plan.number}号",
                    "acceptance_no": f"演示验〔2025〕{plan.number}号",
                    "region": organisation.region_id,
                    **as_reported(grounds),
                    "parts": parts,
                }
            ),
            subject=0,
        ).answer["project"]
        certificate = {"certificate_no": f"演示库〔2025〕{plan.number:03d}号", "grade": plan.grade}
        batch = self._do(
            "quota.book", "province", certificate | plan.quantities.as_strings(), subject=project
        ).answer["batch"]
        lines = [
            {"batch": batch, "kind": str(kind), "amount": str(plan.quantities.of(kind))}
            for kind, _ in plan.quantities.items()
        ]
        lot = {
            "title": f"{place}补充耕地指标（演示）",
            **plan.quantities.as_strings(),
            "lines": lines,
            "grade": plan.grade,
            "starting_price": plan.starting_price,
            "price_unit": plan.unit,
            "fiscal_account": open_accounts(organisation.pk)[0].pk,
            "contact": f"{place}自然资源局 演示联系人",
            "acceptance_record_no": f"演示省备〔2025〕{plan.number}号",
            "ecology_no": f"演示环评〔2025〕{plan.number}号",
        }
        if plan.unit == PriceUnit.YUAN_PER_KG:
            lot["increment"] = "0.50"
        if plan.turn == "unsold_reserve":
            lot["reserve_price"] = str(Yuan(plan.starting_price).times(3))
        self.listing_id = self._do("listing.draft", plan.seller, lot, subject=0).answer["listing"]

    def _opine(self, opinion: str, key: str, *, outcome: str = "pass", reason: str = "") -> None:
        facts = opinion_facts(self.listing_id, opinion, outcome)
        self._do("review.decide", key, facts | {"reason": reason})

    def _announce(self, at: datetime, registration_closes: datetime, opens: datetime) -> Story:
        yield at
        moments = {
            "registration_closes": registration_closes,
            "bidding_opens": opens,
            "bidding_closes": self.plan.closes_at,
        }
        self._do("announcement.publish", "centre", {name: iso(moment) for name, moment in moments.items()})
        self._do("announcement.note_portal", "centre", portal_facts(self.listing_id, at=clock_now()))

    def _register(self, announced: datetime, closes: datetime) -> Story:
        step = (closes - announced) / (len(self.plan.bidders) + 2)
        for number, key in enumerate(self.plan.bidders, start=1):
            at = announced + step * number
            yield at
            self._attach(key, BIDDING_DOCUMENTS)
            registration = self._do("registration.submit", key, confirmation_facts(self.listing_id)).answer[
                "registration"
            ]
            if self.plan.turn == "applying" and number == len(self.plan.bidders):
                return
            decided = office_hour(at + timedelta(hours=20), 11)
            yield min(decided, closes + timedelta(hours=16))
            self._do("registration.decide", "centre", {"outcome": "qualified"}, subject=registration)
            yield min(decided, closes + timedelta(hours=16)) + timedelta(hours=3)
            self._pay_in(
                key, Purpose.DEPOSIT, Listing.objects.get(pk=self.listing_id).deposit_amount or Yuan(0)
            )

    def _pay_in(self, key: str, purpose: Purpose, amount: Yuan) -> None:
        organisation = self.town.organisations[key]
        opened = sub_account(listing_id=self.listing_id, organisation_id=organisation.pk, purpose=purpose)
        if opened is None:
            raise LookupError(f"{key} has no sub-account for {purpose}")
        now = clock_now()
        entry = {
            "reference": f"DEMO-{self.listing_id}-{key}-{purpose}-{now:%m%d%H%M}",
            "credited_number": opened.number,
            "amount": str(amount),
            "payer_name": organisation.name,
            "payer_account": f"62{organisation.region_id}{organisation.pk:010d}",
            "arrived_at": iso(now),
        }
        self._do("money.line", "finance", entry, subject=0)
        self._close(opened.number, now)
        self._close(settings.COLLECTION_ACCOUNT["number"], now - timedelta(minutes=1))

    def _close(self, account: str, until: datetime) -> None:
        """Two persons of finance close an account's statement; nothing where it is closed so far."""
        span = span_of(account=account, province=PROVINCE, until=until)
        if span.since is not None and until <= span.since:
            return
        statement = {
            "account": account,
            "covers_until": iso(until),
            "opening_balance": str(span.opening or Yuan(0)),
            "debit_total": str(span.debits),
            "closing_balance": str(span.closing),
        }
        self._do("money.cover", "finance", statement, subject=0)

    def _bank_pays(self, payments: Sequence[Mapping[str, str]]) -> None:
        """The bank's file says that it has paid, and the statement that holds its lines is closed."""
        until = clock_now() - timedelta(minutes=1)
        for each in payments:
            line = {
                "reference": f"DEMO-OUT-{each['request_id'][:18]}",
                "account": settings.COLLECTION_ACCOUNT["number"],
                "request_id": each["request_id"],
                "outcome": "paid",
                "amount": each["amount"],
                "at": iso(until),
            }
            self._do("money.answer", "finance", line, subject=0)
        self._close(settings.COLLECTION_ACCOUNT["number"], until)

    def _bid(self, opens: datetime) -> Story:
        plan = self.plan
        if plan.turn == "suspended":
            yield opens + timedelta(hours=5)
            self._do(
                "listing.suspend",
                "centre",
                {"reason": "收到举报需核查", "public_reason": "因有关事项需核查，暂停交易"},
            )
            return
        if plan.turn == "terminated":
            yield opens + timedelta(hours=7)
            self._do(
                "listing.terminate",
                "centre",
                {"reason": "出让方规划调整", "public_reason": "因规划调整，终止交易"},
            )
            return
        step = (plan.closes_at - opens) / (plan.bids + 1) if plan.bids else timedelta(0)
        for number in range(plan.bids):
            yield opens + step * (number + 1)
            self._place(plan.bidders[number % len(plan.bidders)], steps=number % 3)

    def _place(self, key: str, *, steps: int) -> None:
        listing = Listing.objects.get(pk=self.listing_id)
        lot = lot_of(listing)
        if (
            lot is None
            or registration_of(listing_id=self.listing_id, organisation_id=self.town.organisations[key].pk)
            is None
        ):
            return
        price = lowest_valid(lot) + lot.increment.times(steps)
        self._do("bid.place", key, {"unit_price": str(price)})

    # --- after the close

    def _conclude(self) -> Story:
        closes = self.plan.closes_at
        yield office_hour(closes + timedelta(hours=16), 10)
        award = award_of(self.listing_id)
        if award is None:
            return
        self._do("confirmation.issue", "centre")
        winner = next(key for key in self.plan.bidders if self.town.organisations[key].pk == award.winner_id)
        yield office_hour(closes + timedelta(hours=40), 10)
        sent: list[Mapping[str, str]] = []
        for key in self.plan.bidders:
            if key != winner:
                payee = {"organisation_id": self.town.organisations[key].pk}
                sent += self._do("refund.release", "finance", payee).answer["refunds"]
        self._do("contract.sign", self.plan.seller)
        yield clock_now() + _BANK_TAKES
        self._bank_pays(sent)
        if self.plan.turn == "defaulted":
            return
        yield office_hour(closes + timedelta(hours=64), 11)
        self._do("contract.sign", winner)
        self._do("contract.sign", "centre")
        yield from self._pay(winner, closes)
        yield from self._hand_over(closes)

    def _pay(self, winner: str, closes: datetime) -> Story:
        contract = contract_of(self.listing_id)
        listing = Listing.objects.get(pk=self.listing_id)
        if contract is None or listing.deposit_amount is None:
            return
        owed = contract.total_price - listing.deposit_amount
        yield office_hour(closes + timedelta(days=8), 10)
        half = owed.times(Decimal("0.5"))
        self._pay_in(winner, Purpose.PRICE, half)
        late = 34 if self.plan.turn == "late" else 14
        yield office_hour(closes + timedelta(days=late), 15)
        account = price_account(listing, now=clock_now())
        if account is not None:
            self._pay_in(winner, Purpose.PRICE, account.outstanding)

    def _hand_over(self, closes: datetime) -> Story:
        late = 24 if self.plan.turn == "late" else 0
        yield office_hour(closes + timedelta(days=18 + late), 10)
        sent = self._do("remittance.release", "finance").answer
        self._do("transfer.execute", "province")
        yield clock_now() + _BANK_TAKES
        self._bank_pays([sent])
        yield office_hour(closes + timedelta(days=20 + late), 10)
        self._do("publication.start", "centre")
        yield office_hour(closes + timedelta(days=22 + late), 10)
        self._do("filing.submit", "centre")
        yield office_hour(closes + timedelta(days=24 + late), 15)
        self._do("filing.accept", "province")
