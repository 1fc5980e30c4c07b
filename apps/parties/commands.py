"""Registering organisations and people, and what defaults do to them."""

import csv
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.parties import rivals, rules
from apps.parties.events import OrganisationDescribed
from apps.parties.models import Bar, Debt, Invitation, Membership, Organisation, Person, Region, SellerFlag
from apps.parties.names import (
    ACCOUNT_INVITE,
    ACCOUNT_SWITCH,
    MEMBERSHIP_END,
    MEMBERSHIP_GRANT,
    ORGANISATION_CHANGE,
    ORGANISATION_DESCRIBE,
    ORGANISATION_REGISTER,
    PERSON_REGISTER,
)
from apps.parties.queries import seated_in, superiors
from apps.parties.roles import KINDS_REGISTERED, Can, Role, administers, role_called
from kernel import entropy
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import PUBLIC, SYSTEM, Actor, Duty
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found
from kernel.events import emit
from kernel.money import Yuan
from kernel.text import folded, kept_line

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


INVITATION_LASTS = timedelta(days=7)


def _release(act: str, slot: str, *, subject_id: int = 0, by: Actor, now: datetime) -> None:
    """What one administrator prepared, another releases. The exchange itself, when it is set up, needs neither."""
    if by is not SYSTEM:
        access.release(act=act, slot=slot, subject_id=subject_id, by=by, now=now)


def _named(name: str) -> str:
    """A name as it is kept, wherever it comes from: it will be printed on certificates and contracts."""
    try:
        return kept_line(name)
    except ValueError as error:
        raise Refused.because(Code.INVALID, f"名称{error}", field="name") from error


@transaction.atomic
def register_organisation(
    *, kind: Role, name: str, region: str, by: Actor, now: datetime, superior: Organisation | None = None
) -> Organisation:
    """Record an organisation that takes part. Finance (财政) of a division below a province becomes `county_finance`.

    Refuses: not_permitted (platform administration registers), invalid (unknown region, name in use, a kind that sits
    at another level of the divisions).
    """
    _require_administration(by)
    _release(ORGANISATION_REGISTER, name, by=by, now=now)
    if kind not in KINDS_REGISTERED and by is not SYSTEM:
        raise Refused.because(Code.INVALID, "该类型为平台内部类型，不能登记。", kind=str(kind))
    name = _named(name)
    kind = seated_in(kind, region)
    if Organisation.objects.filter(kind=kind, name_key=folded(name)).exists():
        raise Refused.because(Code.INVALID, f"“{name}”已登记，请勿重复登记。", name=name)
    made = Organisation.objects.create(
        kind=kind,
        name=name,
        region_id=region,
        superior=superior,
        administers=administers(kind),
        created_at=now,
    )
    audit.record(
        verb=ORGANISATION_REGISTER,
        by=by,
        now=now,
        subject=made,
        after={"kind": kind, "name": name, "region": region},
    )
    return made


@transaction.atomic
def external_province(*, region: str, now: datetime) -> Organisation:
    """Another province as a holder of quota that has left this one: nobody's employer, one for each code.

    Who makes it at the same time is waited for. Refuses: invalid (no province has this code).
    """
    found = Region.objects.filter(pk=region, parent=None).first()
    if found is None:
        raise Refused.because(
            Code.INVALID, f"没有行政区划代码为{region}的省级行政区，请核对。", region=region
        )
    known = Organisation.objects.filter(kind=Role.EXTERNAL_PROVINCE, region=found)
    made = known.first()
    if made is None:
        Region.objects.select_for_update(no_key=True).get(pk=found.pk)
        made = known.first()
    return made or register_organisation(
        kind=Role.EXTERNAL_PROVINCE, name=found.name, region=region, by=SYSTEM, now=now
    )


