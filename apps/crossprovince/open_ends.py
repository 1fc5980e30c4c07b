"""What is still open of an application's money: what is left of it, findings that nobody concluded, debts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from apps.crossprovince.models import Adjustment
from apps.funds.models import Account, Finding
from apps.funds.states import BUCKET_LABELS, POOL, is_share
from apps.parties.models import Debt
from kernel.money import ZERO


@dataclass(frozen=True)
class OpenEnds:
    """`left` is what the pool and the shares have, in yuan by bucket; debts are what is to be recovered."""

    left: Mapping[str, str]
    findings: int
    debts: int


def read_with() -> dict[str, ArraySubquery]:
    """The same to be read along with an application, whose row `ends_with` has it of."""
    holding = Account.objects.filter(holder=OuterRef("holder"), source=OuterRef("pk")).exclude(balance=ZERO)
    findings = Finding.objects.filter(source=OuterRef("pk"), conclusion__isnull=True)
    debts = Debt.objects.filter(case=OuterRef("pk"), settled_at=None)
    balance = Cast("balance", TextField())
    return {
        "holding": ArraySubquery(holding.values(json=JSONObject(bucket="bucket", balance=balance))),
        "findings_open": ArraySubquery(findings.order_by().values("pk")),
        "debts_open": ArraySubquery(debts.order_by().values("pk")),
    }


def ends_with(row: Adjustment) -> OpenEnds:
    """What is open of an application that was annotated with `read_with`."""
    holding = {each["bucket"]: each["balance"] for each in row.holding}  # type: ignore[attr-defined]
    left = {each: holding[each] for each in BUCKET_LABELS if each in holding and _is_left(each)}
    return OpenEnds(left, len(row.findings_open), len(row.debts_open))  # type: ignore[attr-defined]


def _is_left(bucket: str) -> bool:
    return bucket == POOL or is_share(bucket)


def open_ends_of(found: Adjustment) -> OpenEnds:
    """What is open of an application; one query."""
    return ends_with(Adjustment.objects.annotate(**read_with()).only("pk").get(pk=found.pk))
