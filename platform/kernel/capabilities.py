"""What a role may do and see: the mechanism. Which roles and which capabilities there are, the trade declares.

A capability is a verb of the trade (卖出、竞买、记账…). A role has some of them. Acts, pages, deadlines and queries
name capabilities, so that a new role is one row of a table and no other line.
"""

from enum import StrEnum
from typing import Protocol


class Capability(StrEnum):
    """One thing that some roles may do or see. The trade's own enumeration extends this one."""


class DeclaredRole(Protocol):
    """A row of the table of roles."""

    @property
    def value(self) -> str:
        """The code under which it is stored."""

    @property
    def label(self) -> str:
        """Its Chinese name."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it may do and see."""


_roles: dict[str, DeclaredRole] = {}


def declare_roles(*roles: DeclaredRole) -> None:
    """Make the roles known, when the site starts. The same code twice is a programming error."""
    for role in roles:
        if role.value in _roles:
            raise ValueError(f"role {role.value} is declared twice")
        _roles[role.value] = role


def capabilities_of(code: str) -> frozenset[Capability]:
    """What the role of this code may do and see; nothing when nobody declared it."""
    found = _roles.get(code)
    return found.capabilities if found is not None else frozenset()


def named(*wanted: Capability) -> str:
    """The Chinese names of the roles that have one of the capabilities, as a refusal lists them."""
    found = (role for role in _roles.values() if not role.capabilities.isdisjoint(wanted))
    return "、".join(role.label for role in sorted(found, key=lambda role: role.value))