@transaction.atomic
def describe(
    *, credit_code: str, representative: str, address: str, phone: str, by: Actor, now: datetime
) -> Organisation:
    """Write down what a contract prints of the own organisation: its operator prepares, its approver releases.

    Refuses: not_permitted, same_person, duplicate_request (another organisation of the kind has the code).
    """
    require_capability(by, Can.TAKE_PART)
    access.release(act=ORGANISATION_DESCRIBE, subject_id=0, by=by, now=now)
    found = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    record_details(
        found, credit_code=credit_code, representative=representative, address=address, phone=phone
    )
    said = {"credit_code": credit_code, "representative": representative, "address": address, "phone": phone}
    audit.record(verb=ORGANISATION_DESCRIBE, by=by, now=now, subject=found, after=said)
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

    Refuses: not_permitted (only the exchange itself does it alone), invalid (username in use, an organisation that
    nobody works in).
    """
    if by is not SYSTEM:
        raise Refused.because(Code.NOT_PERMITTED, "人员登记须由两名平台管理人员分别经办、审核。")
    if Person.objects.filter(username=username).exists():
        raise Refused.because(Code.INVALID, f"用户名“{username}”已被使用，请更换。", username=username)
    _refuse_without_people(organisation)
    person = Person(username=username, name=_named(name), date_joined=now)
    person.password = password_hash or make_password(None)
    person.save()
    made = Membership.objects.create(person=person, organisation=organisation, duty=duty)
    audit.record(
        verb=PERSON_REGISTER, by=by, now=now, subject=made, after={"username": username, "duty": duty}
    )
    return made


def _refuse_without_people(organisation: Organisation) -> None:
    """`invalid` for another province: a holder of quota in the ledger, where nobody works and nobody signs in."""
    if Can.SIGN_IN not in role_called(organisation.kind).capabilities:
        raise Refused.because(
            Code.INVALID,
            f"“{organisation.name}”只作为指标去向和来源登记，不设人员和账号，请改选其他单位。",
            field="organisation_id",
        )


@transaction.atomic
def enrol(
    *,
    username: str,
    name: str,
    organisation_id: int,
    duty: Duty,
    by: Actor,
    now: datetime,
    phone: str = "",
    email: str = "",
) -> Membership:
    """Record a person with one duty; it signs in by an invitation. One administrator prepares, another releases.

    Refuses: not_permitted, same_person, not_found, invalid.
    """
    _require_administration(by)
    _release(PERSON_REGISTER, username, by=by, now=now)
    made = register_person(
        username=username,
        name=name,
        organisation=_organisation(organisation_id),
        duty=duty,
        by=SYSTEM,
        now=now,
    )
    Person.objects.filter(pk=made.person_id).update(phone=phone, email=email)
    audit.record(
        verb=PERSON_REGISTER,
        by=by,
        now=now,
        subject=made,
        after={"username": username, "name": name, "organisation": made.organisation.name, "duty": str(duty)},
    )
    return made


@transaction.atomic
def change_organisation(
    *, organisation_id: int, name: str, active: bool, by: Actor, now: datetime, superior_id: int | None = None
) -> Organisation:
    """Change an organisation's name, its superior, or whether it takes part. One prepares, another releases.

    Refuses: not_permitted, same_person, not_found, invalid (name in use, a superior that is itself or below it).
    """
    _require_administration(by)
    _release(ORGANISATION_CHANGE, "", subject_id=organisation_id, by=by, now=now)
    found = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if found is None:
        raise not_found("机构")
    if Organisation.objects.filter(kind=found.kind, name_key=folded(name)).exclude(pk=found.pk).exists():
        raise Refused.because(Code.INVALID, f"“{name}”已登记，请勿重复登记。", name=name)
    name = _named(name)
    before = {"name": found.name, "superior": found.superior_id, "active": found.active}
    found.name, found.active = name, active
    found.superior = _above(found, superior_id) if superior_id else None
    found.save(update_fields=["name", "name_key", "active", "superior"])
    audit.record(
        verb=ORGANISATION_CHANGE,
        by=by,
        now=now,
        subject=found,
        before=before,
        after={"name": name, "superior": superior_id, "active": active},
    )
    return found


def _above(body: Organisation, superior_id: int) -> Organisation:
    if body.pk in superiors(superior_id) | {superior_id}:
        raise Refused.because(
            Code.INVALID, f"{body.name}的上级单位不能是其自身或其下级，请重新选择。", field="superior_id"
        )
    return _organisation(superior_id)


@transaction.atomic
def grant(*, person_id: int, organisation_id: int, duty: Duty, by: Actor, now: datetime) -> Membership:
    """Give a person a duty in an organisation. One administrator prepares, another releases.

    Refuses: not_permitted, same_person, not_found, self_dealing (one of the two checks the other, both are on one
    running lot, or an administrator's trade duty), duplicate_request (there already), invalid (an organisation that
    nobody works in).
    """
    _require_administration(by)
    _release(MEMBERSHIP_GRANT, str(organisation_id), subject_id=person_id, by=by, now=now)
    person, organisation = _person(person_id), _organisation(organisation_id)
    _refuse_without_people(organisation)
    if Membership.objects.filter(person=person, organisation=organisation, active=True).exists():
        raise Refused.because(Code.DUPLICATE_REQUEST, f"{person}已在{organisation}任职，无需重复办理。")
    held = Membership.objects.filter(person=person, active=True).select_related("organisation")
    if any(each.organisation.administers != organisation.administers for each in held):
        raise Refused.because(
            Code.SELF_DEALING,
            f"平台管理人员不得兼任交易、监管等岗位，{person}须先解除原任职。",
            person=str(person),
        )
    if any(_check_each_other(organisation, each.organisation) for each in held):
        raise Refused.because(
            Code.SELF_DEALING,
            f"{person}现任职单位与{organisation}互为办理和审核、监督的岗位，不得由一人兼任；须先解除原任职。",
            person=str(person),
        )
    if any(rivals.meet(organisation.pk, each.organisation_id) for each in held):
        # Over what they meet is nobody's business here.
        raise Refused.because(
            Code.SELF_DEALING,
            f"{person}现任职单位与{organisation}的业务存在利害冲突，不得兼任；须先解除原任职。",
            person=str(person),
        )
    made, _ = Membership.objects.update_or_create(
        person=person, organisation=organisation, defaults={"duty": duty, "active": True}
    )
    audit.record(
        verb=MEMBERSHIP_GRANT,
        by=by,
        now=now,
        subject=made,
        before={"duties": [f"{each.organisation.name}：{each.duty}" for each in held]},
        after={"person": str(person), "organisation": organisation.name, "duty": str(duty)},
    )
    return made


def _check_each_other(one: Organisation, other: Organisation) -> bool:
    """Whether they are of one province, and one of them checks what the other does."""
    same = one.region_id[:2] == other.region_id[:2]
    return same and rules.keep_apart(role_called(one.kind).capabilities, role_called(other.kind).capabilities)


@transaction.atomic
def end_membership(*, membership_id: int, by: Actor, now: datetime) -> Membership:
    """End a duty; it counts from the next request. One administrator prepares, another releases.

    Refuses: not_permitted, same_person, not_found.
    """
    _require_administration(by)
    _release(MEMBERSHIP_END, "", subject_id=membership_id, by=by, now=now)
    found = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("person", "organisation")
        .filter(pk=membership_id, active=True)
        .first()
    )
    if found is None:
        raise not_found("任职")
    found.active = False
    found.save(update_fields=["active"])
    audit.record(
        verb=MEMBERSHIP_END,
        by=by,
        now=now,
        subject=found,
        before={"person": str(found.person), "organisation": found.organisation.name, "duty": found.duty},
        after={"active": False},
    )
    return found


@transaction.atomic
def set_active(*, person_id: int, active: bool, by: Actor, now: datetime) -> Person:
    """Let a person sign in, or not any more. One administrator prepares, another releases.

    Refuses: not_permitted, same_person, not_found.
    """
    _require_administration(by)
    _release(ACCOUNT_SWITCH, "", subject_id=person_id, by=by, now=now)
    person = _person(person_id)
    before = person.is_active
    person.is_active = active
    person.save(update_fields=["is_active"])
    audit.record(
        verb=ACCOUNT_SWITCH,
        by=by,
        now=now,
        subject=person,
        before={"active": before},
        after={"active": active},
    )
    return person


@transaction.atomic
def invite(*, person_id: int, by: Actor, now: datetime) -> tuple[Invitation, str]:
    """A way for a person to set a password, once, within seven days; earlier ones end, and so does the old password.

    Gives the row and the secret for its address, which is kept nowhere. One administrator prepares, another releases.
    Refuses: not_permitted, same_person, not_found.
    """
    _require_administration(by)
    _release(ACCOUNT_INVITE, "", subject_id=person_id, by=by, now=now)
    person = _person(person_id)
    Invitation.objects.filter(person=person, used_at=None).update(used_at=now)
    person.set_unusable_password()
    person.save(update_fields=["password"])
    secret = entropy.token(24, purpose=f"invitation {person_id}").hex()
    made = Invitation.objects.create(
        person=person,
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        made_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    audit.record(verb=ACCOUNT_INVITE, by=by, now=now, subject=made, after={"person": str(person)})
    return made, secret


@transaction.atomic
def accept_invitation(*, secret: str, password_hash: str, address: str, now: datetime) -> Person:
    """Set one's own password by an invitation, once. Refuses: not_found (unknown, used or over)."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(secret_sha256=digest, used_at=None, expires_at__gt=now)
        .first()
    )
    if found is None or not found.person.is_active:
        raise not_found("邀请")
    found.used_at = now
    found.save(update_fields=["used_at"])
    found.person.password = password_hash
    found.person.save(update_fields=["password"])
    who = Actor(found.person_id, found.person.name, 0, "", PUBLIC.role, None, address=address)
    audit.record(verb="account.accept", by=who, now=now, subject=found.person)
    return found.person


