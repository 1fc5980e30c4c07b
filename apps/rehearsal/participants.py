"""The participants of a rehearsal: organisations, their people, and the quota behind the lot."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from apps.documents.commands import attach_made
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership, Organisation, Region
from apps.parties.queries import actor_of
from apps.parties.roles import Role, role_called
from apps.rehearsal.furnishing import furnish
from apps.rehearsal.scenario import BadScenario, Scenario, path_of
from apps.rulebook import cross_province, presets, price_tables, surplus
from apps.rulebook.commands import install
from apps.rulebook.prices import PriceParameters, why_not_approve
from kernel.actors import SYSTEM, Actor, Duty
from kernel.clock import written
from kernel.errors import Refused
from kernel.shapes import mistake

Made = TypeVar("Made")

_REVIEWERS = {Role.TRADING_CENTRE: 3, Role.PROVINCIAL_DNR: 3}
_OFFICES = {
    Role.TRADING_CENTRE: "自然资源交易中心",
    Role.PROVINCIAL_DNR: "自然资源厅",
    Role.FINANCE: "财政厅",
    Role.SUPERVISOR: "自然资源交易监督办公室",
}


@dataclass
class Participants:
    """Who plays, by the keys of the case."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, list[Membership]] = field(default_factory=dict)

    def key_of(self, organisation_id: int | None) -> str | None:
        """The case's key of an organisation; None for one that is not in it."""
        for key, organisation in self.organisations.items():
            if organisation.pk == organisation_id:
                return key
        return None

    def members(self, key: str, duty: Duty) -> list[Membership]:
        """Members of a party with one duty, in order."""
        return [each for each in self.people[key] if each.duty == duty]

    def person(self, key: str, name: str) -> Membership | None:
        """One member by its name in the case: operator, approver, reviewer2, …"""
        return next((each for each in self.people[key] if each.person.username == f"{key}.{name}"), None)

    def actor(self, key: str, duty: Duty = Duty.OPERATOR) -> Actor:
        """A party's first member with that duty."""
        return actor_of(self.members(key, duty)[0])


def assemble_participants(case: Scenario, *, now: datetime) -> Participants:
    """Register everybody and put the case's rules in force, in an empty database."""
    participants = Participants()
    province = case.province
    _install_rules(case, province=province, now=now)
    for role, name in _OFFICES.items():
        organisation = register_organisation(
            kind=role,
            name=f"{Region.objects.get(pk=province).name}{name}",
            region=province,
            by=SYSTEM,
            now=now,
        )
        _staff(participants, str(role), organisation, approvers=_REVIEWERS.get(role, 1), now=now)
    for key, body in case.organisations.items():
        superior = participants.organisations.get(body.superior) if body.superior else None
        try:
            organisation = register_organisation(
                kind=role_called(body.kind),
                name=body.name,
                region=body.region,
                superior=superior,
                by=SYSTEM,
                now=now,
            )
        except Refused as no:
            raise BadScenario(f"$.organisations.{key}", no.refusal.sentence) from no
        _staff(participants, key, organisation, approvers=1, now=now)
    participants.organisations["bank"], participants.people["bank"] = (
        participants.organisations["finance"],
        participants.people["finance"],
    )
    return participants


def _install_rules(case: Scenario, *, province: str, now: datetime) -> None:
    books = case.rulebooks.of_process(case.process)
    used = books.supplementary or case.rulebook
    at = "$.rulebooks.supplementary.set" if books.supplementary else "$.rulebook.set"
    rules = _made(at, presets.parameters, used.use, used.set)
    name = presets.NAMES[used.use]
    basis = presets.LEGAL_BASIS[used.use]
    verified = presets.VERIFIED_BASIS[used.use]
    install(
        province=province, name=name, legal_basis=basis, verified_basis=verified, parameters=rules, now=now
    )
    if (book := books.surplus) is not None:
        install(
            province=province,
            name=surplus.NAMES[book.use],
            legal_basis=surplus.LEGAL_BASIS[book.use],
            parameters=_made("$.rulebooks.surplus.set", surplus.parameters, book.use, book.set),
            now=now,
            subject=surplus.SURPLUS,
        )
    if (across := books.cross_province) is not None:
        install(
            province=province,
            name=cross_province.NAMES[across.use],
            legal_basis=cross_province.LEGAL_BASIS[across.use],
            parameters=_made(
                "$.rulebooks.cross_province.set", cross_province.parameters, across.use, across.set
            ),
            now=now,
            subject=cross_province.CROSS_PROVINCE,
            valid_to=cross_province.VALID_TO[across.use],
        )
    if (tables := books.prices) is not None:
        install(
            province=province,
            name=price_tables.NAMES[tables.use],
            legal_basis=price_tables.LEGAL_BASIS[tables.use],
            parameters=_prices(tables.use, tables.set),
            now=now,
            subject=price_tables.PRICES,
        )


def _made(
    at: str, parameters: Callable[[Any, dict[str, Any]], Made], use: str, changes: dict[str, Any]
) -> Made:
    """A preset with what the case changes of it. Raises `BadScenario` with the path of what is no rule."""
    try:
        return parameters(use, changes)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadScenario(path_of(first["loc"], below=at), mistake(first)) from error


def _prices(use: str, changes: dict[str, Any]) -> PriceParameters:
    """The same of price tables, of which no two rows are about one thing at once."""
    made = _made("$.rulebooks.prices.set", price_tables.parameters, use, changes)
    no = why_not_approve(made)
    if no is not None:
        raise BadScenario("$.rulebooks.prices.set.rows", no.sentence)
    return made


def _staff(
    participants: Participants, key: str, organisation: Organisation, *, approvers: int, now: datetime
) -> None:
    names = ["approver", *(f"reviewer{number}" for number in range(2, approvers + 1))]
    duties = [("operator", Duty.OPERATOR), *((name, Duty.APPROVER) for name in names)]
    furnish(organisation, now=now)
    participants.organisations[key] = organisation
    participants.people[key] = [
        register_person(
            username=f"{key}.{name}",
            name=f"演示{name}",
            organisation=organisation,
            duty=duty,
            by=SYSTEM,
            now=now,
        )
        for name, duty in duties
    ]


def attach_evidence(*, by: Actor, case_id: int | None, kinds: list[str], now: datetime) -> None:
    """Attach small generated PDFs of the required kinds."""
    for kind in kinds:
        attach_made(
            kind=AttachmentKind(kind),
            name=f"{kind}.pdf",
            content=small_pdf(
                AttachmentKind(kind).label,
                [f"演练材料 {case_id or '外部来文'}", by.organisation_name, written(now)],
            ),
            organisation_id=by.organisation_id,
            uploaded_by_id=by.person_id,
            case_id=case_id,
            now=now,
        )
