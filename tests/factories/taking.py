"""A county of a province that takes quota of others, through the one gate."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Scheme
from apps.documents.commands import attach_made
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind as K
from apps.funds.models import Account
from apps.objections.models import Objection
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.quota.models import Account as QuotaAccount
from apps.rulebook import cross_province, presets, price_tables
from apps.rulebook.commands import install
from kernel.access.models import Preparation
from kernel.actors import PUBLIC, SYSTEM, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform
from kernel.clock import SimulatedClock
from kernel.deadlines.runner import run_due
from kernel.money import ZERO
from tests.factories.stations import stands
from tests.factories.ziyun import at

COUNTY, ZONE, PROVINCE, FINANCE, COUNTY_FINANCE = "county", "zone", "province", "finance", "county_finance"
FAR_COUNTY, FAR_PROVINCE, FAR_FINANCE = "far_county", "far_province", "far_finance"
_NAMES = {
    "330000": ("浙江省", "330122", "桐庐县"),
    "110000": ("北京市", "110119", "延庆区"),
    "340000": ("安徽省", "340121", "长丰县"),
    "520000": ("贵州省", "520425", "紫云县"),
}
PAPERS = (K.ADJUSTMENT_APPLICATION, K.BUDGET_PROOF)


def settle(province: str) -> None:
    """Rules of a province: of lots, across provinces, prices."""
    now = at("01-05 09:00")
    install(
        province=province, name="省规则", legal_basis=["演示"], now=now,
        parameters=presets.parameters("baseline"),
    )  # fmt: skip
    install(
        province=province, name=cross_province.NAMES["demonstration"], legal_basis=["演示"], now=now,
        parameters=cross_province.parameters("demonstration"), subject=cross_province.CROSS_PROVINCE,
    )  # fmt: skip
    install(
        province=province, name=price_tables.NAMES["baseline"], legal_basis=["演示"], now=now,
        parameters=price_tables.parameters("baseline"), subject=price_tables.PRICES,
    )  # fmt: skip


@dataclass
class Taking:
    """One demand and its people."""

    province: str = "330000"
    people: dict[str, list[Membership]] = field(default_factory=dict)
    demand_id: int = 0
    papers: int = 0
    taker: str = COUNTY
    look: Callable[[Preparation], None] | None = None
    """Sees whatever waits for its approver."""
    clock: SimulatedClock | None = None
    """Goes along, for those who look at pages."""

    @classmethod
    @stands
    def settled(cls, province: str = "330000", **options: Any) -> "Taking":
        """Everybody is registered, rules are in force."""
        made = cls(province, **options)
        name, county, county_name = _NAMES[province]
        settle(province)
        made.register(COUNTY, Role.COUNTY_GOVERNMENT, f"{county_name}人民政府", county)
        made.register(ZONE, Role.DEVELOPMENT_ZONE, f"{county_name}开发区管理委员会", county)
        made.register(COUNTY_FINANCE, Role.COUNTY_FINANCE, f"{county_name}财政局", county)
        made.register(PROVINCE, Role.PROVINCIAL_DNR, f"{name}自然资源厅", province)
        made.register(FINANCE, Role.FINANCE, f"{name}财政厅", province)
        made.register(FAR_COUNTY, Role.COUNTY_GOVERNMENT, "黄陂区人民政府", "420116")
        made.register(FAR_PROVINCE, Role.PROVINCIAL_DNR, "湖北省自然资源厅", "420000")
        made.register(FAR_FINANCE, Role.FINANCE, "湖北省财政厅", "420000")
        return made

    def register(self, key: str, role: Role, name: str, region: str) -> None:
        """A body with its two persons."""
        now = at("01-05 09:00")
        body = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
        self.people[key] = [
            register_person(
                username=f"{key}.{duty}.{region}",
                name="陈某",
                organisation=body,
                duty=duty,
                by=SYSTEM,
                now=now,
            )
            for duty in (Duty.OPERATOR, Duty.APPROVER)
        ]

    @property
    def demand(self) -> Demand:
        """As it stands."""
        return Demand.objects.select_related("case", "holder", "scheme").get(pk=self.demand_id)

    @property
    def number(self) -> str:
        """What it is called once it is submitted."""
        assert self.demand.case.number is not None
        return self.demand.case.number

    @property
    def status(self) -> str:
        """Where it stands."""
        return self.demand.status

    @property
    def scheme(self) -> Scheme:
        """The newest scheme."""
        return Scheme.objects.latest("id")

    def organisation_id(self, key: str) -> int:
        """A body's id."""
        return self.people[key][0].organisation_id

    def name_of(self, key: str) -> str:
        """A body's name."""
        return self.people[key][0].organisation.name

    def actor(self, key: str, duty: Duty = Duty.OPERATOR) -> Actor:
        """Somebody of a body."""
        return actor_of(self.people[key][[Duty.OPERATOR, Duty.APPROVER].index(duty)])

    def alone(self, key: str, act: str, when: str, *, subject: int | None = None, **data: Any) -> Done:
        """An act of one person, or what an operator prepares."""
        if self.clock is not None:
            self.clock.move_to(at(when))
        return perform(
            act_called(act),
            subject_id=self.demand_id if subject is None else subject,
            data=data,
            by=self.actor(key),
            now=at(when),
        )

    def both(self, key: str, act: str, when: str, *, subject: int | None = None, **data: Any) -> Done:
        """An act of two persons: prepared and released at one instant."""
        self.alone(key, act, when, subject=subject, **data)
        waiting = Preparation.objects.filter(act=act, decided_at=None).latest("id")
        if self.look is not None:
            self.look(waiting)
        return perform(
            act_called(act),
            subject_id=self.demand_id if subject is None else subject,
            data=waiting.payload,
            by=self.actor(key, Duty.APPROVER),
            now=at(when),
            seen=waiting.digest,
        )

    def attach(self, key: str, *kinds: K, when: str, case_id: int = 0) -> None:
        """Evidence of a body, each another paper."""
        for kind in kinds:
            self.papers += 1
            attach_made(
                kind=kind,
                name=f"{kind.label}.pdf",
                content=small_pdf(kind.label, [f"演示材料{self.papers}"]),
                organisation_id=self.organisation_id(key),
                uploaded_by_id=self.people[key][0].person_id,
                case_id=case_id or self.demand_id,
                now=at(when),
            )

    def incoming(self, key: str, act: str, when: str, number: str, **data: Any) -> Done:
        """What a body outside decided, with its paper."""
        self.attach(key, K.INCOMING_DOCUMENT, when=when)
        told = {"body": "自然资源部", "document_no": number, "document_date": f"2026-{when[:5]}", **data}
        return self.both(key, act, when, **told)

    def facts(self, amount: str = "800.0000", scale: str = "no", **changes: Any) -> dict[str, Any]:
        """What is needed."""
        return {
            "title": "建设用地规模调入", "amount": amount, "planning_scale": scale, "remainder": "keep", **changes,
        }  # fmt: skip

    def draft(self, when: str = "04-01 09:00", **changes: Any) -> Done:
        """Its holder writes it down."""
        done = self.alone(self.taker, "demand.draft", when, subject=0, **self.facts(**changes))
        self.demand_id = done.answer["demand"]
        return done

    def submit(self, when: str = "04-02 10:00") -> Done:
        """It is handed in, with its papers."""
        self.attach(self.taker, *PAPERS, when=when)
        return self.both(self.taker, "demand.submit", when)

    def report(self, number: str = "受理〔2026〕1号") -> None:
        """Passed, sent to the ministry, which says so."""
        self.both(PROVINCE, "demand.decide", "04-10 10:00", outcome="pass", reason="")
        self.both(PROVINCE, "demand.report", "04-21 10:00")
        self.incoming(PROVINCE, "demand.acknowledge", "04-22 10:00", f"部{number}", receipt_no=number)

    @classmethod
    def with_ministry(
        cls, province: str = "330000", *, facts: dict[str, Any] | None = None, **options: Any
    ) -> "Taking":
        """Everything up to the ministry's receipt."""
        made = cls.settled(province, **options)
        made.draft(**(facts or {}))
        made.submit()
        made.report()
        return made

    def row(self, area: str = "800.0000", ha: str = "53.3333", **changes: Any) -> dict[str, Any]:
        """One row of a scheme; prices as the rows of the case have them."""
        into = {"110000": "700000", "330000": "500000"}.get(self.province, "300000")
        return {
            "scheme_no": "部调剂〔2026〕1号", "row_no": "1", "out_county": "520425", "in_province": self.province,
            "project_area_no": "黔核定〔2026〕1号", "area_mu": area, "area_ha": ha, "high_standard": "no",
            "planning_scale": "no", "out_price": "300000", "in_price": into, **changes,
        }  # fmt: skip

    def match(
        self,
        *rows: dict[str, Any],
        when: str = "09-18 10:00",
        number: str = "自然资函〔2026〕9号",
        paper_on: int = 0,
    ) -> Done:
        """The ministry's scheme is imported; its paper lies with this demand or another."""
        self.attach(PROVINCE, K.INCOMING_DOCUMENT, when=when, case_id=paper_on)
        return self.import_again(*rows, when=when, number=number)

    def import_again(
        self, *rows: dict[str, Any], when: str = "09-18 11:00", number: str = "自然资函〔2026〕9号"
    ) -> Done:
        """The same without another paper."""
        return self.both(
            PROVINCE, "scheme.import", when, subject=0, rows=list(rows), body="自然资源部", document_no=number,
            document_date="2026-09-17",
        )  # fmt: skip

    def paying(self, *rows: dict[str, Any]) -> None:
        """Matched and published on 21 September; its publication is over."""
        self.match(*(rows or (self.row(),)))
        self.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=self.scheme.pk)
        run_due(now=at("09-30 00:00"), case_id=self.demand_id)

    def object(self, when: str, text: str = "缴款标准有误") -> Done:
        """Somebody objects to the published scheme."""
        return perform(
            act_called("objection.raise_on_case"),
            subject_id=self.demand_id,
            data={"text": text, "name": "某人", "contact": "13800000000"},
            by=PUBLIC,
            now=at(when),
        )

    def answer(self, act: str, when: str, **data: Any) -> None:
        """The province accepts the last objection, or decides it."""
        last = Objection.objects.latest("id").pk
        (self.alone if act == "objection.accept" else self.both)(PROVINCE, act, when, subject=last, **data)

    def uphold(self, when: str) -> None:
        """The last objection is accepted and found right, at one instant; nobody looks at that."""
        looking, self.look = self.look, None
        self.answer("objection.accept", when, accepted=True)
        self.answer("objection.decide", when, upheld=True, reason="标准有误")
        self.look = looking

    def pay(
        self,
        amount: str,
        voucher: str = "缴1号",
        when: str = "10-12 10:00",
        *,
        by: str = FINANCE,
        **changes: Any,
    ) -> Done:
        """Finance enters a payment, with the copy of its voucher."""
        self.attach(by, K.PAYMENT_VOUCHER, when=when)
        told = {
            "payer": self.name_of(FINANCE),
            "voucher_no": voucher,
            "amount": amount,
            "paid_at": at(when).isoformat(),
        }
        return self.both(by, "demand.pay_in", when, **told | changes)

    def receipts(self, when: str) -> list[dict[str, str]]:
        """A receipt of every row."""
        return [
            {
                "scheme_no": each.scheme.scheme_no, "row_no": each.row_no,
                "national_no": f"国转〔2026〕{each.pk}号", "transferred_at": at(when).isoformat(),
            }
            for each in self.demand.rows.select_related("scheme").order_by("id")
        ]  # fmt: skip

    def receive(self, when: str = "10-22 10:00", **changes: Any) -> Done:
        """The national system's receipt of every row."""
        told = {"rows": self.receipts(when), **changes}
        return self.incoming(PROVINCE, "demand.receive", when, "国家系统回执1号", **told)

    def close(self, when: str = "10-26 10:00") -> Done:
        """All is done."""
        return self.both(PROVINCE, "demand.close", when)

    def funds(self) -> dict[str, str]:
        """Every bucket of the case that is not empty."""
        found = Account.objects.filter(source_id=self.demand_id).exclude(balance=ZERO)
        return {each.bucket: str(each.balance) for each in found.order_by("id")}

    def quota(self, holder_id: int | None = None) -> dict[str, str]:
        """What a holder, the demand's by default, has in each bucket that is not empty."""
        mine = holder_id or self.demand.holder_id
        found = QuotaAccount.objects.filter(holder_id=mine).exclude(balance=0)
        return {each.bucket: str(each.balance) for each in found.order_by("id")}


__all__ = [
    "COUNTY",
    "COUNTY_FINANCE",
    "FAR_COUNTY",
    "FAR_FINANCE",
    "FAR_PROVINCE",
    "FINANCE",
    "PROVINCE",
    "ZONE",
    "Taking",
    "at",
]
