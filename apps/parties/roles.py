"""Roles (角色) as one table of capabilities: what each kind of organisation may do and see. A new role is a row.

Acts, pages, deadlines and queries name a `Can`, never a role; whoever makes organisations names a `Role`.
"""

from collections.abc import Set
from enum import StrEnum, auto

from kernel.actors import PUBLIC_ROLE, SYSTEM_ROLE
from kernel.capabilities import Capability


class Can(Capability):
    """What a role may do or see."""

    # Everybody, and everybody who is signed in.
    SPEAK_UP = auto()  # raises objections (异议) and asks about lots (咨询), signed in or not
    SIGN_IN = auto()  # has a desk: prepares, releases, reads its notices
    TAKE_PART = (
        auto()
    )  # has a part in trades: describes itself, watches lots, reads what it may of the ledger
    # Traders.
    SELL = auto()  # registers projects (土地整治项目), applies to list (出让), is paid the price
    BUY = auto()  # applies to bid (竞买), bids, pays
    HOLD_QUOTA = auto()  # has quota in the ledger (指标台账), uses it, claims over its quality
    HOLD_ACCOUNTS = auto()  # registers the accounts on which it is paid (收款账户)
    SIGN_CONTRACTS = auto()  # signs the tripartite contract (三方合同) as one of its parties
    PROMISE_QUALITY = auto()  # signs that the quality of what it sells will be better (质量提升承诺)
    VOID_PROJECTS = auto()  # gives up a project of which nothing is booked (撤销项目登记)
    IMPORT = auto()  # brings projects or batches in bulk (批量导入、批量入库)
    UPLOAD_EVIDENCE = auto()  # uploads what it relies on (附件)
    # Offices.
    RUN_TRADES = auto()  # announces, qualifies, confirms, files, publishes (交易机构)
    DECIDE_FOR_PROVINCE = auto()  # books, transfers and writes off quota, makes the rules (省级主管部门)
    ISSUE_DOCUMENTS = auto()  # issues documents of its own, and mends a slip of the pen in one (文书更正)
    ENTER_FROM_OUTSIDE = auto()  # enters what bodies outside decided, and mends a slip in it (外部来文)
    REVIEW = auto()  # gives opinions in the triple review (三重审查)
    BOOK_MONEY = auto()  # imports bank entries, releases refunds and the price (财政)
    SUPERVISE = auto()  # reads the record, verifies its chains, looks into anomalies (监督)
    SEE_CASES = auto()  # sees every lot of its province: the exchange's own side
    OVERSEE = auto()  # sees what its province does as a whole: statistics, deadlines, rules, objections
    ANSWER_OBJECTIONS = auto()  # accepts and decides objections to cases of its own processes
    SEE_RESERVE = auto()  # sees the whole reserve (储备库) of its province
    SEE_EVIDENCE = auto()  # sees the evidence of others, as far as the close lets it
    WATCH_AUCTIONS = auto()  # watches running auctions (竞价监控), and hears when a record does not agree
    SEE_MONEY = auto()  # sees bank entries, refunds and reconciliation
    SEE_UNMATCHED_MONEY = auto()  # sees money that was not matched (未匹配款项)
    # Surplus quota (节余指标): verified before it is sold.
    HOLD_VERIFIED = auto()  # is the first holder (权属主体) of what is verified
    APPLY_FOR_VERIFICATION = auto()  # drafts, commissions and submits verifications (核定申报)
    ISSUE_CERTIFICATES = auto()  # issues its county's certificates (建设用地指标登记证)
    MEASURE = auto()  # measures what it is commissioned for, and nothing else (第三方核定)
    REVIEW_FOR_CITY = auto()  # first review of its prefecture's verifications (市级初审)
    WORK_ON_VERIFICATIONS = auto()  # has their list and pages on its desk
    RETURN_VERIFICATIONS = auto()  # returns with written reasons what it found wanting (退回补正)
    SEE_VERIFICATIONS = auto()  # sees the verifications of its region
    BOOK_FUNDS = auto()  # books shares of proceeds and compensation of its county (收益资金台账)
    AUDIT_FUNDS = auto()  # audits them, writes findings (审计)
    SEE_FUNDS = auto()  # has the ledger of proceeds of its county or region on its desk
    SEE_PAYEES = auto()  # reads to whom proceeds were paid, natural persons by name and account
    # Quota across provinces (跨省域调剂).
    APPLY_ACROSS_PROVINCES = auto()  # applies to give its surplus quota to other provinces (调出申请)
    TAKE_ACROSS_PROVINCES = auto()  # says what quota of other provinces it needs (调入需求)
    SEE_ADJUSTMENTS = auto()  # sees what its region gives to other provinces and takes from them
    WORK_ON_ADJUSTMENTS = auto()  # has the list and pages of what is given on its desk
    WORK_ON_DEMANDS = auto()  # has the list and pages of what is taken on its desk
    # Prices.
    COMPUTE_GUIDE_PRICES = auto()  # computes guide prices (指导价测算)
    # The platform.
    ADMINISTER = auto()  # registers organisations and people (平台管理); has no part in trades


