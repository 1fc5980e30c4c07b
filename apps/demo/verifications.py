"""Surplus quota of the demonstration (节余指标): in each province one certified, some on their way, one returned."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from apps.demo import hands
from apps.demo.histories import History, office_hour
from apps.demo.organisations import CITY, MEASURER, Organisations
from apps.land.queries import drawn_apart
from apps.surplus.evidence import BEFORE_ACT
from apps.surplus.models import Part
from apps.surplus.names import (
    VERIFICATION_CERTIFY,
    VERIFICATION_CITY_DECIDE,
    VERIFICATION_COMMISSION,
    VERIFICATION_DRAFT,
    VERIFICATION_PROVINCE_DECIDE,
    VERIFICATION_RECORD,
    VERIFICATION_REPORT,
    VERIFICATION_RETURN,
    VERIFICATION_SUBMIT,
)
from kernel.clock import beijing
from kernel.clock import now as clock_now

_PASS: dict[str, object] = {"outcome": "pass"}


@dataclass(frozen=True)
class Area:
    """A project area: whose, called how, its parcels by class in 亩, when it was declared, how far it comes."""

    seller: str
    title: str
    parcels: tuple[tuple[str, str], ...]
    began: datetime
    stops_at: str = ""


def areas(organisations: Organisations, *, now: datetime) -> list[Area]:
    """Five areas of the counties of the first prefecture: all steps of the chain are to be seen."""
    whole = (("dry", "12.4000"), ("garden", "6.5000"), ("forest", "9.1000"))
    part = (("dry", "8.2000"), ("grass", "3.3000"))

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    first, other = (organisations.by_key[each].region_id for each in ("seller1", "seller2"))
    second = "seller2" if other[:4] == first[:4] else "seller1"
    return [
        Area("seller1", "城关片区拆旧复垦项目区", whole, ago(180)),
        Area("seller1", "东部乡镇拆旧复垦项目区", part, ago(70), VERIFICATION_RECORD),
        Area(second, "北部乡镇拆旧复垦项目区", whole, ago(45), VERIFICATION_CITY_DECIDE),
        Area(second, "沿河村庄拆旧复垦项目区", part, ago(40), VERIFICATION_RETURN),
        Area("seller1", "西部乡镇拆旧复垦项目区", part, ago(12), VERIFICATION_REPORT),
    ]


def verified(organisations: Organisations, area: Area, number: int) -> History:
    """One area from its declaration to its certificate, or as far as it comes."""
    day = area.began
    yield office_hour(day, 9, 20 + number)
    subject = _declare(organisations, area, number)
    steps = _Steps(organisations, area, subject, number)
    for name, days, key in _CHAIN:
        day += timedelta(days=days)
        yield office_hour(day, 10, 10 + number)
        if not steps.do(name, key) or name == area.stops_at:
            return


_CHAIN = (
    (VERIFICATION_COMMISSION, 1, ""),
    (VERIFICATION_REPORT, 6, MEASURER),
    (VERIFICATION_SUBMIT, 2, ""),
    (VERIFICATION_CITY_DECIDE, 4, CITY),
    (VERIFICATION_RETURN, 1, CITY),
    (VERIFICATION_PROVINCE_DECIDE, 4, "province"),
    (VERIFICATION_RECORD, 6, "province"),
    (VERIFICATION_CERTIFY, 3, "province"),
)
"""Each step, days after the one before, and who does it (the county where nobody is named)."""


def _declare(organisations: Organisations, area: Area, number: int) -> int:
    region = organisations.by_key[area.seller].region_id
    facts = {
        "title": f"{organisations.by_key[area.seller].region.name}{area.title}（演示）",
        "acceptance_no": f"演示{organisations.province.sign}复验〔{beijing(clock_now()).year}〕{number}号",
        "region": region,
        "declared": str(_sum(area)),
        "resettlement": "0.0000",
        "returned": "0.0000",
        "reserved": "1.0000",
        "parts": _parcels(area, region),
    }
    done = hands.carry_out(organisations, VERIFICATION_DRAFT, area.seller, facts)
    return int(done.answer["verification"])


def _sum(area: Area) -> Decimal:
    return sum((Decimal(amount) for _, amount in area.parcels), Decimal("0.0000"))


def _parcels(area: Area, region: str) -> list[dict[str, object]]:
    drawn = drawn_apart(region=region, areas_mu=[Decimal(amount) for _, amount in area.parcels])
    return [
        {
            "parcel_no": f"{place:03d}",
            "village": "演示村",
            "class_before": "homestead",
            "class_after": after,
            "area": amount,
            "grade_after": 8 if after == "dry" else None,
            "building_area": "240.0000",
            "geometry": geometry,
        }
        for place, ((after, amount), geometry) in enumerate(zip(area.parcels, drawn, strict=True), start=1)
    ]


@dataclass(frozen=True)
class _Steps:
    """What each step takes."""

    organisations: Organisations
    area: Area
    subject: int
    number: int

    def do(self, name: str, key: str) -> bool:
        """Carry a step out; False where the area goes another way there."""
        returned = self.area.stops_at == VERIFICATION_RETURN
        if name == VERIFICATION_RETURN and not returned:
            return True
        if name == VERIFICATION_CITY_DECIDE and self.area.stops_at == name:
            return False  # waits for the city
        if name == VERIFICATION_REPORT and self.area.stops_at == name:
            return False  # waits for the measurer
        if name == VERIFICATION_RECORD and self.area.stops_at == name:
            return False  # waits for the ministry
        by = key or self.area.seller
        self._attach(name, by)
        hands.carry_out(self.organisations, name, by, self._facts(name, returned), subject=self.subject)
        return True

    def _attach(self, name: str, by: str) -> None:
        given = {str(each): each.label for each in BEFORE_ACT.get(name, ())}
        hands.attach(self.organisations, by, given, listing_id=self.subject)

    def _facts(self, name: str, returned: bool) -> dict[str, object]:
        region = self.organisations.by_key[self.area.seller].region_id
        today, sign = beijing(clock_now()).date().isoformat(), self.organisations.province.sign
        reason = "村民会议纪要缺少签到页，请补正。"
        facts: dict[str, dict[str, object]] = {
            VERIFICATION_COMMISSION: {
                "measurer_id": self.organisations.by_key[MEASURER].pk,
                "contract_no": f"演示核定合同{self.number}号",
                "contract_price": "86000.00",
            },
            VERIFICATION_REPORT: {
                "declared": str(_sum(self.area)),
                "resettlement": "0.0000",
                "method": "RTK实测",
                "instrument": "GNSS接收机",
                "surveyors": "演示测绘员",
                "measured_on": today,
                "parts": self._measured(),
            },
            VERIFICATION_CITY_DECIDE: dict[str, object](outcome="correct", reason=reason)
            if returned
            else _PASS,
            VERIFICATION_RETURN: {"reason": reason},
            VERIFICATION_PROVINCE_DECIDE: _PASS,
            VERIFICATION_RECORD: {
                "record_no": f"演示{sign}部备〔{today[:4]}〕{region}-{self.number}号",
                "body": "自然资源部（演示）",
                "document_no": f"演示函〔{today[:4]}〕{self.number}号",
                "document_date": today,
            },
        }
        return facts.get(name, {})

    def _measured(self) -> list[dict[str, object]]:
        rows = Part.objects.filter(measurement__verification_id=self.subject).select_related("ground")
        return [
            {
                "parcel_no": each.parcel_no,
                "village": each.village,
                "class_before": each.class_before,
                "class_after": each.class_after,
                "area": f"{each.area}",
                "grade_after": each.grade_after,
                "building_area": "240.0000",
                "geometry": each.ground.geometry,
            }
            for each in rows.order_by("id")
        ]
