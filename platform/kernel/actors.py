"""Who acts: a person, for one organisation, with one duty there, in the role of the organisation."""

from dataclasses import dataclass, field
from enum import StrEnum

from kernel.capabilities import Capability, capabilities_of

SYSTEM_ROLE = "system"
PUBLIC_ROLE = "public"


class Duty(StrEnum):
    """What a person does in an organisation: prepares (经办) or releases (审核). Never both."""

    OPERATOR = "operator"
    APPROVER = "approver"


DUTY_LABELS: dict[Duty, str] = {Duty.OPERATOR: "经办", Duty.APPROVER: "审核"}


@dataclass(frozen=True)
class Actor:
    """A person acting for an organisation. `role` is the code of one that the trade declares; `address` is where the
    request came from, for the audit record.
    """

    person_id: int
    person_name: str
    organisation_id: int
    organisation_name: str
    role: str
    duty: Duty | None
    region: str = ""
    address: str = ""
    dry_run: bool = field(default=False, compare=False)
    """True while an operator's preparation is tried out as if it were released; nothing of it stays."""

    @property
    def is_person(self) -> bool:
        """Whether somebody signed in acts, not the system or a passer-by."""
        return self.role not in (SYSTEM_ROLE, PUBLIC_ROLE)

    @property
    def is_system(self) -> bool:
        """Whether the exchange itself acts."""
        return self.role == SYSTEM_ROLE

    def can(self, *any_of: Capability) -> bool:
        """Whether the actor's role has one of these capabilities. What it may do just now, the commands decide."""
        return not capabilities_of(self.role).isdisjoint(any_of)


SYSTEM = Actor(0, "系统", 0, "系统", SYSTEM_ROLE, None)
"""The exchange itself, when a deadline acts."""

PUBLIC = Actor(0, "社会公众", 0, "社会公众", PUBLIC_ROLE, None)
"""Somebody who is not signed in."""
