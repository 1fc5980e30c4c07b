"""A lot of Tongxu's quota traded in one of the forms of trade, each act through the one gate."""

from dataclasses import dataclass
from typing import Any, Self

from apps.rulebook import presets
from apps.rulebook.commands import install
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.queries import opinion_facts
from tests.factories.deal import _WHO, CENTRE, PROVINCE, SELLER, Deal, at
from tests.factories.papers import TO_BID, TO_LIST
from tests.factories.stations import stands


@dataclass
class Traded(Deal):
    """The seller has 30 亩 of grade 7 in one batch, and nothing is listed yet."""

    @classmethod
    @stands
    def stocked(cls, rules: dict[str, Any] | None = None) -> Self:
        """Everybody is there since 2 March."""
        made = cls()
        now = at("03-02 09:00")
        install(
            province="410000",
            name="河南省规则",
            legal_basis=["豫自然资投告〔2023〕83号"],
            parameters=presets.parameters("baseline", rules),
            now=now,
        )
        for key, (role, name, region) in _WHO.items():
            made._register(key, role, name, region, now=now)
        made._lines(now=now)
        return made

    def facts(self, **changes: Any) -> dict[str, Any]:
        """What the seller says of its lot of 20 亩."""
        return {
            "title": "通许县补充耕地指标",
            "lines": [{"batch": self.batch_id, "kind": "farmland_area", "amount": "20.0000"}],
            "grade": 7,
            "starting_price": "50000.00",
            "price_unit": "yuan_per_mu",
            "fiscal_account": self.account(SELLER).pk,
            "contact": "鄢女士 0371-60000000",
            "acceptance_record_no": "豫省备〔2025〕31号",
            "ecology_no": "汴环评〔2025〕7号",
            **changes,
        }

    def draft(self, when: str = "03-02 09:00", **changes: Any) -> None:
        """The seller writes its lot down."""
        done = self.alone(SELLER, "listing.draft", when, subject=0, **self.facts(**changes))
        self.listing_id = done.answer["listing"]

    def submit(self, when: str = "03-02 10:00") -> None:
        """It hands it in, with all papers."""
        self._attach(SELLER, TO_LIST, now=at(when))
        self.both(SELLER, "listing.submit", when)

    def review(self, when: str = "03-04 10:00") -> None:
        """Three people of the offices pass it."""
        for number, opinion in enumerate(("legality", "validity", "eligibility"), start=1):
            office = CENTRE if opinion == "eligibility" else PROVINCE
            facts = opinion_facts(self.listing_id, opinion, "pass")
            self.both(office, "review.decide", when, number=number, **facts)

    def take_part(self, key: str) -> Registration:
        """A bidder applies, is qualified, and pays its deposit of 200,000 元."""
        self._attach(key, TO_BID, now=at("03-10 09:30"))
        self.both(key, "registration.submit", "03-10 09:30", **confirmation_facts(self.listing_id))
        made = Registration.objects.get(listing_id=self.listing_id, organisation=self.organisation(key))
        self.both(CENTRE, "registration.decide", "03-11 09:30", subject=made.pk, outcome="qualified")
        self.pay(key, made.sub_account.number, "200000.00", now=at("03-11 15:00"))
        return made
