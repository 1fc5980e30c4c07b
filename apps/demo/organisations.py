"""Who takes part in the demonstration: of each province its offices, selling counties, bidders, and their people."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password

from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership, Organisation, Region
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.rehearsal.furnishing import furnish
from kernel.actors import SYSTEM, Actor, Duty

CITY, MEASURER, COUNTY_FINANCE, AUDITOR = "city", "measurer", "treasury", "auditor"
PASSWORD = "Demo-2026-farmland"


@dataclass(frozen=True)
class Province:
    """A province of the demonstration. `login` stands before each of its user names, `sign` on its papers' numbers."""

    code: str
    name: str
    sign: str
    login: str
    capital: str
    sellers: tuple[str, ...]
    buyers: tuple[str, ...]
    units: tuple[str, ...]
    supervisor: str


HENAN = Province(
    code="410000",
    name="河南省",
    sign="豫",
    login="",
    capital="410100",
    sellers=(
        "410222",
        "410223",
        "411628",
        "411725",
        "411724",
        "410724",
        "410726",
        "411322",
        "411324",
        "411521",
    ),
    buyers=("410122", "410184", "410185", "410181", "410311", "411002", "410782", "410883"),
    units=("机场快线", "引水工程", "风电送出", "城际铁路"),
    supervisor="河南省公共资源交易监督办公室（演示）",
)
HUNAN = Province(
    code="430000",
    name="湖南省",
    sign="湘",
    login="hunan-",
    capital="430100",
    sellers=("430626", "430725", "430424", "431126", "430527"),
    buyers=("430181", "430121", "430281", "430482"),
    units=("湘江航道", "西部货运铁路"),
    supervisor="湖南省公共资源交易监督办公室（演示）",
)
PROVINCES = (HENAN, HUNAN)
"""The first is the demonstration's main one; its user names have nothing before them."""

NICKNAMES = {
    "centre": "交易中心",
    "province": "省厅",
    "finance": "省财政",
    "supervisor": "监督办",
    "platform": "平台",
    "city": "市局",
    "measurer": "测绘院",
    "treasury": "县财政",
    "auditor": "审计厅",
    "seller": "出让方",
    "bidder": "竞买方",
}
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("出让方", ("seller1-op", "seller1-ap", "seller2-op", "seller2-ap")),
    ("竞买人", ("bidder1-op", "bidder1-ap", "bidder2-op", "bidder2-ap", "bidder3-op", "bidder3-ap")),
    ("交易机构", ("centre-op", "centre-ap", "centre-ap2", "centre-ap3")),
    ("省级主管部门", ("province-op", "province-ap", "province-ap2", "province-ap3")),
    ("市级主管部门", ("city-op", "city-ap")),
    ("第三方核定机构", ("measurer-op", "measurer-ap")),
    ("财政", ("finance-op", "finance-ap")),
    ("县级财政", ("treasury-op", "treasury-ap")),
    ("审计机关", ("auditor-op", "auditor-ap")),
    ("监督", ("supervisor-op",)),
)
Groups = tuple[tuple[str, tuple[str, ...]], ...]
LOGINS: tuple[tuple[str, Groups], ...] = (
    *(
        (
            each.name,
            tuple((group, tuple(f"{each.login}{name}" for name in names)) for group, names in _GROUPS),
        )
        for each in PROVINCES
    ),
    ("全平台", (("平台管理", ("platform-op", "platform-ap")),)),
)
"""Whom one can sign in as, by province and role: operators prepare (op 经办), approvers release (ap 审核)."""


def login_names() -> frozenset[str]:
    """Every user name that the demonstration offers."""
    return frozenset(name for _, groups in LOGINS for _, names in groups for name in names)


@dataclass
class Organisations:
    """A province's organisations and their people by a short key, the same in every province: seller1, centre."""

    by_key: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, list[Membership]] = field(default_factory=dict)
    province: Province = HENAN

    def actor(self, key: str, duty: Duty = Duty.OPERATOR, number: int = 0) -> Actor:
        """One of a party's members with that duty."""
        found = [each for each in self.people[key] if each.duty == duty]
        return actor_of(found[number % len(found)], address="127.0.0.1")

    @property
    def sellers(self) -> list[str]:
        """Keys of the counties that sell."""
        return [key for key in self.by_key if key.startswith("seller")]

    @property
    def bidders(self) -> list[str]:
        """Keys of the organisations that bid."""
        return [key for key in self.by_key if key.startswith("bidder")]


