"""Who is who: organisations, their superiors, their people, their bars."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Length

from apps.parties.models import Bar, Debt, Invitation, Membership, Organisation, Person, Region
from apps.parties.roles import Can, Role, kinds_that, seated, seats_of
from kernel.actors import PUBLIC, Actor, Duty
from kernel.capabilities import named
from kernel.errors import Code, Refused
from kernel.text import folded


def is_another_province(body: Organisation) -> bool:
    """Whether it stands for a province to which quota has left: nobody's employer (`external_province`)."""
    return body.kind == Role.EXTERNAL_PROVINCE


def superiors(organisation_id: int) -> set[int]:
    """Ids of every organisation above this one."""
    found: set[int] = set()
    current = Organisation.objects.filter(pk=organisation_id).values_list("superior_id", flat=True).first()
    while current is not None and current not in found:
        found.add(current)
        current = Organisation.objects.filter(pk=current).values_list("superior_id", flat=True).first()
    return found


def bar_on(*, organisation_id: int, case_ids: list[int], now: datetime) -> Bar | None:
    """The bar that keeps an organisation from bidding: one that runs, or one from a case that is sold again."""
    bars = Bar.objects.filter(organisation_id=organisation_id, since__lte=now)
    return bars.filter(Q(until__gt=now) | Q(case_id__in=case_ids)).order_by("-until", "id").first()


def owed_of(references: Collection[str]) -> set[str]:
    """From which of these something follows that is still owed."""
    if not references:
        return set()
    found = Debt.objects.filter(reference__in=references, settled_at=None)
    return set(found.values_list("reference", flat=True))


def debt_of(organisation_id: int) -> Debt | None:
    """The oldest debt that is open of an organisation's county: it is owed by the county, whichever body applies."""
    region = Organisation.objects.filter(pk=organisation_id).values("region_id")
    found = Debt.objects.filter(organisation__region_id__in=region, settled_at=None)
    return found.select_related("organisation").order_by("id").first()


def require_no_debt(organisation_id: int) -> None:
    """Refuse use_banned while proceeds that an auditor wants recovered are not back (spec: cross-province, "Audit").

    For every application of a county to list or to adjust.
    """
    owed = debt_of(organisation_id)
    if owed is not None:
        raise Refused.because(
            Code.USE_BANNED,
            f"{owed.organisation.name}有审计追缴的收益资金{owed.amount:,}元尚未收回，收回并由县级财政冲回原记账前不得申请。",
            owed=str(owed.amount),
            since=owed.since.isoformat(),
        )


def office(capability: Can, *, province: str) -> Organisation:
    """The province's own office that has the capability: its centre, its department, its finance. Refuses: invalid.

    Never an office of a city or county in it, whatever that may do.
    """
    kinds = kinds_that(capability)
    found = Organisation.objects.filter(kind__in=kinds, region_id=f"{province[:2]}0000", active=True)
    first = found.order_by("id").first()
    if first is None:
        raise Refused.because(
            Code.INVALID, f"本省尚未登记{named(capability)}，请联系平台管理人员。", province=province
        )
    return first


def offices(capability: Can, *, province: str) -> list[Organisation]:
    """The province's own offices that have the capability, those that there are, oldest first."""
    found = Organisation.objects.filter(kind__in=kinds_that(capability), active=True)
    return list(found.filter(region_id=f"{province[:2]}0000").order_by("id"))


def open_invitation(secret: str, *, now: datetime) -> Invitation | None:
    """The invitation of this secret while it can still be used."""
    digest = hashlib.sha256(secret[:200].encode()).hexdigest()
    found = Invitation.objects.filter(
        secret_sha256=digest, used_at=None, expires_at__gt=now, person__is_active=True
    )
    return found.select_related("person").first()


def shares_people(organisation_id: int, *, with_ids: Collection[int]) -> bool:
    """Whether somebody is active in the organisation and in one of the others too."""
    mine = Membership.objects.filter(organisation_id=organisation_id, active=True).values("person_id")
    return Membership.objects.filter(person_id__in=mine, organisation_id__in=with_ids, active=True).exists()


