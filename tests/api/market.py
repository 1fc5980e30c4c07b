"""A lot played up to some moment through real commands, and people who ask the API about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from rest_framework.test import APIClient

from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership
from apps.parties.roles import ROLE_LABELS, Role, role_called
from apps.rehearsal.channels import Direct
from apps.rehearsal.engines import InProcess
from apps.rehearsal.runner import Runner
from apps.rehearsal.scenario import Scenario
from kernel import clock, entropy
from kernel.actors import SYSTEM, Duty
from kernel.acts.act import Act
from kernel.clock import BEIJING, SimulatedClock
from tests.factories.actors import token_for

CANARIES = {
    "a": "金丝雀甲市人民政府",
    "b": "金丝雀乙水厂建设单位",
    "c": "金丝雀丙市人民政府",
    "d": "金丝雀丁机场建设单位",
}
"""Names of bidders, found nowhere else."""

STAFF = ("trading_centre", "provincial_dnr", "finance", "supervisor")
FAR = ("far_seller", *(f"far_{role}" for role in STAFF))
"""A county and the offices of another province."""
_FIELD = ("city", "measurer", "county_finance", "auditor")
FIELD = (*_FIELD, *(f"far_{each}" for each in _FIELD))
"""Who verifies quota, books its proceeds and audits them, in both provinces."""
ROLES = ("public", "seller", "a", "b", "c", "d", "outsider", *STAFF, *FAR, *FIELD, "platform")
PARTY_OF = {
    **{each: each for each in ("trading_centre", "provincial_dnr", "finance", "platform")},
    "county_government": "seller",
    "site_project_unit": "b",
    "city_dnr": "city",
    "measurer": "measurer",
    "county_finance": "county_finance",
    "auditor": "auditor",
}
"""Who of the market stands for a role."""


def at(text: str) -> datetime:
    """An instant of 2026 on Beijing's clock: "03-05T09:00"."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


def _step(when: str, by: str, do: str, **rest: Any) -> dict[str, Any]:
    return {"at": f"2026-{when}", "by": by, "do": do, **rest}


def _opinion(when: str, by: str, opinion: str) -> dict[str, Any]:
    return _step(when, by, "review.decide", opinion=opinion, outcome="pass")


def _deposit(when: str, of: str, entry: str, amount: str = "200000.00") -> dict[str, Any]:
    return _step(when, "bank", "deposit.arrive", of=of, amount=amount, payer=CANARIES[of], entry=entry)


SCRIPT = [
    _step("03-02T10:00", "seller", "listing.submit"),
    _opinion("03-04T10:00", "provincial_dnr", "legality"),
    _opinion("03-04T11:00", "provincial_dnr", "validity"),
    _opinion("03-04T14:00", "trading_centre", "eligibility"),
    _step(
        "03-05T09:00",
        "trading_centre",
        "announcement.publish",
        registration_closes="2026-03-20T00:00",
        bidding_opens="2026-03-25T09:00",
        bidding_closes="2026-03-30T10:00",
    ),
    _step("03-10T09:30", "a", "registration.submit"),
    _step("03-10T09:40", "b", "registration.submit"),
    _step("03-10T09:50", "d", "registration.submit"),
    _step("03-11T09:30", "trading_centre", "registration.decide", of="a", outcome="qualified"),
    _step("03-11T09:40", "trading_centre", "registration.decide", of="b", outcome="qualified"),
    _step(
        "03-11T09:50", "trading_centre", "registration.decide", of="d", outcome="rejected", reason="材料不实"
    ),
    _deposit("03-12T15:00", "a", "B-0001"),
    _deposit("03-12T15:10", "b", "B-0002"),
    _deposit("03-12T15:20", "d", "B-0003"),
    _deposit("03-12T15:30", "b", "B-0004", "1.00"),
    _step("03-18T10:00", "c", "registration.submit"),
    _step("03-19T10:00", "trading_centre", "registration.decide", of="c", outcome="qualified"),
    _step("03-25T09:00:01", "a", "bid.place", unit_price="50000.00"),
    _step("03-25T09:01:00", "b", "bid.place", unit_price="55000.00"),
    _step("03-25T09:02:00", "b", "bid.place", unit_price="56000.00"),
    _step("03-31T09:00", "trading_centre", "confirmation.issue"),
    _step("04-01T09:00", "seller", "contract.sign"),
    _step("04-01T09:10", "b", "contract.sign"),
    _step("04-01T09:20", "trading_centre", "contract.sign"),
    _step(
        "04-03T10:00",
        "bank",
        "payment.arrive",
        amount="900000.00",
        payer=CANARIES["b"],
        entry="P-0001",
    ),
    _step("04-07T10:00", "provincial_dnr", "transfer.execute"),
    _step("04-08T10:00", "trading_centre", "filing.submit"),
    _step("04-09T10:00", "provincial_dnr", "filing.accept"),
    _step("04-10T10:00", "trading_centre", "publication.start"),
    _step("04-13T10:00", "public", "objection.raise", text="数量存疑", name="王五", contact="13700000000"),
]

UNDECIDED = at("03-18T12:00")
"""a and b are in, d was rejected, c waits for a decision."""

BIDDING = at("03-26T09:00")
"""Everybody was decided; b leads."""

DONE = at("04-13T12:00")
"""The result is being published, and somebody has objected."""


