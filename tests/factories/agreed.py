"""巴中 hands 4,500 亩 over to 成都高新区 by agreement (spec: trade forms, acceptance 2), through the one gate."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from apps.documents.commands import attach
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.kinds.trade import TradeForm
from apps.land import commands as land
from apps.land.queries import drawn_apart
from apps.pairing.models import Pairing
from apps.parties.roles import Role
from apps.rulebook import presets
from apps.rulebook.commands import install
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, at
from tests.factories.papers import TO_LIST
from tests.factories.stations import stands
from tests.factories.traded import Traded

_WHO = {
    CENTRE: (Role.TRADING_CENTRE, "四川省公共资源交易中心", "510000"),
    PROVINCE: (Role.PROVINCIAL_DNR, "四川省自然资源厅", "510000"),
    FINANCE: (Role.FINANCE, "四川省财政厅", "510000"),
    SELLER: (Role.COUNTY_GOVERNMENT, "巴中市巴州区人民政府", "511902"),
    A: (Role.DEVELOPMENT_ZONE, "成都高新区管理委员会", "510100"),
    B: (Role.COUNTY_GOVERNMENT, "成都市武侯区人民政府", "510107"),
}
RULES: dict[str, Any] = {"bidder_kinds": ["county_government", "development_zone"]}
PAPERS = tuple(TradeForm.AGREEMENT.terms.papers)
DAY = "04-28 09:00"
"""The day of the notice; everything before it happens in April."""


@dataclass
class Agreed(Traded):
    """Everybody is there since 1 April; the quota is in the reserve."""

    @classmethod
    @stands
    def stocked(cls, rules: dict[str, Any] | None = None) -> Self:
        """4,500 亩 of grade 7 of 巴州区, and rules that let the zone take part."""
        made = cls()
        now = at("04-01 09:00")
        install(
            province="510000",
            name="四川省规则",
            legal_basis=["自然资发〔2024〕204号"],
            parameters=presets.parameters("baseline", RULES | (rules or {})),
            now=now,
        )
        for key, (role, name, region) in _WHO.items():
            made._register(key, role, name, region, now=now)
        made._stock(now=now)
        return made

    def _stock(self, *, now: Any) -> None:
        [ground] = drawn_apart(region="511902", areas_mu=[Decimal(4500)])
        made = land.record_project(
            name="巴州区补充耕地项目",
            approval_no="演示立〔2025〕88号",
            acceptance_no="演示验〔2025〕88号",
            region="511902",
            parts=[
                land.PartFacts(QuotaKind.FARMLAND_AREA, "irrigated", Decimal(4500), 16, 7, geometry=ground)
            ],
            report=Quantities(Decimal(4500), 0, 4050000),
            farmland_before=Decimal(0),
            farmland_after=Decimal(4500),
            by=self.operator(SELLER),
            now=now,
        )
        self.book(made.pk, "演示库〔2025〕88号", Quantities(Decimal(4500), 0, 4050000), now=now)

    def paper(self, key: str, kind: str, when: str, *, case_id: int | None, said: str = "") -> None:
        """A paper of an organisation, on a case or on none."""
        by = self.operator(key)
        attach(
            kind=AttachmentKind(kind),
            name=f"{kind}.pdf",
            content=small_pdf(kind, [by.organisation_name, when, said]),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            case_id=case_id,
            now=at(when),
        )

    def pair(self, when: str = "04-02 09:00", **changes: Any) -> int:
        """The province records that 巴中 gives and 成都 takes."""
        self.paper(PROVINCE, "incoming_document", when, case_id=None)
        facts: dict[str, Any] = {
            "giving_region": "5119",
            "taking_region": "5101",
            "classes": ["supplementary"],
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
            "body": "四川省人民政府",
            "document_no": "川府函〔2026〕12号",
            "document_date": "2026-03-30",
            **changes,
        }
        made: int = self.both(PROVINCE, "pairing.record", when, subject=0, **facts).answer["pairing"]
        return made

    def end_pairing(self, when: str, pairing_id: int, number: str = "川府函〔2026〕40号") -> None:
        """It ends it by another document."""
        self.paper(PROVINCE, "incoming_document", when, case_id=None)
        facts: dict[str, Any] = {
            "body": "四川省人民政府",
            "document_no": number,
            "document_date": "2026-04-01",
        }
        self.both(PROVINCE, "pairing.end", when, subject=pairing_id, **facts)

    def facts(self, **changes: Any) -> dict[str, Any]:
        """What the seller says of the agreement: 4,500 亩 at 295,000 元/亩."""
        return {
            **super().facts(),
            "title": "巴州区协议转让补充耕地指标",
            "form": "agreement",
            "counterparty": self.organisation(A).pk,
            "pairing": Pairing.objects.order_by("-id").values_list("pk", flat=True).first() or 0,
            "lines": [{"batch": self.batch_id, "kind": "farmland_area", "amount": "4500.0000"}],
            "starting_price": "295000.00",
            **changes,
        }

    def papers(self, when: str, *keys: str) -> None:
        """What both parties hand in."""
        for key in keys or (SELLER, A):
            for kind in PAPERS:
                self.paper(key, kind, when, case_id=self.listing_id)

    def consent(self, when: str = "04-03 10:00") -> None:
        """The counterparty consents."""
        self.both(A, "agreement.consent", when)

    def submit(self, when: str = "04-07 10:00") -> None:
        """The seller hands it in."""
        self._attach(SELLER, TO_LIST, now=at(when))
        self.both(SELLER, "listing.submit", when)

    def agreed(self) -> None:
        """Paired, drafted, consented to, handed in and reviewed."""
        self.pair()
        self.draft("04-03 09:00")
        self.papers("04-03 09:30")
        self.consent()
        self.submit()
        self.review("04-08 10:00")

    @classmethod
    @stands
    def on_notice(cls) -> Self:
        """All that, and the notice is on both portals."""
        made = cls.stocked()
        made.agreed()
        made.announce_it()
        return made

    def announce_it(self, when: str = DAY) -> None:
        """The notice is on both portals at once."""
        self.both(CENTRE, "announcement.publish", when)
        self.note_portal(published_at=at(when), now=at(when))

    def object_to(self, when: str) -> None:
        """Somebody objects and the centre takes it up."""
        act = act_called("objection.raise")
        said = {"text": "价格偏低", "name": "演示异议人", "contact": "13800000000"}
        self.run(at(when))
        done = perform(act, subject_id=self.listing_id, data=said, by=self.operator(B), now=at(when))
        self.objection = done.answer["objection"]
        self.alone(CENTRE, "objection.accept", when, subject=self.objection, accepted=True)

    def settle(self, when: str) -> None:
        """The centre dismisses it."""
        self.run(at(when))
        facts: dict[str, Any] = {"upheld": False, "reason": "经核查价格公允"}
        self.both(CENTRE, "objection.decide", when, subject=self.objection, **facts)

    objection: int = 0
