"""A lot of Ziyun's certified quota on its way through the twelve stages: 100 亩 of 800 at 200,000 元/亩."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.kinds.classes import class_terms
from apps.kinds.table import QuotaClass
from apps.money.models import FiscalAccount
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership
from apps.parties.roles import Role
from apps.quota.batch_models import Batch
from apps.rehearsal.furnishing import furnish
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.queries import opinion_facts
from kernel.actors import SYSTEM, Duty
from tests.factories.deal import CENTRE, FINANCE, SELLER, A, B, Deal, at
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.stations import stands
from tests.factories.ziyun import CITY, COUNTY, FAR_PROVINCE, NEXT_COUNTY, PROVINCE, Ziyun

TERMS = class_terms(QuotaClass.SURPLUS)
_MORE: dict[str, tuple[Role, str, str]] = {
    CENTRE: (Role.TRADING_CENTRE, "贵州省公共资源交易中心", "520000"),
    FINANCE: (Role.FINANCE, "贵州省财政厅", "520000"),
    B: (Role.DEVELOPMENT_ZONE, "演示贵安开发区", "520115"),
}


@dataclass
class Sale(Deal):
    """The lot and everybody with a part in it; `ziyun` is how its quota was made."""

    ziyun: Ziyun | None = None

    @classmethod
    @stands
    def of_certified(cls, **rules: Any) -> "Sale":
        """Ziyun is certified by 5 February; nothing is listed yet."""
        ziyun = Ziyun.settled(**rules)
        ziyun.draft()
        ziyun.measure()
        ziyun.submit("01-21 10:00")
        ziyun.decide(CITY, "pass", "01-22 10:00")
        ziyun.decide(PROVINCE, "pass", "01-23 10:00")
        ziyun.record("03-01 10:00", day="2026-02-01")
        ziyun.certify("03-01 11:00")
        made = cls(ziyun=ziyun)
        now = at("03-01 12:00")
        for key, (role, name, region) in _MORE.items():
            body = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
            made.people[key] = _persons(key, body, [Duty.OPERATOR, Duty.APPROVER], now=now)
        made.people |= {
            SELLER: ziyun.people[COUNTY],
            A: ziyun.people[NEXT_COUNTY],
            OFFICE: ziyun.people[PROVINCE],
            FAR_PROVINCE: ziyun.people[FAR_PROVINCE],
        }
        for key, people in made.people.items():
            furnish(people[0].organisation, now=now)
            more = [Duty.APPROVER] * (4 - len(people))
            made.people[key] = people + _persons(f"more.{key}", people[0].organisation, more, now=now)
        return made

    @property
    def batch(self) -> Batch:
        """What was booked of the verification."""
        return Batch.objects.get(source="verification")

    def facts(self, amount: str = "100.0000", **changes: Any) -> dict[str, Any]:
        """What the seller says of its lot."""
        account: FiscalAccount = self.account(SELLER)
        return {
            "title": "紫云县节余指标",
            "lines": [{"batch": self.batch.pk, "kind": "construction_area", "amount": amount}],
            "starting_price": "200000.00",
            "price_unit": "yuan_per_mu",
            "fiscal_account": account.pk,
            "contact": "演示联系人 0851-60000000",
            "loan_source": False,
            "income_tied": False,
            **changes,
        }

    def draft(self, when: str = "03-02 09:00", **changes: Any) -> None:
        """The seller writes its lot down."""
        self.listing_id = self.alone(
            SELLER, "listing.draft", when, subject=0, **self.facts(**changes)
        ).answer["listing"]

    def apply(self, when: str = "03-02 10:00", **changes: Any) -> None:
        """It hands it in, with all papers."""
        self.draft(**changes)
        self._attach(SELLER, TERMS.to_list, now=at(when))
        self.both(SELLER, "listing.submit", when)

    def review(self, when: str = "03-04 10:00") -> None:
        """Three people of the offices pass it."""
        for number, opinion in enumerate(("legality", "validity", "eligibility"), start=1):
            office = CENTRE if opinion == "eligibility" else OFFICE
            facts = opinion_facts(self.listing_id, opinion, "pass")
            self.both(office, "review.decide", when, number=number, **facts)

    def take_part(self, key: str, *, deposit: str) -> Registration:
        """A bidder applies, is qualified, pays."""
        self._attach(key, TERMS.to_bid, now=at("03-10 09:30"))
        self.both(key, "registration.submit", "03-10 09:30", **confirmation_facts(self.listing_id))
        made = Registration.objects.get(listing_id=self.listing_id, organisation=self.organisation(key))
        self.both(CENTRE, "registration.decide", "03-11 09:30", subject=made.pk, outcome="qualified")
        self.pay(key, made.sub_account.number, deposit, now=at("03-11 15:00"))
        return made


def _persons(prefix: str, body: Any, duties: list[Duty], *, now: datetime) -> list[Membership]:
    return [
        register_person(
            username=f"{prefix}.{place}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=now
        )
        for place, duty in enumerate(duties)
    ]
