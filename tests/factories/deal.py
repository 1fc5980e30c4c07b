"""A lot on its way through the commands, step by step, for tests that look at what a step leaves behind."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.documents.commands import attach
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land import commands as land
from apps.land.queries import drawn_apart
from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.money.accounts import open_accounts
from apps.money.models import FiscalAccount, Remittance
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership, Organisation
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.quota import commands as quota
from apps.quota.batch_models import Batch
from apps.quota.ledger import Line
from apps.rehearsal.furnishing import furnish
from apps.rulebook import presets
from apps.rulebook.commands import install
from apps.stages.announcement import commands as announcement
from apps.stages.announcement.queries import portal_facts
from apps.stages.application import commands as application
from apps.stages.bidding import commands as bidding
from apps.stages.confirmation import commands as confirmation
from apps.stages.contract import commands as contract
from apps.stages.payment import remittances
from apps.stages.publication import commands as publication
from apps.stages.qualification import commands as qualification
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review import commands as review
from apps.stages.review.states import Outcome, Subject
from apps.stages.transfer import commands as transfer
from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform
from kernel.clock import BEIJING
from kernel.deadlines import runner
from kernel.money import Yuan
from tests.factories import bank
from tests.factories.papers import CHECKLIST, TO_BID, TO_LIST
from tests.factories.stations import STATIONS

SELLER, A, B, CENTRE, PROVINCE, FINANCE = "seller", "a", "b", "centre", "province", "finance"
_WHO = {
    CENTRE: (Role.TRADING_CENTRE, "河南省自然资源交易中心", "410000"),
    PROVINCE: (Role.PROVINCIAL_DNR, "河南省自然资源厅", "410000"),
    FINANCE: (Role.FINANCE, "河南省财政厅", "410000"),
    SELLER: (Role.COUNTY_GOVERNMENT, "通许县人民政府", "410222"),
    A: (Role.COUNTY_GOVERNMENT, "新郑市人民政府", "410184"),
    B: (Role.SITE_PROJECT_UNIT, "中牟水厂项目建设单位", "410122"),
}


def at(text: str) -> datetime:
    """An instant of 2026 on Beijing's clock: "03-05 09:00"."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