def division_prefix(region: str) -> str:
    """How the codes of everything within a division begin: 2 digits of a province, 4, 6, 9 or 12 (GB/T 2260, 10114).

    A code is as long as its level, or filled up with zeros.
    """
    whole = region.ljust(12, "0")
    for length in (2, 4, 6, 9):
        if not whole[length:].strip("0"):
            return whole[:length]
    return whole


class Reach(StrEnum):
    """How far what a role sees of cases goes."""

    SITE = auto()
    PROVINCE = auto()
    REGION = auto()
    OWN = auto()

    def prefix(self, region: str) -> str | None:
        """How the divisions (GB/T 2260) begin that are seen from `region`; None when only what is one's own is seen."""
        match self:
            case Reach.SITE:
                return ""
            case Reach.PROVINCE:
                return region[:2]
            case Reach.REGION:
                return division_prefix(region)
            case Reach.OWN:
                return None


_PART = {Can.SPEAK_UP, Can.SIGN_IN, Can.TAKE_PART}
_BUYER = {*_PART, Can.BUY, Can.HOLD_QUOTA, Can.SIGN_CONTRACTS, Can.UPLOAD_EVIDENCE}
_SELLER = {
    *(*_BUYER, Can.SELL, Can.HOLD_ACCOUNTS, Can.VOID_PROJECTS, Can.IMPORT),
    *(Can.APPLY_FOR_VERIFICATION, Can.WORK_ON_VERIFICATIONS, Can.COMPUTE_GUIDE_PRICES, Can.ISSUE_DOCUMENTS),
}
_OFFICE = {*_PART, Can.SEE_CASES}
_OVERSEER = {*_OFFICE, Can.OVERSEE, Can.SEE_RESERVE, Can.SEE_EVIDENCE}
_CENTRE = {
    *(*_OVERSEER, Can.RUN_TRADES, Can.ANSWER_OBJECTIONS, Can.REVIEW, Can.SIGN_CONTRACTS, Can.UPLOAD_EVIDENCE),
    *(Can.WATCH_AUCTIONS, Can.SEE_UNMATCHED_MONEY, Can.COMPUTE_GUIDE_PRICES, Can.ISSUE_DOCUMENTS),
}
_PROVINCE = {
    *(*_OVERSEER, Can.DECIDE_FOR_PROVINCE, Can.REVIEW, Can.UPLOAD_EVIDENCE, Can.VOID_PROJECTS, Can.IMPORT),
    *(Can.SEE_VERIFICATIONS, Can.RETURN_VERIFICATIONS, Can.WORK_ON_VERIFICATIONS, Can.COMPUTE_GUIDE_PRICES),
    *(Can.SEE_ADJUSTMENTS, Can.WORK_ON_ADJUSTMENTS, Can.WORK_ON_DEMANDS, Can.ANSWER_OBJECTIONS),
    *(Can.ENTER_FROM_OUTSIDE, Can.ISSUE_DOCUMENTS),
}
_CITY = {
    *(*_PART, Can.REVIEW_FOR_CITY, Can.RETURN_VERIFICATIONS, Can.SEE_VERIFICATIONS, Can.UPLOAD_EVIDENCE),
    *(Can.WORK_ON_VERIFICATIONS, Can.SEE_ADJUSTMENTS, Can.WORK_ON_ADJUSTMENTS, Can.WORK_ON_DEMANDS),
}
_MEASURER = {*_PART, Can.MEASURE, Can.WORK_ON_VERIFICATIONS, Can.UPLOAD_EVIDENCE}
_COUNTY_FINANCE = {
    *_PART,
    Can.BOOK_FUNDS,
    Can.SEE_FUNDS,
    Can.SEE_PAYEES,
    Can.SEE_ADJUSTMENTS,
    Can.WORK_ON_ADJUSTMENTS,
    Can.WORK_ON_DEMANDS,
    Can.UPLOAD_EVIDENCE,
}
_AUDITOR = {
    *(
        *_PART,
        Can.AUDIT_FUNDS,
        Can.SEE_FUNDS,
        Can.SEE_PAYEES,
        Can.SEE_VERIFICATIONS,
        Can.WORK_ON_VERIFICATIONS,
    ),
    *(Can.SEE_ADJUSTMENTS, Can.WORK_ON_ADJUSTMENTS, Can.WORK_ON_DEMANDS, Can.UPLOAD_EVIDENCE),
    Can.ISSUE_DOCUMENTS,
}
_FINANCE = {
    *(*_OFFICE, Can.BOOK_MONEY, Can.HOLD_ACCOUNTS, Can.UPLOAD_EVIDENCE, Can.ENTER_FROM_OUTSIDE),
    *(Can.SEE_MONEY, Can.SEE_UNMATCHED_MONEY),
    *(Can.SEE_ADJUSTMENTS, Can.WORK_ON_ADJUSTMENTS, Can.WORK_ON_DEMANDS),
}
_SUPERVISOR = {
    *(*_OVERSEER, Can.SUPERVISE, Can.WATCH_AUCTIONS, Can.SEE_MONEY, Can.SEE_UNMATCHED_MONEY),
    *(Can.SEE_VERIFICATIONS, Can.WORK_ON_VERIFICATIONS),
    *(Can.SEE_ADJUSTMENTS, Can.WORK_ON_ADJUSTMENTS, Can.WORK_ON_DEMANDS),
}