def _body(until: datetime) -> dict[str, Any]:
    county = {"kind": "county_government"}
    return {
        "case": "api",
        "title": "通许县补充耕地指标",
        "start": "2026-03-02T09:00:00+08:00",
        "organisations": {
            "seller": {**county, "name": "通许县人民政府", "region": "410222"},
            "a": {**county, "name": CANARIES["a"], "region": "410184"},
            "b": {"kind": "site_project_unit", "name": CANARIES["b"], "region": "410100"},
            "c": {**county, "name": CANARIES["c"], "region": "410181"},
            "d": {"kind": "site_project_unit", "name": CANARIES["d"], "region": "410100"},
            "outsider": {**county, "name": "旁观县人民政府", "region": "410223"},
        },
        "project": {
            "name": "通许县土地整治项目",
            "approval_no": "汴整〔2024〕1号",
            "acceptance_no": "汴验〔2025〕1号",
            "region": "410222",
            "parts": [
                {
                    "kind": "farmland_area",
                    "land_class": "irrigated",
                    "quantity": "20.0000",
                    "grade_before": 16,
                    "grade_after": 7,
                }
            ],
        },
        "batch": {
            "certificate_no": "豫储〔2025〕1号",
            "farmland_area": "20.0000",
            "paddy_area": "0",
            "grain_capacity": "18000",
        },
        "listing": {
            "farmland_area": "20.0000",
            "paddy_area": "0",
            "grain_capacity": "18000",
            "grade": 7,
            "starting_price": "50000.00",
            "price_unit": "yuan_per_mu",
            "increment": "5000.00",
        },
        "script": [
            step for step in SCRIPT if datetime.fromisoformat(step["at"]).replace(tzinfo=BEIJING) <= until
        ],
        "stop_at": until.isoformat(),
    }


@dataclass
class Market:
    """A lot, its participants, and the clock they live by."""

    runner: Runner
    clock: SimulatedClock

    @property
    def listing_id(self) -> int:
        """The lot."""
        return self.runner.listing_id

    def member(self, role: str, duty: Duty = Duty.OPERATOR) -> Membership:
        """Somebody of a party."""
        kept = self.runner.participants.members(role, duty)[0]
        return Membership.objects.select_related("person", "organisation").get(pk=kept.pk)

    def organisation_id(self, role: str) -> int:
        """A party's id."""
        return self.runner.participants.organisations[role].pk

    def asked_by(self, role: str, duty: Duty = Duty.OPERATOR) -> APIClient:
        """A client of somebody of a party, by token; nobody's for the public. Errors become answers."""
        client = APIClient(raise_request_exception=False)
        if role != "public":
            key = token_for(self.member(role, duty).person)
            client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return client

    def doer(self, act: Act) -> str:
        """A party whose role may do an act."""
        return next(
            party for role, party in PARTY_OF.items() if act.capability in role_called(role).capabilities
        )

    @property
    def root(self) -> str:
        """The lot's address."""
        return f"/api/v1/listings/{self.listing_id}/"


def played(until: datetime) -> Runner:
    """The lot played up to `until` in the present database, for good."""
    case = Scenario.model_validate(_body(until))
    with entropy.seeded("api"), clock.simulated(case.start) as moved:
        runner = Runner(case=case, channel=Direct(), engine=InProcess(), clock=moved)
        runner.play()
        _add_platform(runner, now=moved.now())
    return runner


@contextmanager
def market_at(until: datetime, runner: Runner) -> Iterator[Market]:
    """The lot as it stands at `until`, with the clock standing there; whatever happens to it is undone."""
    with entropy.seeded("api test"), clock.simulated(until) as moved, transaction.atomic():
        yield Market(runner, moved)
        transaction.set_rollback(True)


def _add_platform(runner: Runner, *, now: datetime) -> None:
    """Platform administration, who verifies surplus quota, a county and the offices of another province."""
    _add(runner, "platform", Role.PLATFORM, "平台管理处", "410000", now=now)
    _add(runner, "city", Role.CITY_DNR, "开封市自然资源局", "410200", now=now)
    _add(runner, "measurer", Role.MEASURER, "演示测绘院", "410100", now=now)
    _add(runner, "county_finance", Role.FINANCE, "通许县财政局", "410222", now=now)
    _add(runner, "auditor", Role.AUDITOR, "河南演示审计机构", "410000", now=now)
    _add(runner, "far_city", Role.CITY_DNR, "长沙市自然资源和规划局", "430100", now=now)
    _add(runner, "far_measurer", Role.MEASURER, "湖南演示测绘院", "430100", now=now)
    _add(runner, "far_county_finance", Role.FINANCE, "长沙县财政局", "430121", now=now)
    _add(runner, "far_auditor", Role.AUDITOR, "湖南演示审计机构", "430000", now=now)
    _add(runner, "far_seller", Role.COUNTY_GOVERNMENT, "长沙县人民政府", "430121", now=now)
    for role in (Role.TRADING_CENTRE, Role.PROVINCIAL_DNR, Role.FINANCE, Role.SUPERVISOR):
        _add(runner, f"far_{role}", role, f"湖南省{ROLE_LABELS[role]}单位", "430000", now=now)


def _add(runner: Runner, key: str, role: Role, name: str, region: str, *, now: datetime) -> None:
    body = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
    runner.participants.organisations[key] = body
    runner.participants.people[key] = [
        register_person(
            username=f"{key}.{duty}", name="演示人员", organisation=body, duty=duty, by=SYSTEM, now=now
        )
        for duty in Duty
    ]