@dataclass
class Deal:
    """One lot of 20 亩 at 50,000 元/亩, with two bidders."""

    people: dict[str, list[Membership]] = field(default_factory=dict)
    listing_id: int = 0

    @classmethod
    def begun(cls, *, ceiling: Yuan | None = None, rules: dict[str, Any] | None = None) -> "Deal":
        """The lot has passed its review on 4 March."""
        if rules is not None:
            return cls._begun(ceiling=ceiling, rules=rules)
        name = f"begun{ceiling or ''}"
        begun: Deal = STATIONS.enter(name, lambda: cls._begun(ceiling=ceiling, rules=None))
        return begun

    @classmethod
    def _begun(cls, *, ceiling: Yuan | None, rules: dict[str, Any] | None) -> "Deal":
        deal = cls()
        now = at("03-02 09:00")
        book = presets.parameters("henan" if ceiling else "baseline", rules)
        install(
            province="410000",
            name="河南省规则",
            legal_basis=["豫自然资投告〔2023〕83号"],
            parameters=book,
            now=now,
        )
        for key, (role, name, region) in _WHO.items():
            deal._register(key, role, name, region, now=now)
        deal._apply(ceiling=ceiling, now=now)
        return deal

    def _register(self, key: str, role: Role, name: str, region: str, *, now: datetime) -> None:
        organisation = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
        furnish(organisation, now=now)
        duties = [Duty.OPERATOR, Duty.APPROVER, Duty.APPROVER, Duty.APPROVER]
        self.people[key] = [
            register_person(
                username=f"{key}{place}",
                name="陈某",
                organisation=organisation,
                duty=duty,
                by=SYSTEM,
                now=now,
            )
            for place, duty in enumerate(duties)
        ]

    def _apply(self, *, ceiling: Yuan | None, now: datetime) -> None:
        lot = application.LotFacts(
            title="通许县补充耕地指标",
            quantities=Quantities(Decimal(20), 0, 18000),
            lines=tuple(self._lines(now=now)),
            grade=7,
            starting_price=Yuan(50000),
            price_unit=PriceUnit.YUAN_PER_MU,
            fiscal_account=self.account(SELLER).pk,
            ceiling=ceiling,
            contact="鄢女士 0371-60000000",
            acceptance_record_no="豫省备〔2025〕31号",
            ecology_no="汴环评〔2025〕7号",
        )
        self.listing_id = application.draft(lot=lot, by=self.operator(SELLER), now=now).pk
        self._attach(SELLER, TO_LIST, now=now)
        self.do(SELLER, "listing.submit", application.submit, now=now, listing_id=self.listing_id)
        self.passed(prepared_at=now)

    def passed(self, *, prepared_at: datetime, now: datetime | None = None) -> None:
        """All three opinions pass, on 4 March unless it is said, each under another approver's name."""
        for place, subject in enumerate(Subject, start=1):
            office = CENTRE if subject is Subject.ELIGIBILITY else PROVINCE
            by = self.operator(office)
            access.prepare(
                act="review.decide",
                slot=subject,
                subject_id=self.listing_id,
                payload={},
                by=by,
                now=prepared_at,
            )
            review.decide(
                listing_id=self.listing_id,
                opinion=subject,
                outcome=Outcome.PASS,
                items=dict.fromkeys(CHECKLIST[subject], True),
                by=actor_of(self.people[office][place]),
                now=now or at("03-04 10:00"),
            )

    def _lines(self, *, now: datetime) -> list[Line]:
        """What the lot draws from the one batch of its project: a part of each kind."""
        [ground] = drawn_apart(region="410222", areas_mu=[Decimal(30)])
        part = land.PartFacts(QuotaKind.FARMLAND_AREA, "irrigated", Decimal(30), 16, 7, geometry=ground)
        project = land.record_project(
            name="通许县补充耕地项目",
            approval_no="演示立〔2025〕12号",
            acceptance_no="演示验〔2025〕31号",
            region="410222",
            parts=[part],
            report=Quantities(Decimal(30), 0, 27000),
            farmland_before=Decimal(0),
            farmland_after=Decimal(30),
            by=self.operator(SELLER),
            now=now,
        )
        batch = self.book(project.pk, "演示库〔2025〕448号", Quantities(Decimal(30), 0, 27000), now=now)
        return [
            Line(batch.pk, QuotaKind.FARMLAND_AREA, Decimal(20)),
            Line(batch.pk, QuotaKind.GRAIN_CAPACITY, Decimal(18000)),
        ]

    @property
    def batch_id(self) -> int:
        """The batch behind the lot: the first that was booked."""
        return Batch.objects.earliest("pk").pk

    def draft_again(self, *, now: datetime) -> int:
        """A second draft of the same quota by the seller, with its evidence; gives its id."""
        lot = application.LotFacts(
            title="通许县补充耕地指标（再次申请）",
            quantities=Quantities(Decimal(10), 0, 0),
            lines=(Line(self.batch_id, QuotaKind.FARMLAND_AREA, Decimal(10)),),
            grade=7,
            starting_price=Yuan(50000),
            price_unit=PriceUnit.YUAN_PER_MU,
            acceptance_record_no="豫省备〔2025〕31号",
            ecology_no="汴环评〔2025〕7号",
            fiscal_account=self.account(SELLER).pk,
        )
        first, self.listing_id = (
            self.listing_id,
            application.draft(lot=lot, by=self.operator(SELLER), now=now).pk,
        )
        self._attach(SELLER, TO_LIST, now=now)
        made, self.listing_id = self.listing_id, first
        return made

    def book(
        self, project_id: int, certificate_no: str, quantities: Quantities, *, now: datetime, grade: int = 7
    ) -> Batch:
        """The province's two persons book quota into the reserve."""
        made: Batch = self.do(
            PROVINCE,
            f"quota.book:{certificate_no}",
            quota.book_batch,
            now=now,
            subject_id=project_id,
            project_id=project_id,
            certificate_no=certificate_no,
            quantities=quantities,
            grade=grade,
        )
        return made

    def operator(self, key: str) -> Actor:
        """The one who prepares."""
        return actor_of(self.people[key][0])

    def approver(self, key: str, number: int = 1) -> Actor:
        """One of those who release."""
        return actor_of(self.people[key][number])

    def organisation(self, key: str) -> Organisation:
        """The organisation behind a key."""
        return self.people[key][0].organisation

    @property
    def listing(self) -> Listing:
        """The lot as it stands now."""
        return Listing.objects.get(pk=self.listing_id)

    def do(
        self, key: str, act: str, command: Any, *, now: datetime, subject_id: int | None = None, **given: Any
    ) -> Any:
        """Prepare and release one act by two persons of one organisation."""
        subject = self.listing_id if subject_id is None else subject_id
        act, _, slot = act.partition(":")
        access.prepare(act=act, slot=slot, subject_id=subject, payload={}, by=self.operator(key), now=now)
        return command(by=self.approver(key), now=now, **given)

    def alone(self, key: str, act: str, when: str, *, subject: int | None = None, **data: Any) -> Done:
        """What one person does, or an operator prepares."""
        return perform(
            act_called(act),
            subject_id=self.listing_id if subject is None else subject,
            data=data,
            by=self.operator(key),
            now=at(when),
        )

    def both(
        self, key: str, act: str, when: str, *, subject: int | None = None, number: int = 1, **data: Any
    ) -> Done:
        """An act of two persons, through the one gate, with the digest of what was on the screen."""
        self.alone(key, act, when, subject=subject, **data)
        waiting = Preparation.objects.filter(act=act, decided_at=None).latest("id")
        return perform(
            act_called(act),
            subject_id=self.listing_id if subject is None else subject,
            data=data,
            by=self.approver(key, number),
            now=at(when),
            seen=waiting.digest,
        )

    def _attach(self, key: str, kinds: Any, *, now: datetime) -> None:
        by = self.operator(key)
        for kind in kinds:
            attach(
                kind=AttachmentKind(kind),
                name=f"{kind}.pdf",
                content=small_pdf(kind, [by.organisation_name]),
                organisation_id=by.organisation_id,
                uploaded_by_id=by.person_id,
                case_id=self.listing_id,
                now=now,
            )

    def announce(self, *, on_portal: bool = True) -> None:
        """Announced on 5 March; registration to 20 March, bidding from 25 to 30 March; on both portals at once."""
        self.do(
            CENTRE,
            "announcement.publish",
            announcement.publish,
            now=at("03-05 09:00"),
            listing_id=self.listing_id,
            registration_closes=at("03-20 00:00"),
            bidding_opens=at("03-25 09:00"),
            bidding_closes=at("03-30 10:00"),
        )
        if on_portal:
            self.note_portal(published_at=at("03-05 09:00"), now=at("03-05 09:00"))

    def note_portal(self, *, published_at: datetime, now: datetime) -> None:
        """The centre's two persons note that the provincial portal shows the announcement."""
        self.run(now)
        facts = portal_facts(self.listing_id, at=published_at) | {"published_at": published_at}
        self.do(
            CENTRE,
            "announcement.note_portal",
            announcement.note_portal,
            now=now,
            listing_id=self.listing_id,
            **facts,
        )

    def register(self, key: str) -> Registration:
        """Apply, be qualified, and pay the deposit of 200,000 元 on 11 March."""
        now = at("03-10 09:30")
        self._attach(key, TO_BID, now=now)
        made: Registration = self.do(
            key,
            "registration.submit",
            qualification.submit,
            now=now,
            listing_id=self.listing_id,
            **confirmation_facts(self.listing_id),
        )
        self.do(
            CENTRE,
            "registration.decide",
            qualification.decide,
            now=at("03-11 09:30"),
            subject_id=made.pk,
            registration_id=made.pk,
            outcome=RegistrationStatus.QUALIFIED,
        )
        self.pay(key, made.sub_account.number, "200000.00", now=at("03-11 15:00"))
        return made

    def pay(self, key: str, number: str, amount: str, *, now: datetime) -> None:
        """Money of an organisation arrives and is imported at once."""
        bank.arrive(
            reference=f"{key}-{now.isoformat()}",
            number=number,
            amount=Yuan(amount),
            payer=self.organisation(key).name,
            operator=self.operator(FINANCE),
            approver=self.approver(FINANCE),
            now=now,
        )

    def account(self, key: str) -> FiscalAccount:
        """The newest account of an organisation."""
        return open_accounts(self.organisation(key).pk)[0]

    def remit(self, *, now: datetime) -> Remittance:
        """What is owed on the lot is paid out."""
        made: Remittance = self.do(
            FINANCE, "remittance.release", remittances.release_remittance, now=now, listing_id=self.listing_id
        )
        return made

    def run(self, now: datetime) -> None:
        """Everything due comes about."""
        runner.run_due(now=now)

    def bid(self, key: str, price: int, *, now: datetime) -> None:
        """Bid so many yuan per 亩."""
        self.run(now)
        bidding.place(
            listing_id=self.listing_id,
            unit_price=Yuan(price),
            by=self.operator(key),
            now=now,
            read_clock=lambda: now,
        )

    def suspend(self, *, now: datetime, reason: str = "标的权属需要核实。", public_reason: str = "") -> None:
        """The centre stops the lot."""
        self.run(now)
        self.do(
            CENTRE,
            "listing.suspend",
            listings.suspend,
            now=now,
            listing_id=self.listing_id,
            reason=reason,
            public_reason=public_reason or reason,
        )

    def resume(self, *, now: datetime) -> None:
        """The centre lets it go on."""
        self.run(now)
        self.do(CENTRE, "listing.resume", listings.resume, now=now, listing_id=self.listing_id)

    def terminate(self, *, now: datetime) -> None:
        """The centre ends it."""
        self.run(now)
        self.do(
            CENTRE,
            "listing.terminate",
            listings.terminate,
            now=now,
            listing_id=self.listing_id,
            reason="标的被依法查封",
            public_reason="标的被依法查封",
        )

    def confirm(self) -> None:
        """Closed on 30 March, confirmed on the 31st."""
        self.run(at("03-31 08:00"))
        self.do(
            CENTRE,
            "confirmation.issue",
            confirmation.issue,
            now=at("03-31 09:00"),
            listing_id=self.listing_id,
        )

    def sign(self, key: str, *, now: datetime) -> None:
        """One party signs."""
        self.do(key, "contract.sign", contract.sign, now=now, listing_id=self.listing_id)

    def transfer(self) -> None:
        """Transferred on 7 May."""
        self.run(at("05-07 09:00"))
        self.remit(now=at("05-07 09:30"))
        self.do(
            PROVINCE, "transfer.execute", transfer.execute, now=at("05-07 10:00"), listing_id=self.listing_id
        )

    def publicise(self) -> None:
        """Published from 8 May."""
        self.do(
            CENTRE, "publication.start", publication.start, now=at("05-08 09:00"), listing_id=self.listing_id
        )
