"""Who acts: a person, for one organisation, with duties there."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Kinds of organisation, which are the roles of the process (spec: who acts)."""

    COUNTY_GOVERNMENT = "county_government"
    DEVELOPMENT_ZONE = "development_zone"
    NATURAL_RESOURCES_BUREAU = "natural_resources_bureau"
    SITE_PROJECT_UNIT = "site_project_unit"
    TRADING_CENTRE = "trading_centre"
    PROVINCIAL_DNR = "provincial_dnr"
    FINANCE = "finance"
    SUPERVISOR = "supervisor"
    PLATFORM = "platform"
    SYSTEM = "system"
    PUBLIC = "public"


ROLE_LABELS: dict[Role, str] = {
    Role.COUNTY_GOVERNMENT: "县（市、区）人民政府",
    Role.DEVELOPMENT_ZONE: "开发区管委会",
    Role.NATURAL_RESOURCES_BUREAU: "自然资源主管部门",
    Role.SITE_PROJECT_UNIT: "单独选址项目单位",
    Role.TRADING_CENTRE: "交易机构",
    Role.PROVINCIAL_DNR: "省级自然资源主管部门",
    Role.FINANCE: "财政",
    Role.SUPERVISOR: "监督",
    Role.PLATFORM: "平台管理",
    Role.SYSTEM: "系统",
    Role.PUBLIC: "社会公众",
}

SELLERS = frozenset({Role.COUNTY_GOVERNMENT, Role.DEVELOPMENT_ZONE, Role.NATURAL_RESOURCES_BUREAU})
TRADERS = SELLERS | {Role.SITE_PROJECT_UNIT}
CENTRE = frozenset({Role.TRADING_CENTRE})
PROVINCE = frozenset({Role.PROVINCIAL_DNR})
FINANCE = frozenset({Role.FINANCE})
OFFICIALS = CENTRE | PROVINCE | FINANCE | {Role.SUPERVISOR}


class Duty(StrEnum):
    """What a person does in an organisation: prepares (经办) or releases (审核). Never both."""

    OPERATOR = "operator"
    APPROVER = "approver"


DUTY_LABELS: dict[Duty, str] = {Duty.OPERATOR: "经办", Duty.APPROVER: "审核"}


@dataclass(frozen=True)
class Actor:
    """A person acting for an organisation. `address` is where the request came from, for the audit record."""

    person_id: int
    person_name: str
    organisation_id: int
    organisation_name: str
    role: Role
    duty: Duty | None
    region: str = ""
    address: str = ""
    dry_run: bool = field(default=False, compare=False)
    """True while an operator's preparation is tried out as if it were released; nothing of it stays."""

    @property
    def is_person(self) -> bool:
        """Whether somebody signed in acts, not the system or a passer-by."""
        return self.role not in (Role.SYSTEM, Role.PUBLIC)


SYSTEM = Actor(0, "系统", 0, "系统", Role.SYSTEM, None)
"""The exchange itself, when a deadline acts."""

PUBLIC = Actor(0, "社会公众", 0, "社会公众", Role.PUBLIC, None)
"""Somebody who is not signed in."""