def seated_in(kind: Role, region: str) -> Role:
    """The kind under which an organisation is kept that sits in a division: finance of a county is `county_finance`.

    Refuses: invalid (no such division, or none of a level at which the kind sits).
    """
    if not Region.objects.filter(pk=region).exists():
        raise Refused.because(Code.INVALID, f"行政区划代码{region}不存在，请按GB/T 2260填写。", region=region)
    try:
        return seated(kind, region, divided=Region.objects.filter(parent_id=region).exists())
    except ValueError as error:
        found: Role = error.args[0]
        wanted = "或".join(f"{each.label}（{each.form}）" for each in seats_of(found))
        raise Refused.because(
            Code.INVALID,
            f"{found.label}须登记在{wanted}行政区划，不能是{region}，请核对类型和行政区划代码。",
            field="region",
            region=region,
        ) from error


def in_province(by: Actor, code: str) -> Q:
    """Rows whose division or province, at the lookup `code`, lies in the actor's province: offices act in their own."""
    return Q(**{f"{code}__startswith": by.region[:2]})


def memberships(person: Person) -> list[Membership]:
    """The person's duties that are in force, oldest first."""
    found = Membership.objects.filter(person=person, active=True, organisation__active=True)
    return list(found.select_related("organisation", "person").order_by("id"))


def actor_of(membership: Membership, *, address: str = "") -> Actor:
    """The person acting in this duty."""
    return Actor(
        person_id=membership.person_id,
        person_name=membership.person.name,
        organisation_id=membership.organisation_id,
        organisation_name=membership.organisation.name,
        role=membership.organisation.kind,
        duty=Duty(membership.duty),
        region=membership.organisation.region_id,
        address=address,
    )


def actor_for(person: Person, *, membership_id: int | None = None, address: str = "") -> Actor:
    """The person as an actor, in the chosen duty or the only one. Somebody without a duty in force is the public.

    Read anew for every request, so that a right taken away is gone at the next one.
    """
    if not person.is_active:
        return PUBLIC
    found = memberships(person)
    if membership_id is not None:
        found = [each for each in found if each.pk == membership_id]
    return actor_of(found[0], address=address) if found else PUBLIC


def people_of_all(organisation_ids: Collection[int]) -> list[Membership]:
    """Active members of several organisations, with their people."""
    found = Membership.objects.filter(
        organisation_id__in=organisation_ids, active=True, person__is_active=True
    )
    return list(found.select_related("person").order_by("id"))


def people_of(organisation_id: int, *, duty: Duty | None = None) -> list[Membership]:
    """Active members of an organisation, with one duty or any."""
    found = Membership.objects.filter(organisation_id=organisation_id, active=True, person__is_active=True)
    if duty is not None:
        found = found.filter(duty=duty)
    return list(found.select_related("organisation", "person").order_by("id"))


def named_in(text: str, *, but: str) -> str:
    """The longest name of one that may bid that stands in a text, however it is written; empty when there is none.

    `but` is a name that everybody may write, such as the seller's; a name within it is no other's, one around it is.
    """
    whole, free = folded(text), folded(but)
    found = Organisation.objects.filter(kind__in=kinds_that(Can.BUY)).exclude(name_key=free)
    found = found.annotate(
        whole=Value(whole, output_field=TextField()),
        rest=Value(whole.replace(free, "\n") if free else whole, output_field=TextField()),
    )
    around = Q(whole__contains=F("name_key"), name_key__contains=free) if free else Q(pk=None)
    found = found.filter(Q(rest__contains=F("name_key")) | around)
    return found.order_by(Length("name_key").desc(), "id").values_list("name", flat=True).first() or ""


def called_apart(region: Region) -> str:
    """A division's name, with those above it before it where another division has the same name."""
    if not Region.objects.filter(name=region.name).exclude(pk=region.pk).exists():
        return region.name
    return f"{_above(region)}{region.name}"


def _above(region: Region) -> str:
    return f"{_above(region.parent)}{region.parent.name}" if region.parent else ""


def divisions_called(prefixes: Collection[str]) -> dict[str, str]:
    """What divisions are called whose codes (GB/T 2260) are given by their first digits: "5119" is 四川省巴中市.

    A code of none stands for itself.
    """
    codes = {each.ljust(6, "0"): each for each in prefixes if each}
    found = Region.objects.filter(pk__in=codes).select_related("parent__parent")
    return {each: each for each in codes.values()} | {
        codes[each.pk]: f"{_above(each)}{each.name}" for each in found
    }
