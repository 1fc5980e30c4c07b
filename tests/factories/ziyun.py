"""Ziyun (紫云) and whoever has a part in its verification: 817.4000 亩 reclaimed, 800.0000 亩 to be certified."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.documents.commands import attach
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind as K
from apps.land.queries import drawn_apart
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.rulebook import presets, surplus
from apps.rulebook.commands import install
from apps.surplus.models import Verification
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform
from kernel.clock import BEIJING, SimulatedClock
from tests.factories.stations import stands

COUNTY, BUREAU, MEASURER, CITY, PROVINCE = "county", "bureau", "measurer", "city", "province"
FAR_CITY, FAR_PROVINCE, OTHER_MEASURER, NEXT_COUNTY = (
    "far_city",
    "far_province",
    "other_measurer",
    "next_county",
)
SUPERVISOR, FAR_SUPERVISOR = "supervisor", "far_supervisor"
_WHO: dict[str, tuple[Role, str, str]] = {
    COUNTY: (Role.COUNTY_GOVERNMENT, "紫云苗族布依族自治县人民政府", "520425"),
    BUREAU: (Role.NATURAL_RESOURCES_BUREAU, "紫云苗族布依族自治县自然资源局", "520425"),
    NEXT_COUNTY: (Role.COUNTY_GOVERNMENT, "普定县人民政府", "520422"),
    MEASURER: (Role.MEASURER, "演示测绘院", "520100"),
    OTHER_MEASURER: (Role.MEASURER, "演示第二测绘院", "520100"),
    CITY: (Role.CITY_DNR, "安顺市自然资源局", "520400"),
    PROVINCE: (Role.PROVINCIAL_DNR, "贵州省自然资源厅", "520000"),
    FAR_CITY: (Role.CITY_DNR, "遵义市自然资源局", "520300"),
    FAR_PROVINCE: (Role.PROVINCIAL_DNR, "湖南省自然资源厅", "430000"),
    SUPERVISOR: (Role.SUPERVISOR, "贵州省演示监督机构", "520000"),
    FAR_SUPERVISOR: (Role.SUPERVISOR, "湖南省演示监督机构", "430000"),
}
AREAS = {"dry": "242.8200", "garden": "149.5100", "forest": "411.8100", "grass": "13.2600"}
TO_SUBMIT = (K.ACCEPTANCE_CERTIFICATE, K.RETIREMENT_SUMMARY, K.VILLAGE_MINUTES)


def at(text: str) -> datetime:
    """An instant of 2026 on Beijing's clock: "03-02 10:00"."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