class Role(StrEnum):
    """The table: code, Chinese name, capabilities, reach, where its desk (工作台) begins; two are no organisation's.

    The menu of a desk follows from the capabilities.
    """

    label: str
    capabilities: frozenset[Capability]
    reach: Reach
    home: str

    def __new__(
        cls, code: str, label: str, can: Set[Can], reach: Reach = Reach.OWN, home: str = "/desk/"
    ) -> "Role":
        """One row."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.label, made.capabilities, made.reach, made.home = label, frozenset(can), reach, home
        return made

    COUNTY_GOVERNMENT = (
        "county_government",
        "县（市、区）人民政府",
        {
            *(*_SELLER, Can.PROMISE_QUALITY, Can.HOLD_VERIFIED),
            *(Can.APPLY_ACROSS_PROVINCES, Can.WORK_ON_ADJUSTMENTS),
            *(Can.TAKE_ACROSS_PROVINCES, Can.WORK_ON_DEMANDS),
        },
    )
    DEVELOPMENT_ZONE = (
        "development_zone",
        "开发区管委会",
        {*_SELLER, Can.TAKE_ACROSS_PROVINCES, Can.WORK_ON_DEMANDS},
    )
    NATURAL_RESOURCES_BUREAU = (
        "natural_resources_bureau",
        "自然资源主管部门",
        {*_SELLER, Can.ISSUE_CERTIFICATES},
    )
    SITE_PROJECT_UNIT = "site_project_unit", "单独选址项目单位", _BUYER
    TRADING_CENTRE = "trading_centre", "交易机构", _CENTRE, Reach.PROVINCE
    PROVINCIAL_DNR = "provincial_dnr", "省级自然资源主管部门", _PROVINCE, Reach.PROVINCE
    FINANCE = "finance", "财政", _FINANCE, Reach.PROVINCE
    SUPERVISOR = "supervisor", "监督", _SUPERVISOR, Reach.PROVINCE
    CITY_DNR = "city_dnr", "市级自然资源主管部门", _CITY, Reach.REGION
    MEASURER = "measurer", "第三方核定机构", _MEASURER
    COUNTY_FINANCE = "county_finance", "县级财政", _COUNTY_FINANCE, Reach.REGION
    AUDITOR = "auditor", "审计机关", _AUDITOR, Reach.REGION
    EXTERNAL_PROVINCE = "external_province", "外省（区、市）", set[Can]()
    PLATFORM = "platform", "平台管理", {Can.SPEAK_UP, Can.SIGN_IN, Can.ADMINISTER}, Reach.OWN, "/desk/people/"
    SYSTEM = SYSTEM_ROLE, "系统", {Can.SPEAK_UP}, Reach.SITE
    PUBLIC = PUBLIC_ROLE, "社会公众", {Can.SPEAK_UP}


class Level(StrEnum):
    """At which level of the divisions (GB/T 2260) a code of six digits stands: its label, and how one knows it."""

    label: str
    form: str

    def __new__(cls, code: str, label: str, form: str) -> "Level":
        """One level."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.label, made.form = label, form
        return made

    PROVINCE = "province", "省级", "后四位为0000"
    PREFECTURE = "prefecture", "市级", "后两位为00"
    COUNTY = "county", "县级", "后两位不为00"


