"""What finance and those who are paid fill in."""

from typing import Any

from rest_framework import serializers

from apps.money import accounts, bound, commands, payments, rules
from apps.money.answers import (
    account_answer,
    balance_answer,
    cover_answer,
    decision_answer,
    entry_answer,
    line_answer,
)
from apps.money.models import (
    OUTCOME_LABELS,
    Answered,
    Outcome,
    SubAccount,
)
from apps.money.names import (
    ACCOUNT_CLOSE,
    ACCOUNT_REGISTER,
    MONEY_ANSWER,
    MONEY_BALANCE,
    MONEY_COVER,
    MONEY_DECIDE,
    MONEY_IMPORT,
    MONEY_LINE,
)
from apps.parties.roles import Can
from kernel.actors import Duty
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.money import ZERO, Yuan
from kernel.web.fields import (
    InstantInput,
    LegibleInput,
    LineInput,
    LinesInput,
    NumberInput,
    WholeInput,
    YuanInput,
)


class AccountNumberInput(LineInput):
    """A bank account's number, with or without spaces and dashes."""

    def to_internal_value(self, data: Any) -> str:
        """Digits and capitals alone."""
        try:
            return rules.account_number(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class EntryForm(serializers.Serializer[Any]):
    """One line of a bank statement."""

    reference = NumberInput(label="银行流水号", max_length=80)
    credited_number = NumberInput(label="入账账号", max_length=40)
    amount = YuanInput(label="金额（元）")
    payer_name = LegibleInput(label="付款人名称", max_length=200)
    payer_account = NumberInput(label="付款人账号", max_length=40, required=False, allow_blank=True)
    arrived_at = InstantInput(label="到账时间")

    def validate_amount(self, value: Yuan) -> Yuan:
        """A line of nothing is none."""
        if value <= ZERO:
            raise serializers.ValidationError("入账金额须大于零，请核对银行流水。")
        return value


class CoverForm(serializers.Serializer[Any]):
    """One account's statement: opening + credits − debits = closing."""

    account = NumberInput(label="对账单账号（归集账户或子账户）", max_length=40)
    covers_until = InstantInput(label="对账单截止时间")
    opening_balance = YuanInput(label="期初余额（元）")
    closing_balance = YuanInput(label="期末余额（元）")
    debit_total = YuanInput(label="支出合计（元）")
    credit_total = YuanInput(label="收入合计（元）", required=False)
    credit_count = WholeInput(label="收入笔数", min_value=0, max_value=10**6, required=False)


class BalanceForm(serializers.Serializer[Any]):
    """What an account held, as its reporter read it at the bank."""

    account = NumberInput(label="账号", max_length=40)
    at = InstantInput(label="余额时点")
    balance = YuanInput(label="余额（元）")


class DecisionForm(serializers.Serializer[Any]):
    """What becomes of money that is held."""

    outcome = serializers.ChoiceField(
        label="处理", choices=[(str(each), label) for each, label in OUTCOME_LABELS.items()]
    )
    remark = LinesInput(label="核实情况", max_length=280)

    def validate_outcome(self, value: str) -> Outcome:
        """One of the two."""
        return Outcome(value)


class AnswerForm(serializers.Serializer[Any]):
    """One line of the bank about a payment."""

    reference = NumberInput(label="银行流水号", max_length=80)
    account = NumberInput(label="付款账号", max_length=40)
    request_id = LineInput(
        label="付款指令号（EndToEndId）", max_length=40, required=False, allow_blank=True, default=""
    )
    outcome = serializers.ChoiceField(label="结果", choices=[("paid", "已付"), ("rejected", "退回")])
    amount = YuanInput(label="金额（元）")
    at = InstantInput(label="银行处理时间")

    def validate_outcome(self, value: str) -> Answered:
        """One of the two."""
        return Answered(value)


class AccountForm(serializers.Serializer[Any]):
    """An account of the own organisation."""

    name = LineInput(label="户名", max_length=200)
    bank = LineInput(label="开户银行", max_length=200)
    number = AccountNumberInput(label="账号", max_length=60)


def _lane_of_exceptional(exceptional_id: int) -> int | None:
    return (
        SubAccount.objects.filter(bank_entries__exceptional=exceptional_id)
        .values_list("case_id", flat=True)
        .first()
    )


SUBJECTS = (
    Subject("refund_id", "refunds", opaque=True),
    Subject("exceptional_id", "exceptions"),
    Subject("account_id", "accounts"),
)

ACTS = (
    Act(
        ACCOUNT_REGISTER,
        "登记收款账户",
        accounts.register,
        Can.HOLD_ACCOUNTS,
        subject="",
        form=AccountForm,
        two_persons=True,
        slot_by="number",
        binds=bound.account_bound,
        lane=no_lane,
        answer=account_answer,
        help="经办登记、审核核验后，方可在出让申请中选用；财政部门登记的账户用于缴库。",
    ),
    Act(
        ACCOUNT_CLOSE,
        "停用收款账户",
        accounts.close,
        Can.HOLD_ACCOUNTS,
        subject="account_id",
        two_persons=True,
        binds=bound.closing_bound,
        lane=no_lane,
        answer=account_answer,
    ),
    Act(
        MONEY_IMPORT,
        "录入单笔银行流水",
        commands.import_single,
        Can.BOOK_MONEY,
        subject="",
        form=EntryForm,
        two_persons=True,
        slot_by="reference",
        binds=bound.line_bound,
        lane=no_lane,
        answer=entry_answer,
        help="经办录入、审核核对后入账；所在对账单核对关闭后方计为到账。",
    ),
    Act(
        MONEY_LINE,
        "导入对账单流水",
        commands.import_entry,
        Can.BOOK_MONEY,
        subject="",
        form=EntryForm,
        duty=Duty.OPERATOR,
        lane=no_lane,
        answer=entry_answer,
        help="流水先入暂存，待两人核对关闭对账单后方计为到账。",
    ),
    Act(
        MONEY_COVER,
        "核对并关闭对账单",
        commands.cover,
        Can.BOOK_MONEY,
        subject="",
        form=CoverForm,
        two_persons=True,
        slot_by="account",
        binds=bound.cover_bound,
        lane=no_lane,
        answer=cover_answer,
        help="期初余额 + 收入 − 支出 = 期末余额，不平不能关闭。",
    ),
    Act(
        MONEY_BALANCE,
        "填报银行余额",
        commands.report_balance,
        Can.BOOK_MONEY,
        subject="",
        form=BalanceForm,
        duty=Duty.APPROVER,
        lane=no_lane,
        answer=balance_answer,
        help="由未导入、未关闭该对账单的另一人向银行查询后填报，用于与账面核对。",
    ),
    Act(
        MONEY_DECIDE,
        "处理暂存款项",
        commands.decide,
        Can.BOOK_MONEY,
        subject="exceptional_id",
        form=DecisionForm,
        two_persons=True,
        binds=bound.decision_bound,
        lane=_lane_of_exceptional,
        answer=decision_answer,
    ),
    Act(
        MONEY_ANSWER,
        "登记银行付款结果",
        payments.note_answer,
        Can.BOOK_MONEY,
        subject="",
        form=AnswerForm,
        duty=Duty.OPERATOR,
        lane=no_lane,
        answer=line_answer,
        help="付款结果先行登记，待两人核对关闭归集账户的对账单后方计入；银行退回的，届时重新列为待付。",
    ),
)