def _organisation(organisation_id: int) -> Organisation:
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise not_found("机构")
    return found


def _person(person_id: int) -> Person:
    found = Person.objects.select_for_update().filter(pk=person_id).first()
    if found is None:
        raise not_found("人员")
    return found


def _require_administration(by: Actor) -> None:
    if not by.can(Can.ADMINISTER) and not by.is_system:
        raise Refused.because(Code.NOT_PERMITTED, "主体与人员由平台管理人员登记。")


def bar(*, organisation_id: int, case_id: int, reason: str, since: datetime, until: datetime) -> Bar:
    """Keep an organisation from bidding until `until`, once per case it defaulted on."""
    made, _ = Bar.objects.get_or_create(
        organisation_id=organisation_id,
        case_id=case_id,
        defaults={"reason": reason, "since": since, "until": until},
    )
    return made


def flag_seller(*, organisation_id: int, case_id: int, reason: str, at: datetime) -> SellerFlag:
    """Mark a seller, once per case."""
    made, _ = SellerFlag.objects.get_or_create(
        organisation_id=organisation_id, case_id=case_id, defaults={"reason": reason, "at": at}
    )
    return made


def note_debt(*, organisation_id: int, case_id: int, reference: str, amount: Yuan, since: datetime) -> Debt:
    """A county has to bring proceeds back; until then nobody of it applies. Once for each reference."""
    made, _ = Debt.objects.get_or_create(
        reference=reference,
        defaults={
            "organisation_id": organisation_id,
            "case_id": case_id,
            "amount": amount,
            "since": since,
        },
    )
    return made


def settle_debt(*, reference: str, at: datetime) -> None:
    """What was to be brought back is there; nothing happens where nothing is owed under this reference."""
    Debt.objects.filter(reference=reference, settled_at=None).update(settled_at=at)
