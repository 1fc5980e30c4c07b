"""What a demonstration's organisations bring along: the details that a contract prints, and a verified account."""

from datetime import datetime

from django.db import transaction

from apps.money import accounts
from apps.money.models import FiscalAccount
from apps.parties.commands import record_details
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that
from apps.parties.rules import check_sign
from kernel.actors import SYSTEM


@transaction.atomic
def furnish(organisation: Organisation, *, now: datetime) -> FiscalAccount | None:
    """Give an organisation valid details, and those that are paid an account; the account, where there is one."""
    first = f"11{organisation.region_id}{organisation.pk:09d}"
    record_details(
        organisation,
        credit_code=first + check_sign(first),
        representative="演示测绘负责人" if organisation.kind in kinds_that(Can.MEASURE) else "演示负责人",
        address=f"{organisation.name}政务大楼（演示）",
        phone=f"0371-6{organisation.pk % 10**7:07d}",
    )
    if organisation.kind not in kinds_that(Can.HOLD_ACCOUNTS):
        return None
    return accounts.record(
        organisation_id=organisation.pk,
        name=f"{organisation.name}财政专户",
        bank="演示银行营业部",
        number=f"41{organisation.region_id}{organisation.pk:010d}",
        by=SYSTEM,
        now=now,
    )