def settle_organisations(*, now: datetime) -> list[Organisations]:
    """Register everybody in every province. All share one password, which the demonstration prints."""
    secret = make_password(PASSWORD)
    return [settle_province(now=now, province=each, secret=secret) for each in PROVINCES]


def settle_province(*, now: datetime, province: Province = HENAN, secret: str = "") -> Organisations:
    """Register everybody of one province; the platform's own administration lives in the first."""
    organisations = Organisations(province=province)
    secret = secret or make_password(PASSWORD)
    for role, key, name, approvers in _offices(province):
        _move_in(organisations, key, role, name, province.code, approvers=approvers, secret=secret, now=now)
    _settle_verifiers(organisations, secret=secret, now=now)
    for number, code in enumerate(_existing(province.sellers), start=1):
        name = f"{Region.objects.get(pk=code).name}人民政府"
        _move_in(organisations, f"seller{number}", Role.COUNTY_GOVERNMENT, name, code, secret=secret, now=now)
    buyers = _existing(province.buyers)
    for number, code in enumerate(buyers, start=1):
        name = f"{Region.objects.get(pk=code).name}人民政府"
        _move_in(organisations, f"bidder{number}", Role.COUNTY_GOVERNMENT, name, code, secret=secret, now=now)
    for number, unit in enumerate(province.units, start=len(buyers) + 1):
        name, key = f"演示{unit}项目建设单位", f"bidder{number}"
        _move_in(organisations, key, Role.SITE_PROJECT_UNIT, name, province.capital, secret=secret, now=now)
    return organisations


def _offices(province: Province) -> list[tuple[Role, str, str, int]]:
    """Role, key, name and number of approvers of each office."""
    name = province.name
    own = [
        (Role.TRADING_CENTRE, "centre", f"{name}自然资源交易中心（演示）", 3),
        (Role.PROVINCIAL_DNR, "province", f"{name}自然资源厅（演示）", 3),
        (Role.FINANCE, "finance", f"{name}财政厅（演示）", 1),
        (Role.SUPERVISOR, "supervisor", province.supervisor, 1),
    ]
    platform = (Role.PLATFORM, "platform", "平台管理办公室（演示）", 1)
    return [*own, platform] if province is PROVINCES[0] else own


def _settle_verifiers(organisations: Organisations, *, secret: str, now: datetime) -> None:
    """The city's office, a measurer of the capital, the county's finance, the province's auditor."""
    province = organisations.province
    prefecture = Region.objects.get(pk=f"{province.sellers[0][:4]}00")
    name = f"{prefecture.name}自然资源局（演示）"
    _move_in(organisations, CITY, Role.CITY_DNR, name, prefecture.pk, secret=secret, now=now)
    name = f"{province.name}演示测绘院"
    _move_in(organisations, MEASURER, Role.MEASURER, name, province.capital, secret=secret, now=now)
    county = Region.objects.get(pk=province.sellers[0])
    name = f"{county.name}财政局（演示）"
    _move_in(organisations, COUNTY_FINANCE, Role.COUNTY_FINANCE, name, county.pk, secret=secret, now=now)
    name = f"{province.name}审计厅（演示）"
    _move_in(organisations, AUDITOR, Role.AUDITOR, name, province.code, secret=secret, now=now)


def _existing(codes: tuple[str, ...]) -> list[str]:
    known = set(Region.objects.filter(pk__in=codes).values_list("pk", flat=True))
    return [code for code in codes if code in known]


def _move_in(
    organisations: Organisations,
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
    organisations.by_key[key] = organisation
    names = [
        ("op", Duty.OPERATOR),
        *((f"ap{number}" if number > 1 else "ap", Duty.APPROVER) for number in range(1, approvers + 1)),
    ]
    organisations.people[key] = [
        register_person(
            username=f"{organisations.province.login}{key}-{suffix}",
            name=_person_name(organisations.province, key, duty, suffix[2:]),
            organisation=organisation,
            duty=duty,
            password_hash=secret,
            by=SYSTEM,
            now=now,
        )
        for suffix, duty in names
    ]


def _person_name(province: Province, key: str, duty: Duty, number: str) -> str:
    """Who nobody is: 出让方1经办, 省厅审核2; of another province than the first 湖南出让方1经办."""
    kind = key.rstrip("0123456789")
    where = "" if province is PROVINCES[0] else province.name.removesuffix("省")
    return f"{where}{NICKNAMES[kind]}{key[len(kind) :]}{'经办' if duty is Duty.OPERATOR else '审核'}{number}"
