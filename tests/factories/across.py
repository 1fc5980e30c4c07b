"""Ziyun's certified 800.0000 亩 on their way to another province, through the one gate."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.crossprovince.models import Adjustment, Scheme
from apps.documents.commands import attach_made
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind as K
from apps.funds.models import Account, Finding
from apps.objections.models import Objection
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.quota.batch_models import Batch
from apps.quota.models import Account as QuotaAccount
from apps.rulebook import cross_province, price_tables
from apps.rulebook.commands import install
from kernel.access.models import Preparation
from kernel.actors import PUBLIC, SYSTEM, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform
from kernel.clock import BEIJING, SimulatedClock
from kernel.deadlines.runner import run_due
from kernel.money import ZERO
from kernel.web.opaque import shown
from tests.factories.stations import stands
from tests.factories.ziyun import CITY, COUNTY, FAR_PROVINCE, MEASURER, PROVINCE, Ziyun, at, facts, report

FINANCE, COUNTY_FINANCE, FAR_FINANCE, FAR_COUNTY = "finance", "county_finance", "far_finance", "far_county"
AUDITOR = "auditor"
_MORE: dict[str, tuple[Role, str, str]] = {
    FINANCE: (Role.FINANCE, "贵州省财政厅", "520000"),
    AUDITOR: (Role.AUDITOR, "贵州省审计厅", "520000"),
    COUNTY_FINANCE: (Role.COUNTY_FINANCE, "紫云苗族布依族自治县财政局", "520425"),
    FAR_FINANCE: (Role.FINANCE, "湖南省财政厅", "430000"),
    FAR_COUNTY: (Role.COUNTY_GOVERNMENT, "长沙县人民政府", "430121"),
}
PAPERS = (K.ADJUSTMENT_APPLICATION, K.MEASUREMENT_REPORT, K.QUOTA_CERTIFICATE, K.FUND_USE_PLAN)
HEADING = (
    "scheme_no,row_no,out_county,in_province,project_area_no,area_mu,area_ha,"
    "high_standard,planning_scale,out_price,in_price"
)


class Quick(Ziyun):
    """Ziyun whose papers are laid down without being examined: that is tried elsewhere."""

    def attach(self, key: str, *kinds: K, when: str) -> None:
        """Evidence of a body."""
        for kind in kinds:
            attach_made(
                kind=kind,
                name=f"{kind.label}.pdf",
                content=small_pdf(kind.label, [f"演示材料{when}"]),
                organisation_id=self.organisation_id(key),
                uploaded_by_id=self.people[key][0].person_id,
                case_id=self.verification_id,
                now=at(when),
            )


@dataclass
class Across:
    """One application and its people; `ziyun` is how its quota was made."""

    ziyun: Ziyun
    people: dict[str, list[Membership]] = field(default_factory=dict)
    adjustment_id: int = 0
    papers: int = 0
    look: Callable[[Preparation], None] | None = None
    clock: SimulatedClock | None = None
    """Goes along, for those who look at pages."""

    @classmethod
    @stands
    def certified(
        cls, *, high_standard: bool = False, rules: dict[str, Any] | None = None, until: date | None = None
    ) -> "Across":
        """Ziyun is certified on 27 March with a right to go anywhere; nothing is applied for."""
        ziyun = Quick.settled(circulation_right="state")
        told = facts()
        if high_standard:
            told["parts"][0]["high_standard_no"] = "高标〔2025〕1号"
        ziyun.draft(parts=told["parts"])
        _measured(ziyun, told["parts"])
        ziyun.submit()
        ziyun.decide(CITY, "pass", "03-10 10:00")
        ziyun.decide(PROVINCE, "pass", "03-20 10:00")
        ziyun.record()
        ziyun.certify()
        made, now = cls(ziyun), at("03-28 09:00")
        made.people = dict(ziyun.people)
        for key, (role, name, region) in _MORE.items():
            body = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
            made.people[key] = [
                register_person(
                    username=f"{key}.{duty}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=now
                )
                for duty in (Duty.OPERATOR, Duty.APPROVER)
            ]
        install(
            province="520000", name=cross_province.NAMES["demonstration"], legal_basis=["演示"], now=now,
            parameters=cross_province.parameters("demonstration", rules), subject=cross_province.CROSS_PROVINCE,
            valid_to=until,
        )  # fmt: skip
        install(
            province="520000", name=price_tables.NAMES["baseline"], legal_basis=["演示"], now=now,
            parameters=price_tables.parameters("baseline"), subject=price_tables.PRICES,
        )  # fmt: skip
        return made

    @property
    def batch(self) -> Batch:
        """What was certified."""
        return Batch.objects.get(source="verification")

    @property
    def adjustment(self) -> Adjustment:
        """As it stands."""
        return Adjustment.objects.select_related("case").get(pk=self.adjustment_id)

    @property
    def status(self) -> str:
        """Where it stands."""
        return self.adjustment.status

    @property
    def scheme(self) -> Scheme:
        """The newest scheme."""
        return Scheme.objects.latest("id")

    def actor(self, key: str, duty: Duty = Duty.OPERATOR) -> Actor:
        """Somebody of a body."""
        return actor_of(self.people[key][[Duty.OPERATOR, Duty.APPROVER].index(duty)])

    def alone(self, key: str, act: str, when: str, *, subject: int | None = None, **data: Any) -> Done:
        """An act of one person, or what an operator prepares."""
        if self.clock is not None:
            self.clock.move_to(moment(when))
        return perform(
            act_called(act),
            subject_id=self.adjustment_id if subject is None else subject,
            data=data,
            by=self.actor(key),
            now=moment(when),
        )

    def both(self, key: str, act: str, when: str, *, subject: int | None = None, **data: Any) -> Done:
        """An act of two persons: prepared and released at one instant."""
        self.alone(key, act, when, subject=subject, **data)
        waiting = Preparation.objects.filter(act=act, decided_at=None).latest("id")
        if self.look is not None:
            self.look(waiting)
        return perform(
            act_called(act),
            subject_id=self.adjustment_id if subject is None else subject,
            data=waiting.payload,
            by=self.actor(key, Duty.APPROVER),
            now=moment(when),
            seen=waiting.digest,
        )

    def release(self, key: str, waiting: Preparation, when: str) -> Done:
        """The other person of a body releases what waits, as it was when it was prepared."""
        return perform(
            act_called(waiting.act),
            subject_id=waiting.subject_id,
            data=waiting.payload,
            by=self.actor(key, Duty.APPROVER),
            now=moment(when),
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
                organisation_id=self.people[key][0].organisation_id,
                uploaded_by_id=self.people[key][0].person_id,
                case_id=case_id or self.adjustment_id,
                now=moment(when),
            )

    def incoming(self, key: str, act: str, when: str, number: str, **data: Any) -> Done:
        """What a body outside decided, with its paper."""
        self.attach(key, K.INCOMING_DOCUMENT, when=when)
        told = {"body": "自然资源部", "document_no": number, "document_date": f"2026-{when[:5]}", **data}
        return self.both(key, act, when, **told)

    def facts(self, amount: str = "800.0000", **changes: Any) -> dict[str, Any]:
        """What Ziyun applies for; its plan is A of general farmland, 70 % of it revitalisation."""
        return {
            "title": "紫云县节余指标跨省域调剂",
            "lines": [{"batch": self.batch.pk, "high_standard": "no", "amount": amount}],
            "plan": plan(Decimal(amount) * 270_000),
            "remainder": "keep",
            "loan_source": False,
            "income_tied": False,
            **changes,
        }

    def draft(self, when: str = "04-01 09:00", **changes: Any) -> Done:
        """The county writes it down."""
        done = self.alone(COUNTY, "adjustment.draft", when, subject=0, **self.facts(**changes))
        self.adjustment_id = done.answer["adjustment"]
        return done

    def submit(self, when: str = "04-02 10:00") -> Done:
        """It applies, with all papers."""
        self.attach(COUNTY, *PAPERS, when=when)
        return self.both(COUNTY, "adjustment.submit", when)

    def report(self) -> None:
        """Passed, consented to, sent to the ministry, which says so."""
        self.both(PROVINCE, "adjustment.decide", "04-10 10:00", outcome="pass", reason="")
        self.incoming(
            PROVINCE, "adjustment.consent", "04-20 10:00", "黔府函〔2026〕1号", body="贵州省人民政府"
        )
        self.both(PROVINCE, "adjustment.report", "04-21 10:00")
        self.incoming(
            PROVINCE, "adjustment.acknowledge", "04-22 10:00", "部受理1号", receipt_no="受理〔2026〕1号"
        )

    @classmethod
    def with_ministry(
        cls,
        amount: str = "800.0000",
        look: Callable[[Preparation], None] | None = None,
        clock: SimulatedClock | None = None,
        **options: Any,
    ) -> "Across":
        """Everything up to the ministry's receipt."""
        changes = options.pop("facts", {})
        made = cls.certified(**options)
        made.look, made.clock = look, clock
        made.draft(amount=amount, **changes)
        made.submit()
        made.report()
        return made

    def row(
        self, area: str = "800.0000", ha: str = "53.3333", to: str = "330000", **changes: str
    ) -> dict[str, Any]:
        """One row of a scheme; prices as the rows of the case have them."""
        into = {"110000": "700000", "330000": "500000"}.get(to, "300000")
        return {
            "scheme_no": "部调剂〔2026〕1号", "row_no": "1", "out_county": "520425", "in_province": to,
            "project_area_no": self.ziyun.verification.case.number, "area_mu": area, "area_ha": ha,
            "high_standard": "no", "planning_scale": "no", "out_price": "300000", "in_price": into, **changes,
        }  # fmt: skip

    def match(
        self, *rows: dict[str, Any], when: str = "09-18 10:00", number: str = "自然资函〔2026〕9号"
    ) -> Done:
        """The ministry's scheme is imported."""
        self.attach(PROVINCE, K.INCOMING_DOCUMENT, when=when)
        return self.import_again(*rows, when=when, number=number)

    def import_again(
        self, *rows: dict[str, Any], when: str = "09-18 11:00", number: str = "自然资函〔2026〕9号"
    ) -> Done:
        """The same without another paper."""
        return self.both(
            PROVINCE, "scheme.import", when, subject=0, rows=list(rows), body="自然资源部", document_no=number,
            document_date="2026-09-17",
        )  # fmt: skip

    def publish(self, when: str = "09-21 09:00", **data: Any) -> Done:
        """It is published."""
        return self.both(PROVINCE, "scheme.publish", when, subject=self.scheme.pk, **data)

    def implementing(self) -> None:
        """Published on 21 September; its publication is over."""
        self.publish()
        run_due(now=at("09-30 00:00"), case_id=self.adjustment_id)

    def allocate(self, amount: str, when: str = "10-20 10:00", number: str = "财资环〔2026〕1号") -> Done:
        """A notice of the centre."""
        return self.incoming(
            FINANCE, "adjustment.allocate", when, number, body="财政部", amount=amount,
            arrived_at=at(when).isoformat(),
        )  # fmt: skip

    def transfer(self, when: str = "10-22 10:00", **changes: Any) -> Done:
        """The national system's receipt of every row of its scheme."""
        matched = self.adjustment.rows.filter(scheme=self.adjustment.scheme)
        rows = [
            {
                "scheme_no": each.scheme.scheme_no, "row_no": each.row_no,
                "national_no": f"国转〔2026〕{each.pk}号", "transferred_at": at(when).isoformat(),
            }
            for each in matched.select_related("scheme").order_by("id")
        ]  # fmt: skip
        return self.incoming(
            PROVINCE, "adjustment.transfer", when, "国家系统回执1号", **{"rows": rows, **changes}
        )

    def funds(self) -> dict[str, str]:
        """Every bucket of the case that is not empty."""
        found = Account.objects.filter(source_id=self.adjustment_id).exclude(balance=ZERO)
        return {each.bucket: str(each.balance) for each in found.order_by("id")}

    @property
    def pool(self) -> Account:
        """What was allocated and waits to be distributed."""
        return Account.objects.get(source_id=self.adjustment_id, bucket="pool")

    def object(self, when: str, text: str = "面积与实地不符") -> Done:
        """Somebody objects to the published scheme."""
        return perform(
            act_called("objection.raise_on_case"),
            subject_id=self.adjustment_id,
            data={"text": text, "name": "某人", "contact": "13800000000"},
            by=PUBLIC,
            now=moment(when),
        )

    def distribute(
        self, farmers: str, infrastructure: str, aftercare: str, when: str = "10-21 10:00"
    ) -> Done:
        """The county's finance shares the pool out."""
        amounts = {"farmers": farmers, "infrastructure": infrastructure, "aftercare": aftercare}
        shares = [{"category": each, "amount": amount} for each, amount in amounts.items()]
        return self.both(COUNTY_FINANCE, "funds.distribute", when, subject=self.pool.pk, shares=shares)

    def spend(self, category: str, amount: str, line: int | None, when: str, **changes: Any) -> Done:
        """It pays one body out of a share, under a voucher of its own."""
        copy = self.copy(when)
        payee = {
            "kind": "body", "payee": "紫云县城乡建设有限公司", "payee_account": "5200001", "amount": amount,
            "invoice_no": f"24520000{self.papers:06d}",
        }  # fmt: skip
        return self.both(
            COUNTY_FINANCE, "funds.spend", when, subject=self.pool.pk, category=category, plan_line=line,
            voucher_no=f"记-{self.papers}", purpose="支出", project="紫云县复垦项目区", attachment=copy,
            loan_source=False, income_tied=False,
            **{"payees": [payee], **changes},
        )  # fmt: skip

    def copy(self, when: str) -> int:
        """Another paper of the county's finance, by the number that forms have."""
        self.attach(COUNTY_FINANCE, K.FUND_VOUCHER, when=when)
        return shown(Attachment.objects.filter(kind=K.FUND_VOUCHER).latest("id").pk, "attachment")

    def audited(self, movement_id: int, when: str, outcome: str = "in_order", amount: str = "0.00") -> None:
        """A finding about one payment, its answer and its conclusion, at one instant."""
        self.both(
            AUDITOR, "funds.audit", when, subject=self.pool.pk, text=f"凭证{movement_id}抽查", amount="0.00",
            movement_id=movement_id,
        )  # fmt: skip
        finding = Finding.objects.latest("id")
        self.both(COUNTY_FINANCE, "funds.answer", when, subject=finding.pk, text="材料齐全")
        self.both(
            AUDITOR, "funds.conclude", when, subject=finding.pk, outcome=outcome, text="已核对", amount=amount
        )

    def quota(self, holder_id: int | None = None) -> dict[str, str]:
        """What a holder, the county by default, has in each bucket that is not empty."""
        mine = holder_id or self.people[COUNTY][0].organisation_id
        found = QuotaAccount.objects.filter(holder_id=mine).exclude(balance=0)
        return {each.bucket: str(each.balance) for each in found.order_by("id")}