_BELOW_PROVINCE = (Level.PREFECTURE, Level.COUNTY)
_SEATS: dict[Role, tuple[Level, ...]] = {
    Role.COUNTY_GOVERNMENT: (Level.COUNTY,),
    Role.DEVELOPMENT_ZONE: _BELOW_PROVINCE,
    Role.NATURAL_RESOURCES_BUREAU: _BELOW_PROVINCE,
    Role.TRADING_CENTRE: (Level.PROVINCE,),
    Role.PROVINCIAL_DNR: (Level.PROVINCE,),
    Role.FINANCE: (Level.PROVINCE,),
    Role.SUPERVISOR: (Level.PROVINCE,),
    Role.CITY_DNR: (Level.PREFECTURE,),
    Role.COUNTY_FINANCE: (Level.COUNTY,),
    Role.EXTERNAL_PROVINCE: (Level.PROVINCE,),
}
"""At which levels a kind sits, for what it sees goes as far as its division; the others sit at any."""


def seats_of(kind: Role) -> tuple[Level, ...]:
    """At which levels organisations of this kind sit."""
    return _SEATS.get(kind, tuple(Level))


def levels_of(region: str, *, divided: bool) -> tuple[Level, ...]:
    """The level of a division; a prefecture that is not divided into counties (不设区的市) is one itself too."""
    match len(division_prefix(region)):
        case 2:
            return (Level.PROVINCE,)
        case 4:
            return (Level.PREFECTURE,) if divided else _BELOW_PROVINCE
        case _:
            return (Level.COUNTY,)


def seated(kind: Role, region: str, *, divided: bool = True) -> Role:
    """The role of an organisation of this kind that sits in a division: finance below a province is the county's.

    ValueError for one that does not sit there, with the role that it would have.
    """
    levels = levels_of(region, divided=divided)
    if kind is Role.FINANCE and Level.PROVINCE not in levels:
        kind = Role.COUNTY_FINANCE
    if set(levels).isdisjoint(seats_of(kind)):
        raise ValueError(kind)
    return kind


_BY_CODE = {str(each): each for each in Role}
ROLE_LABELS: dict[str, str] = {str(each): each.label for each in Role}
"""The Chinese name of each, by its code."""


def role_called(code: str) -> Role:
    """The row of this code; KeyError when there is none."""
    return _BY_CODE[code]


KINDS_REGISTERED: tuple[str, ...] = tuple(str(each) for each in Role if Can.TAKE_PART in each.capabilities)
"""Kinds of which organisations are registered; the others are the platform's own."""


def administers(kind: str) -> bool:
    """Whether people of this kind of organisation administer the platform: they hold no other duty."""
    return Can.ADMINISTER in role_called(kind).capabilities


def kinds_that(*any_of: Can) -> tuple[str, ...]:
    """The codes of the roles that have one of the capabilities, in the order of the table."""
    return tuple(str(each) for each in Role if not each.capabilities.isdisjoint(any_of))
