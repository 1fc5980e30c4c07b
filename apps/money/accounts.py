"""Accounts into which money goes out (收款账户): registered by one person, verified by another, closed by two."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.money.gate import require_here
from apps.money.models import FiscalAccount, SubAccount
from apps.money.names import ACCOUNT_CLOSE, ACCOUNT_REGISTER
from apps.parties.roles import Can, kinds_that
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found


def is_common(account: str) -> bool:
    """Whether a number is that of the common account (归集账户), to which all sub-accounts belong."""
    return account == settings.COLLECTION_ACCOUNT["number"]


def require_ours(account: str, *, by: Actor) -> SubAccount | None:
    """The sub-account of a number, None for the common account. Refuses: not_found for any other, or elsewhere."""
    found = SubAccount.objects.filter(number=account).first()
    if found is not None:
        require_here(by, found.province, what="账户")
        return found
    if not is_common(account):
        raise Refused.because(
            Code.NOT_FOUND,
            f"账号{account}既不是本平台的归集账户（{settings.COLLECTION_ACCOUNT['number']}），也不是在用的子账户，请核对。",
            field="account",
        )
    return None


@transaction.atomic
def register(*, name: str, bank: str, number: str, by: Actor, now: datetime) -> FiscalAccount:
    """Register a fiscal account of the own organisation: its operator prepares, its approver verifies.

    Refuses: not_permitted, same_person, duplicate_request (it is there already).
    """
    require_capability(by, Can.HOLD_ACCOUNTS)
    access.release(act=ACCOUNT_REGISTER, slot=number, subject_id=0, by=by, now=now)
    return record(organisation_id=by.organisation_id, name=name, bank=bank, number=number, by=by, now=now)


def record(
    *, organisation_id: int, name: str, bank: str, number: str, by: Actor, now: datetime
) -> FiscalAccount:
    """Write a verified account down. Refuses: duplicate_request."""
    lanes.hold(lanes.ORGANISATION, organisation_id)
    if FiscalAccount.objects.filter(organisation_id=organisation_id, number=number, closed_at=None).exists():
        raise Refused.because(Code.DUPLICATE_REQUEST, "该账号已登记并核验，无需重复登记。", number=number)
    made = FiscalAccount.objects.create(
        organisation_id=organisation_id,
        name=name,
        bank=bank,
        number=number,
        verified_by_id=by.person_id,
        verified_at=now,
    )
    said = {"name": name, "bank": bank, "number": number}
    audit.record(verb=ACCOUNT_REGISTER, by=by, now=now, subject=made, after=said)
    return made


@transaction.atomic
def close(*, account_id: int, by: Actor, now: datetime) -> FiscalAccount:
    """Close one of the own accounts: no new lot and no new order names it; a signed contract keeps it.

    Refuses: not_permitted, same_person, not_found.
    """
    require_capability(by, Can.HOLD_ACCOUNTS)
    access.release(act=ACCOUNT_CLOSE, subject_id=account_id, by=by, now=now)
    found = own(account_id, organisation_id=by.organisation_id)
    found.closed_by_id, found.closed_at = by.person_id, now
    found.save(update_fields=["closed_by_id", "closed_at"])
    audit.record(verb=ACCOUNT_CLOSE, by=by, now=now, subject=found, after={"number": found.number})
    return found


def own(account_id: int, *, organisation_id: int) -> FiscalAccount:
    """An open account of an organisation. Refuses: not_found."""
    found = FiscalAccount.objects.filter(
        pk=account_id, organisation_id=organisation_id, closed_at=None
    ).first()
    if found is None:
        raise not_found("收款账户（须为本单位已核验且未停用的账户）")
    return found


def open_accounts(organisation_id: int) -> list[FiscalAccount]:
    """An organisation's open accounts, the newest first."""
    return list(FiscalAccount.objects.filter(organisation_id=organisation_id, closed_at=None).order_by("-id"))


def treasury(province: str) -> FiscalAccount | None:
    """The newest open account of the province's finance office; None where it has none."""
    found = FiscalAccount.objects.filter(
        organisation__kind__in=kinds_that(Can.BOOK_MONEY),
        organisation__active=True,
        organisation__region__code__startswith=province[:2],
        closed_at=None,
    )
    return found.order_by("-id").first()


def chosen(account_id: int, *, organisation_id: int) -> FiscalAccount:
    """The account of that id, or the newest one for 0. Refuses: not_found, missing_document (there is none)."""
    if account_id:
        return own(account_id, organisation_id=organisation_id)
    found = open_accounts(organisation_id)
    if not found:
        raise Refused.because(Code.MISSING_DOCUMENT, "本单位尚无已核验的收款账户，请先办理“登记收款账户”。")
    return found[0]