def upheld_by_province(across: Across, when: str) -> None:
    """The last objection is accepted and found right, at one instant; nobody looks at that."""
    last, looking = Objection.objects.latest("id").pk, across.look
    across.look = None
    across.alone(PROVINCE, "objection.accept", when, subject=last, accepted=True)
    across.both(PROVINCE, "objection.decide", when, subject=last, upheld=True, reason="面积有误")
    across.look = looking


def moment(when: str) -> datetime:
    """An instant of 2026, or of the year that is named: `2027-01-04 10:00`."""
    if not when.startswith("20"):
        return at(when)
    return datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


def plan(allocated: Decimal, revitalisation: Decimal | None = None) -> list[dict[str, str]]:
    """A plan of an amount, 70 % of it the farmers' and revitalisation unless another amount is, the rest a road."""
    counts = allocated * Decimal("0.7") if revitalisation is None else revitalisation
    lines = (
        ("farmers", "农户搬迁补偿", counts, "yes"),
        ("infrastructure", "村庄道路", allocated - counts, "no"),
    )
    return [
        {
            "category": category, "item": item, "village": "板当镇演示村", "amount": f"{amount:.2f}",
            "revitalisation": counted,
        }
        for category, item, amount, counted in lines
        if amount
    ]  # fmt: skip


def _measured(ziyun: Ziyun, parts: list[dict[str, Any]]) -> None:
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    ziyun.both(MEASURER, "verification.report", "01-20 09:00", **report(parts))


__all__ = ["CITY", "COUNTY", "FAR_PROVINCE", "PROVINCE", "Across", "at", "plan"]
