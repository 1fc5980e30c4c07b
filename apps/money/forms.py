"""What finance fills in."""

from typing import Any

from rest_framework import serializers

from apps.money import commands
from apps.money.commands import Imported
from apps.money.models import Refund, Statement, SubAccount
from kernel.actors import FINANCE
from kernel.acts.act import Act
from kernel.clock import iso
from kernel.web.fields import InstantInput, YuanInput


class EntryForm(serializers.Serializer[Any]):
    """One line of a bank statement."""

    reference = serializers.CharField(label="银行流水号", max_length=80)
    credited_number = serializers.CharField(label="入账账号", max_length=40)
    amount = YuanInput(label="金额（元）")
    payer_name = serializers.CharField(label="付款人名称", max_length=200)
    payer_account = serializers.CharField(label="付款人账号", max_length=40, required=False, allow_blank=True)
    arrived_at = InstantInput(label="到账时间")


class CoverForm(serializers.Serializer[Any]):
    """Up to when all entries are imported."""

    covers_until = InstantInput(label="流水已导入至")
    opening_balance = YuanInput(label="期初余额（元）", required=False)
    closing_balance = YuanInput(label="期末余额（元）", required=False)
    debit_total = YuanInput(label="支出合计（元）", required=False)
    credit_total = YuanInput(label="收入合计（元）", required=False)
    credit_count = serializers.IntegerField(label="收入笔数", min_value=0, max_value=10**6, required=False)


class PayeeForm(serializers.Serializer[Any]):
    """Whose refunds are released."""

    organisation_id = serializers.IntegerField(label="收款单位", min_value=1, max_value=2**62)


def _entry_answer(imported: Imported) -> dict[str, Any]:
    exception = imported.exception
    return {
        "entry": imported.entry.pk,
        "reference": imported.entry.reference,
        "exception": exception.code if exception else None,
        "message": exception.sentence if exception else "",
    }


def _refunds_answer(refunds: list[Refund]) -> dict[str, Any]:
    return {"refunds": [{"request_id": str(each.request_id), "amount": str(each.amount)} for each in refunds]}


def _refund_answer(refund: Refund) -> dict[str, Any]:
    return _refunds_answer([refund])


def _cover_answer(statement: Statement) -> dict[str, Any]:
    return {"covers_until": iso(statement.covers_until)}


def _lane_of_refund(refund_id: int) -> int | None:
    return (
        SubAccount.objects.filter(bank_entries__refunds=refund_id)
        .values_list("listing_id", flat=True)
        .first()
    )


def _no_lane(_: int) -> int | None:
    return None


ACTS = (
    Act(
        "money.import",
        "导入银行流水",
        commands.import_entry,
        FINANCE,
        subject="",
        form=EntryForm,
        lane=_no_lane,
        answer=_entry_answer,
    ),
    Act(
        "money.cover",
        "确认流水导入截止",
        commands.cover,
        FINANCE,
        subject="",
        form=CoverForm,
        lane=_no_lane,
        answer=_cover_answer,
    ),
    Act(
        "refund.release",
        "办理项目退款",
        commands.release_refunds,
        FINANCE,
        form=PayeeForm,
        two_persons=True,
        slot_by="organisation_id",
        answer=_refunds_answer,
    ),
    Act(
        "refund.release_one",
        "办理单笔退款",
        commands.release_refund,
        FINANCE,
        subject="refund_id",
        two_persons=True,
        lane=_lane_of_refund,
        answer=_refund_answer,
    ),
)
