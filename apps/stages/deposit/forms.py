"""What giving money back takes."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.money import payments
from apps.money.models import Refund, SubAccount
from apps.money.names import REFUND_RELEASE, REFUND_RELEASE_ONE
from apps.parties.roles import Can
from apps.stages.deposit import bound
from kernel.acts.act import Act
from kernel.web.fields import WholeInput


class PayeeForm(serializers.Serializer[Any]):
    """Whose refunds are released."""

    organisation_id = WholeInput(label="收款单位", min_value=1, max_value=2**62)


class RefundAnswer(TypedDict):
    """One order to the bank, in yuan."""

    request_id: str
    amount: str


class RefundsAnswer(TypedDict):
    """Every refund that was released."""

    refunds: list[RefundAnswer]


def _refunds_answer(refunds: list[Refund]) -> RefundsAnswer:
    return {"refunds": [{"request_id": str(each.request_id), "amount": str(each.amount)} for each in refunds]}


def _refund_answer(refund: Refund) -> RefundsAnswer:
    return _refunds_answer([refund])


def _lane_of_refund(refund_id: int) -> int | None:
    return (
        SubAccount.objects.filter(bank_entries__refunds=refund_id).values_list("case_id", flat=True).first()
    )


def _release(*, listing_id: int, **facts: Any) -> list[Refund]:
    """All refunds of a lot to one payee."""
    return payments.release_refunds(case_id=listing_id, **facts)


ACTS = (
    Act(
        REFUND_RELEASE,
        "办理项目退款",
        _release,
        Can.BOOK_MONEY,
        form=PayeeForm,
        two_persons=True,
        slot_by="organisation_id",
        binds=bound.refunds_bound,
        answer=_refunds_answer,
        subject="listing_id",
    ),
    Act(
        REFUND_RELEASE_ONE,
        "办理单笔退款",
        payments.release_refund,
        Can.BOOK_MONEY,
        subject="refund_id",
        two_persons=True,
        binds=bound.refund_bound,
        lane=_lane_of_refund,
        answer=_refund_answer,
    ),
)
