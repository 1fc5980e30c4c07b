"""What a county's finance fills in to pay out of a share, and to give back."""

from functools import partial
from typing import Any, TypedDict

from rest_framework import serializers

from apps.funds import payee_sheet
from apps.funds.models import Restitution, Spending
from apps.funds.payees import MOST_PAYEES, Paid
from apps.funds.rules import is_name_of_body
from apps.funds.spending import ReturnFacts, SpendingFacts
from apps.funds.states import BUCKET_LABELS, PAYEE_LABELS, POOL, PayeeKind, share_of
from apps.kinds.classes import DECLARATIONS
from apps.rulebook.proceeds import CATEGORY_LABELS
from kernel.money import ZERO
from kernel.web.fields import LineInput, LinesInput, NumberInput, WholeInput, YuanInput
from kernel.web.opaque import OpaqueInput


class FundPayeeForm(serializers.Serializer[Any]):
    """One payee."""

    kind = serializers.ChoiceField(label="类别", choices=list(PAYEE_LABELS.items()))
    payee = LineInput(label="收款人", max_length=100)
    payee_account = NumberInput(label="收款账号", max_length=40)
    amount = YuanInput(label="金额（元）")
    invoice_no = NumberInput(
        label="发票号（收款人为单位的必填）", max_length=80, required=False, allow_blank=True
    )

    def validate_amount(self, value: Any) -> Any:
        """Something is paid."""
        if value <= ZERO:
            raise serializers.ValidationError("金额须大于零。")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The payee as one value."""
        kind = PayeeKind(attrs["kind"])
        invoice_no = attrs.get("invoice_no", "")
        if kind is PayeeKind.PERSON and is_name_of_body(attrs["payee"]):
            raise serializers.ValidationError(
                {"kind": "收款人名称是单位名称，类别应为“单位”，并须填写发票（收据）号。"}
            )
        if kind is PayeeKind.BODY and not invoice_no:
            raise serializers.ValidationError({"invoice_no": "收款人为单位的，须填写发票（收据）号。"})
        return {"paid": Paid(kind, attrs["payee"], attrs["payee_account"], attrs["amount"], invoice_no)}


def _wrong_in(row: dict[str, Any]) -> dict[str, str]:
    form = FundPayeeForm(data=row)
    if form.is_valid():
        return {}
    return {name: "".join(str(each) for each in said) for name, said in form.errors.items()}


class SpendingForm(serializers.Serializer[Any]):
    """A payment out of a share."""

    category = serializers.ChoiceField(label="支出项目", choices=list(CATEGORY_LABELS.items()))
    plan_line = WholeInput(
        label="资金使用方案行号（有方案的须填写）",
        min_value=1,
        max_value=999,
        required=False,
        allow_null=True,
    )
    voucher_no = NumberInput(label="凭证号", max_length=80)
    purpose = LineInput(label="用途", max_length=200)
    project = LineInput(label="项目名称", max_length=200)
    attachment = OpaqueInput(of="attachment", label="凭证扫描件（先在收益页面上传）")
    loan_source = serializers.BooleanField(
        label=f"{DECLARATIONS['loan_source']}（声明）", required=False, allow_null=True
    )
    income_tied = serializers.BooleanField(
        label=f"{DECLARATIONS['income_tied']}（声明）", required=False, allow_null=True
    )
    payees = FundPayeeForm(  # type: ignore[call-arg]  # a list of them takes max_length
        label="收款人清单",
        many=True,
        allow_empty=False,
        max_length=MOST_PAYEES,
        style={
            "rows_from": partial(payee_sheet.payees_from_sheet, check=_wrong_in),
            "columns": tuple(payee_sheet.COLUMNS),
        },
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The payment as one value."""
        declared = {name: attrs.pop(name) for name in DECLARATIONS if attrs.get(name) is not None}
        return {
            "facts": SpendingFacts(
                category=attrs["category"],
                purpose=attrs["purpose"],
                project=attrs["project"],
                attachment_id=attrs["attachment"],
                payees=[each["paid"] for each in attrs["payees"]],
                declared=declared,
                plan_line=attrs.get("plan_line"),
            ),
            "voucher_no": attrs["voucher_no"],
        }


class SpendingAnswer(TypedDict):
    """What was paid, and the digest of its sheet."""

    movement: int
    amount: str
    payees: int
    sheet_sha256: str


def spending_answer(found: Spending) -> SpendingAnswer:
    """What a spending came to, without its payees."""
    return {
        "movement": found.movement_id,
        "amount": str(found.amount),
        "payees": found.payees.count(),
        "sheet_sha256": found.sheet_sha256,
    }


_RETURNABLE = {POOL: BUCKET_LABELS[POOL]} | {share_of(each): label for each, label in CATEGORY_LABELS.items()}


class FundReturnForm(serializers.Serializer[Any]):
    """What is given back, out of the pool or a share."""

    bucket = serializers.ChoiceField(label="退回科目", choices=list(_RETURNABLE.items()))
    amount = YuanInput(label="退回金额（元）")
    recipient = LineInput(label="退回单位", max_length=200)
    reason = LinesInput(label="退回理由", max_length=500)
    attachment = OpaqueInput(of="attachment", label="退回凭证扫描件（先在收益页面上传）")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The giving back as one value."""
        copy = attrs.pop("attachment")
        return {"facts": ReturnFacts(**attrs, attachment_id=copy)}


class ReturnAnswer(TypedDict):
    """What was given back."""

    movement: int
    amount: str


def return_answer(found: Restitution) -> ReturnAnswer:
    """What a giving back came to."""
    return {"movement": found.movement_id, "amount": str(found.amount)}
