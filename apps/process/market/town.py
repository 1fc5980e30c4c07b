"""Who takes part in the demonstration: offices, counties that sell, organisations that bid, and their people."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password

from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership, Organisation, Region
from apps.parties.queries import actor_of
from apps.process.rehearsal.furnishing import furnish
from kernel.actors import SYSTEM, Actor, Duty, Role

PROVINCE = "410000"
PASSWORD = "Demo-2026-farmland"

OFFICES = (
    (Role.TRADING_CENTRE, "centre", "河南省自然资源交易中心（演示）", 3),
    (Role.PROVINCIAL_DNR, "province", "河南省自然资源厅（演示）", 3),
    (Role.FINANCE, "finance", "河南省财政厅（演示）", 1),
    (Role.SUPERVISOR, "supervisor", "河南省公共资源交易监督办公室（演示）", 1),
    (Role.PLATFORM, "platform", "平台管理办公室（演示）", 1),
)
SELLERS = ("410222", "410223", "411628", "411725", "411724", "410724", "410726", "411322", "411324", "411521")
BUYERS = ("410122", "410184", "410185", "410181", "410311", "411002", "410782", "410883")
NICKNAMES = {
    "centre": "交易中心",
    "province": "省厅",
    "finance": "省财政",
    "supervisor": "监督办",
    "platform": "平台",
    "seller": "出让方",
    "bidder": "竞买方",
}
LOGINS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("出让方", ("seller1-op", "seller1-ap", "seller2-op", "seller2-ap")),
    ("竞买人", ("bidder1-op", "bidder1-ap", "bidder2-op", "bidder2-ap", "bidder3-op", "bidder3-ap")),
    ("交易机构", ("centre-op", "centre-ap", "centre-ap2", "centre-ap3")),
    ("省级主管部门", ("province-op", "province-ap", "province-ap2", "province-ap3")),
    ("财政", ("finance-op", "finance-ap")),
    ("监督", ("supervisor-op",)),
    ("平台管理", ("platform-op", "platform-ap")),
)
"""Whom one can sign in as in the demonstration: operators prepare (op 经办), approvers release (ap 审核)."""
UNITS = ("机场快线", "引水工程", "风电送出", "城际铁路")


@dataclass
class Town:
    """Organisations and their people by a short key, which is also the first part of their user names."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, list[Membership]] = field(default_factory=dict)

    def actor(self, key: str, duty: Duty = Duty.OPERATOR, number: int = 0) -> Actor:
        """One of a party's members with that duty."""
        found = [each for each in self.people[key] if each.duty == duty]
        return actor_of(found[number % len(found)], address="127.0.0.1")

    @property
    def sellers(self) -> list[str]:
        """Keys of the counties that sell."""
        return [key for key in self.organisations if key.startswith("seller")]

    @property
    def bidders(self) -> list[str]:
        """Keys of the organisations that bid."""
        return [key for key in self.organisations if key.startswith("bidder")]


def settle_town(*, now: datetime) -> Town:
    """Register everybody. All share one password, which the demonstration prints."""
    town = Town()
    secret = make_password(PASSWORD)
    for role, key, name, approvers in OFFICES:
        _move_in(town, key, role, name, PROVINCE, approvers=approvers, secret=secret, now=now)
    for number, code in enumerate(_existing(SELLERS), start=1):
        name = f"{Region.objects.get(pk=code).name}人民政府"
        _move_in(town, f"seller{number}", Role.COUNTY_GOVERNMENT, name, code, secret=secret, now=now)
    buyers = _existing(BUYERS)
    for number, code in enumerate(buyers, start=1):
        name = f"{Region.objects.get(pk=code).name}人民政府"
        _move_in(town, f"bidder{number}", Role.COUNTY_GOVERNMENT, name, code, secret=secret, now=now)
    for number, unit in enumerate(UNITS, start=len(buyers) + 1):
        name = f"演示{unit}项目建设单位"
        _move_in(town, f"bidder{number}", Role.SITE_PROJECT_UNIT, name, "410100", secret=secret, now=now)
    return town


def _existing(codes: tuple[str, ...]) -> list[str]:
    known = set(Region.objects.filter(pk__in=codes).values_list("pk", flat=True))
    return [code for code in codes if code in known]


def _move_in(
    town: Town,
    key: str,
    role: Role,
    name: str,
    region: str,
    *,
    secret: str,
    now: datetime,
    approvers: int = 1,
) -> None:
    organisation = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
    furnish(organisation, now=now)
    town.organisations[key] = organisation
    names = [
        ("op", Duty.OPERATOR),
        *((f"ap{number}" if number > 1 else "ap", Duty.APPROVER) for number in range(1, approvers + 1)),
    ]
    town.people[key] = [
        register_person(
            username=f"{key}-{suffix}",
            name=_person_name(key, duty, suffix[2:]),
            organisation=organisation,
            duty=duty,
            password_hash=secret,
            by=SYSTEM,
            now=now,
        )
        for suffix, duty in names
    ]


def _person_name(key: str, duty: Duty, number: str) -> str:
    """Who nobody is: 出让方1经办, 省厅审核2."""
    kind = key.rstrip("0123456789")
    return f"{NICKNAMES[kind]}{key[len(kind) :]}{'经办' if duty is Duty.OPERATOR else '审核'}{number}"