@dataclass
class Ziyun:
    """One verification and its people."""

    people: dict[str, list[Membership]] = field(default_factory=dict)
    verification_id: int = 0
    look: Callable[[Preparation], None] | None = None
    """Sees whatever waits for its approver."""
    clock: SimulatedClock | None = None
    """Goes along, for those who look at pages."""

    @classmethod
    @stands
    def settled(cls, **rules: Any) -> "Ziyun":
        """Everybody is registered, rules are in force."""
        made, now = cls(), at("01-05 09:00")
        install(
            province="520000", name="贵州省规则", legal_basis=["演示"], now=now,
            parameters=presets.parameters("baseline"),
        )  # fmt: skip
        install(
            province="520000", name="贵州省节余指标规则", legal_basis=["演示"], now=now, subject=surplus.SURPLUS,
            parameters=surplus.parameters("baseline", rules),
        )  # fmt: skip
        for key, (role, name, region) in _WHO.items():
            above = made.people[COUNTY][0].organisation if key == BUREAU else None
            body = register_organisation(
                kind=role, name=name, region=region, superior=above, by=SYSTEM, now=now
            )
            made.people[key] = [
                register_person(
                    username=f"{key}.{duty}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=now
                )
                for duty in (Duty.OPERATOR, Duty.APPROVER)
            ]
        return made

    def actor(self, key: str, duty: Duty = Duty.OPERATOR) -> Actor:
        """Somebody of a body."""
        return actor_of(self.people[key][[Duty.OPERATOR, Duty.APPROVER].index(duty)])

    def organisation_id(self, key: str) -> int:
        """A body's id."""
        return self.people[key][0].organisation_id

    def alone(self, key: str, act: str, when: str, **data: Any) -> Done:
        """An act of one person, or what an operator prepares: on the verification where no other subject is named."""
        if self.clock is not None:
            self.clock.move_to(at(when))
        subject_id = data.pop("subject", self.verification_id)
        return perform(act_called(act), subject_id=subject_id, data=data, by=self.actor(key), now=at(when))

    def both(self, key: str, act: str, when: str, **data: Any) -> Done:
        """An act of two persons: prepared and released at one instant."""
        self.alone(key, act, when, **data)
        return self.release(key, act, when)

    def release(self, key: str, act: str, when: str) -> Done:
        """An approver releases what waits."""
        waiting = Preparation.objects.filter(act=act, decided_at=None).latest("id")
        if self.look is not None:
            self.look(waiting)
        if self.clock is not None:
            self.clock.move_to(at(when))
        return perform(
            act_called(act),
            subject_id=waiting.subject_id,
            data=waiting.payload,
            by=self.actor(key, Duty.APPROVER),
            now=at(when),
            seen=waiting.digest,
        )

    def attach(self, key: str, *kinds: K, when: str) -> None:
        """Evidence of a body."""
        for kind in kinds:
            attach(
                kind=kind,
                name=f"{kind.label}.pdf",
                content=small_pdf(kind.label, [f"演示材料{when}"]),
                organisation_id=self.organisation_id(key),
                uploaded_by_id=self.people[key][0].person_id,
                case_id=self.verification_id,
                now=at(when),
            )

    @property
    def verification(self) -> Verification:
        """As it stands."""
        return Verification.objects.select_related("case").get(pk=self.verification_id)

    def draft(self, when: str = "01-06 09:00", **changes: Any) -> Done:
        """The county declares its area."""
        done = self.alone(COUNTY, "verification.draft", when, **facts() | changes)
        self.verification_id = done.answer["verification"]
        return done

    def measure(self, *, commissioned: str = "01-07 09:00", reported: str = "01-20 09:00") -> None:
        """The measurer is commissioned and reports what was declared."""
        self.both(
            COUNTY, "verification.commission", commissioned, measurer_id=self.organisation_id(MEASURER),
            contract_no="核定合同1号", contract_price="120000.00",
        )  # fmt: skip
        self.attach(MEASURER, K.MEASUREMENT_REPORT, when=reported)
        self.both(MEASURER, "verification.report", reported, **report(self.parts()))

    def parts(self) -> list[dict[str, Any]]:
        """The parcels as they were declared."""
        newest = self.verification.measurements.order_by("-version").first()
        assert newest is not None
        return [
            parcel(
                each.parcel_no, each.class_after, f"{each.area}", each.ground.geometry, grade=each.grade_after
            )
            for each in newest.parts.select_related("ground").order_by("id")
        ]

    def submit(self, when: str = "03-02 10:00") -> None:
        """The county submits."""
        self.attach(COUNTY, *TO_SUBMIT, when=when)
        self.both(COUNTY, "verification.submit", when)

    def decide(self, key: str, outcome: str, when: str, reason: str = "") -> None:
        """City or province give their opinion."""
        act = "verification.city_decide" if key in (CITY, FAR_CITY) else "verification.province_decide"
        self.both(key, act, when, outcome=outcome, reason=reason)

    def record(
        self, when: str = "03-26 10:00", number: str = "部备〔2026〕1号", *, day: str = "2026-03-25"
    ) -> None:
        """The ministry's number is entered."""
        self.attach(PROVINCE, K.INCOMING_DOCUMENT, when=when)
        self.both(
            PROVINCE, "verification.record", when, record_no=number, body="自然资源部",
            document_no="自然资函〔2026〕1号", document_date=day,
        )  # fmt: skip

    @classmethod
    @stands
    def recorded(
        cls,
        look: Callable[[Preparation], None] | None = None,
        clock: SimulatedClock | None = None,
        **rules: Any,
    ) -> "Ziyun":
        """Everything up to the ministry's record."""
        made = cls.settled(**rules)
        made.look, made.clock = look, clock
        made.draft()
        made.measure()
        made.submit()
        made.decide(CITY, "pass", "03-10 10:00")
        made.decide(PROVINCE, "pass", "03-20 10:00")
        made.record()
        return made

    def certify(self, when: str = "03-27 10:00") -> Done:
        """The province books and certifies."""
        return self.both(PROVINCE, "verification.certify", when)


def parcel(number: str, after: str, area: str, geometry: Any, *, grade: int | None = None) -> dict[str, Any]:
    """One parcel as a form takes it."""
    return {
        "parcel_no": number, "village": "板当镇演示村", "class_before": "homestead", "class_after": after,
        "area": area, "grade_after": grade, "building_area": "120.0000", "geometry": geometry,
    }  # fmt: skip


def parcels(areas: dict[str, str], *, region: str = "520425") -> list[dict[str, Any]]:
    """One parcel a class, drawn in the county."""
    drawn = drawn_apart(region=region, areas_mu=[Decimal(each) for each in areas.values()])
    return [
        parcel(
            str(place), after, area, geometry, grade=10 if after in ("dry", "irrigated", "paddy") else None
        )
        for place, ((after, area), geometry) in enumerate(zip(areas.items(), drawn, strict=True), start=1)
    ]


def facts(**changes: Any) -> dict[str, Any]:
    """What Ziyun declares."""
    return {
        "title": "紫云县2025年拆旧复垦项目区",
        "acceptance_no": "紫验〔2025〕1号",
        "region": "520425",
        "declared": "817.4000",
        "resettlement": "0",
        "returned": "0",
        "reserved": "17.4000",
        "parts": parcels(AREAS),
        **changes,
    }


def report(parts: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """What the measurer reports."""
    return {
        "declared": "817.4000", "resettlement": "0", "method": "RTK实测", "instrument": "GNSS接收机",
        "surveyors": "演示测绘员", "measured_on": "2026-01-15", "parts": parts, **changes,
    }  # fmt: skip
