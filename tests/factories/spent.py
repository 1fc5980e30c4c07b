"""Distributed proceeds, and payments out of their shares: 12,300,000.00 for the farmers on 23 April."""

from typing import Any

from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.funds.models import Spending
from apps.process import uploads
from kernel.acts.perform import Done
from kernel.web.opaque import shown
from tests.factories.deal import at
from tests.factories.proceeds import COUNTY_FINANCE, Proceeds

WANG = {"kind": "person", "payee": "王小明", "payee_account": "6217000010001", "amount": "60000.00"}
LI = {"kind": "person", "payee": "李秀英", "payee_account": "6217000010002", "amount": "40000.00"}
BUILDER = {
    "kind": "body",
    "payee": "紫云县城乡建设有限公司",
    "payee_account": "5200001",
    "amount": "250000.00",
    "invoice_no": "24520000000001",
}


def paid_to(*rows: dict[str, str], **changes: Any) -> dict[str, Any]:
    """The facts of a payment to the farmers, but for the copy of its voucher."""
    return {
        "category": "farmers",
        "voucher_no": "记-2026-001",
        "purpose": "拆旧区农户补偿",
        "project": "紫云县复垦项目区",
        "loan_source": False,
        "income_tied": False,
        "payees": [dict(each) for each in rows or (WANG, LI)],
        **changes,
    }


def copy_of(
    proceeds: Proceeds, text: str = "凭证", *, key: str = COUNTY_FINANCE, when: str = "04-23 11:00"
) -> Attachment:
    """The copy of a voucher, uploaded."""
    return uploads.take_for_fund(
        proceeds.pool,
        name=f"{text}.pdf",
        content=small_pdf(text, [text]),
        by=proceeds.operator(key),
        now=at(when),
    )


def spend(
    proceeds: Proceeds,
    *rows: dict[str, str],
    when: str = "04-24 10:00",
    copy: Attachment | None = None,
    **changes: Any,
) -> Done:
    """Two persons of the county's finance pay."""
    facts = paid_to(*rows, **changes)
    copy = copy or copy_of(proceeds, f"凭证{Attachment.objects.count()}")
    facts["attachment"] = shown(copy.pk, "attachment")
    return proceeds.both(COUNTY_FINANCE, "funds.spend", when, subject=proceeds.pool.pk, **facts)


def last() -> Spending:
    """The newest payment."""
    return Spending.objects.latest("id")
