"""Burdens on Ziyun's 800.0000 亩, and quota that is frozen, handed over and used under them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.kinds.table import QuotaKind
from apps.quota import commands as quota
from apps.quota.ledger import Line
from apps.quota.models import Account
from kernel.errors import Refusal, Refused
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.deal import SELLER, A, at
from tests.factories.sale import Sale

KIND = QuotaKind.CONSTRUCTION_AREA
NOW = at("03-02 08:00")


def no(act: Callable[[], Any]) -> Refusal:
    """The refusal of what must be refused; nothing has changed."""
    before = list(Account.objects.order_by("id").values_list("id", "balance"))
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    assert list(Account.objects.order_by("id").values_list("id", "balance")) == before
    return refused.value.refusal


def burdened(sale: Sale, amount: str | None = None, *, reason: str = "抵押合同1号", **more: Any) -> int:
    """A burden registered by two persons of the province, through the one gate."""
    data = {"reason": reason, **({str(KIND): amount} if amount is not None else {}), **more}
    done = sale.both(OFFICE, "quota.encumber", "03-02 08:00", subject=sale.batch.pk, **data)
    return int(done.answer["encumbrance"])


def lifted(sale: Sale, burden: int) -> None:
    """Lifted by two persons of the province."""
    sale.both(OFFICE, "quota.lift_encumbrance", "03-02 08:30", subject=burden)


def line(sale: Sale, amount: str) -> list[Line]:
    """So much of the batch."""
    return [Line(sale.batch.pk, KIND, Decimal(amount))]


def freeze(sale: Sale, amount: str) -> None:
    """The seller's quota is frozen for a case, as an application does it."""
    case_id = sale.batch.source_id or 0
    quota.freeze(line(sale, amount), holder_id=sale.organisation(SELLER).pk, case_id=case_id, now=NOW)


def hand_over(sale: Sale, amount: str, *, to: str = A) -> None:
    """What was frozen goes to a buyer."""
    quota.transfer(
        line(sale, amount), seller_id=sale.organisation(SELLER).pk, buyer_id=sale.organisation(to).pk,
        case_id=sale.batch.source_id or 0, now=NOW,
    )  # fmt: skip


def use(sale: Sale, key: str, amount: str, number: str = "建1号") -> None:
    """Used by two persons of its holder."""
    sale.both(
        key, "quota.use", "03-02 09:00", subject=0, construction_area=amount, land_use="industry",
        project_name="厂房", project_approval_no=number,
    )  # fmt: skip
