"""Registering organisations and people, and what defaults do to them."""

import csv
from datetime import datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.parties.events import OrganisationDescribed
from apps.parties.models import Bar, Membership, Organisation, Person, Region, SellerFlag
from kernel.access import commands as access
from kernel.access.checks import require_role
from kernel.actors import OFFICIALS, TRADERS, Actor, Duty, Role
from kernel.audit import commands as audit
from kernel.errors import Code, Refused
from kernel.events import emit

REGIONS = Path(__file__).parent / "data" / "regions.csv"


@transaction.atomic
def load_regions(path: Path = REGIONS) -> int:
    """Load the GB/T 2260 divisions that are not there yet. Gives how many there are."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    Region.objects.bulk_create(
        [Region(code=row["code"], name=row["name"], parent_id=row["parent"] or None) for row in rows],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return Region.objects.count()


@transaction.atomic
def register_organisation(
    *, kind: Role, name: str, region: str, by: Actor, now: datetime, superior: Organisation | None = None
) -> Organisation:
    """Record an organisation that takes part.

    Refuses: not_permitted (platform administration registers), invalid (unknown region, name in use).
    """
    _require_administration(by)
    if not Region.objects.filter(pk=region).exists():
        raise Refused.because(Code.INVALID, f"行政区划代码{region}不存在，请按GB/T 2260填写。", region=region)
    if Organisation.objects.filter(kind=kind, name=name).exists():
        raise Refused.because(Code.INVALID, f"“{name}”已登记，请勿重复登记。", name=name)
    made = Organisation.objects.create(
        kind=kind, name=name, region_id=region, superior=superior, created_at=now
    )
    audit.record(
        verb="organisation.register",
        by=by,
        now=now,
        subject=made,
        after={"kind": kind, "name": name, "region": region},
    )
    return made


@transaction.atomic
def describe(
    *, credit_code: str, representative: str, address: str, phone: str, by: Actor, now: datetime
) -> Organisation:
    """Write down what a contract prints of the own organisation: its operator prepares, its approver releases.

    Refuses: not_permitted, same_person, duplicate_request (another organisation of the kind has the code).
    """
    require_role(by, TRADERS | OFFICIALS)
    access.release(act="organisation.describe", subject_id=0, by=by, now=now)
    found = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    record_details(
        found, credit_code=credit_code, representative=representative, address=address, phone=phone
    )
    said = {"credit_code": credit_code, "representative": representative, "address": address, "phone": phone}
    audit.record(verb="organisation.describe", by=by, now=now, subject=found, after=said)
    emit(OrganisationDescribed(organisation_id=found.pk, now=now))
    return found


def record_details(
    organisation: Organisation, *, credit_code: str, representative: str, address: str, phone: str
) -> None:
    """Store an organisation's details. Refuses: duplicate_request."""
    others = Organisation.objects.filter(kind=organisation.kind, credit_code=credit_code)
    if others.exclude(pk=organisation.pk).exists():
        raise Refused.because(
            Code.DUPLICATE_REQUEST, "该统一社会信用代码已由其他单位登记，请核对。", credit_code=credit_code
        )
    organisation.credit_code, organisation.representative = credit_code, representative
    organisation.address, organisation.phone = address, phone
    organisation.save(update_fields=["credit_code", "representative", "address", "phone"])


@transaction.atomic
def register_person(
    *,
    username: str,
    name: str,
    organisation: Organisation,
    duty: Duty,
    by: Actor,
    now: datetime,
    password_hash: str = "",
) -> Membership:
    """Record a person with one duty in an organisation.

    `password_hash` as `make_password` gives it; without one they cannot sign in yet.

    Refuses: not_permitted, invalid (username in use).
    """
    _require_administration(by)
    if Person.objects.filter(username=username).exists():
        raise Refused.because(Code.INVALID, f"用户名“{username}”已被使用，请更换。", username=username)
    person = Person(username=username, name=name, date_joined=now)
    person.password = password_hash or make_password(None)
    person.save()
    made = Membership.objects.create(person=person, organisation=organisation, duty=duty)
    audit.record(
        verb="person.register", by=by, now=now, subject=made, after={"username": username, "duty": duty}
    )
    return made


def _require_administration(by: Actor) -> None:
    if by.role not in (Role.PLATFORM, Role.SYSTEM):
        raise Refused.because(Code.NOT_PERMITTED, "主体与人员由平台管理人员登记。")


def bar(*, organisation_id: int, listing_id: int, reason: str, since: datetime, until: datetime) -> Bar:
    """Keep an organisation from bidding until `until`, once per listing it defaulted on."""
    made, _ = Bar.objects.get_or_create(
        organisation_id=organisation_id,
        listing_id=listing_id,
        defaults={"reason": reason, "since": since, "until": until},
    )
    return made


def flag_seller(*, organisation_id: int, listing_id: int, reason: str, at: datetime) -> SellerFlag:
    """Mark a seller, once per listing."""
    made, _ = SellerFlag.objects.get_or_create(
        organisation_id=organisation_id, listing_id=listing_id, defaults={"reason": reason, "at": at}
    )
    return made
