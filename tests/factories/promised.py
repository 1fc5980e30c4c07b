"""Tongxu sells 20 亩 of grade 9 and promises grade 7 (spec: trade forms, acceptance 6), through the one gate."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from apps.documents.commands import attach
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.kinds.commitments import PAPERS
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land import commands as land
from apps.land.models import Project
from apps.land.queries import drawn_apart
from apps.money.models import Account, Refund
from apps.quota.ledger import Line
from apps.stages.bidding import commands as bidding
from apps.stages.contract.models import Contract
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from kernel.money import ZERO, Yuan
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, at
from tests.factories.papers import TO_BID, TO_LIST
from tests.factories.stations import stands
from tests.factories.traded import Traded

MEASURER = "河南地质检测有限公司"


@dataclass
class Promised(Traded):
    """The seller has 20 亩 of grade 9 in one batch: 14,000 公斤."""

    def _lines(self, *, now: datetime) -> list[Line]:
        [ground] = drawn_apart(region="410222", areas_mu=[Decimal(20)])
        part = land.PartFacts(QuotaKind.FARMLAND_AREA, "irrigated", Decimal(20), 16, 9, geometry=ground)
        project = land.record_project(
            name="通许县补充耕地项目",
            approval_no="演示立〔2025〕12号",
            acceptance_no="演示验〔2025〕31号",
            region="410222",
            parts=[part],
            report=Quantities(Decimal(20), 0, 14000),
            farmland_before=Decimal(0),
            farmland_after=Decimal(20),
            by=self.operator(SELLER),
            now=now,
        )
        self.book(project.pk, "演示库〔2025〕448号", Quantities(Decimal(20), 0, 14000), now=now, grade=9)
        return []

    def facts(self, **changes: Any) -> dict[str, Any]:
        """20 亩 with their 14,000 公斤 at 97,500 元/亩: 1,950,000.00."""
        batch = self.batch_id
        return {
            **super().facts(),
            "lines": [
                {"batch": batch, "kind": "farmland_area", "amount": "20.0000"},
                {"batch": batch, "kind": "grain_capacity", "amount": "14000"},
            ],
            "grade": 9,
            "starting_price": "97500.00",
            "target_grade": 7,
            "commitment_area": "20.0000",
            "commitment_project": Project.objects.earliest("pk").pk,
            "commitment_days": 200,
            "proceeds_use": "高标准农田建设和地力提升",
            **changes,
        }

    def submit(self, when: str = "03-02 10:00") -> None:
        """It hands it in, with all papers and the commitment."""
        self._attach(SELLER, {**TO_LIST, **PAPERS}, now=at(when))
        self.both(SELLER, "listing.submit", when)

    def approved(self, **changes: Any) -> None:
        """Drafted, handed in and reviewed."""
        self.draft(**changes)
        self.submit()
        self.review()

    def paid(self, price: str = "97500.00", **changes: Any) -> None:
        """Sold to A at the start price and paid in full."""
        self.approved(**changes)
        self.announce()
        self.take_part(A)
        self.bid_once(price)
        self.confirm()
        for key in (SELLER, A, CENTRE):
            self.sign(key, now=at("04-01 09:00"))
        contract = Contract.objects.get()
        left = contract.total_price - (self.listing.deposit_amount or ZERO)
        self.pay(A, contract.terms["payment_account"], str(left), now=at("04-20 10:00"))

    def bid_once(self, price: str) -> None:
        """A's only bid."""
        now = at("03-25 10:00")
        self.run(now)
        bidding.place(
            listing_id=self.listing_id,
            unit_price=Yuan(price),
            by=self.operator(A),
            now=now,
            read_clock=lambda: now,
        )

    def take_part(self, key: str) -> Registration:
        """As for every lot, with the deposit that this one asks for."""
        self._attach(key, TO_BID, now=at("03-10 09:30"))
        self.both(key, "registration.submit", "03-10 09:30", **confirmation_facts(self.listing_id))
        made = Registration.objects.get(listing_id=self.listing_id, organisation=self.organisation(key))
        self.both(CENTRE, "registration.decide", "03-11 09:30", subject=made.pk, outcome="qualified")
        amount = str(self.listing.deposit_amount)
        self.pay(key, made.sub_account.number, amount, now=at("03-11 15:00"))
        return made

    @classmethod
    @stands
    def with_its_buyer(cls) -> Self:
        """Stocked, sold, paid and handed over as it was promised."""
        made = cls.stocked()
        made.handed_over()
        return made

    def handed_over(self, **changes: Any) -> None:
        """Paid and handed over on 7 May."""
        self.paid(**changes)
        self.transfer()

    def regraded(self, when: str, *, measurer: str = MEASURER) -> None:
        """A measurer's report is uploaded by the seller."""
        by = self.operator(SELLER)
        attach(
            kind=AttachmentKind.REGRADING_REPORT,
            name="复评报告.pdf",
            content=small_pdf("复评报告", [measurer, when]),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            case_id=self.listing_id,
            now=at(when),
        )

    def report(self, when: str = "08-03 10:00", *, grade: int = 8, measurer: str = MEASURER) -> int:
        """The seller reports with a new report of the measurer."""
        self.run(at(when))
        self.regraded(when)
        done = self.alone(
            SELLER, "commitment.report", when, grade=grade, measurer=measurer, findings="经复评，地力提升"
        )
        made: int = done.answer["report"]
        return made

    def decide(self, when: str = "08-10 10:00", *, grade: int = 8) -> dict[str, Any]:
        """Two persons of the province decide."""
        self.run(at(when))
        answer: dict[str, Any] = self.both(
            PROVINCE, "commitment.decide", when, grade=grade, reason="与复评报告一致"
        ).answer
        return answer

    def balances(self) -> dict[str, str]:
        """What stands in the buyer's sub-accounts together, without empty buckets."""
        found: dict[str, Any] = {}
        rows = Account.objects.filter(sub_account__case_id=self.listing_id).exclude(balance=ZERO)
        for row in rows:
            found[row.bucket] = found.get(row.bucket, ZERO) + row.balance
        return {bucket: str(amount) for bucket, amount in sorted(found.items())}

    def refund_buyer(self, when: str) -> None:
        """Finance sends back what is owed to the buyer."""
        self.both(FINANCE, "refund.release", when, organisation_id=self.organisation(A).pk)

    @property
    def refunds(self) -> list[str]:
        """What is owed back out of what was held back."""
        return [str(each.amount) for each in Refund.objects.filter(source="held_back").order_by("id")]
