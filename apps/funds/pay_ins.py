"""What was paid into the central account (缴入中央财政专户) for quota of other provinces, payment by payment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.funds import ledger
from apps.funds.ledger import Source
from apps.funds.models import PayIn
from apps.funds.states import CENTRAL, EXTERNAL, Reason
from kernel.actors import Actor
from kernel.errors import Code, Refused
from kernel.money import ZERO, Yuan
from kernel.text import folded


@dataclass(frozen=True)
class Voucher:
    """A payment as its voucher says (付款凭证); a number is used once in a province."""

    province: str
    payer: str
    number: str
    amount: Yuan
    paid_at: datetime


def pay_ins_of(case_id: int) -> QuerySet[PayIn]:
    """The payments of a case, the earliest first."""
    return PayIn.objects.filter(movement__source_id=case_id).order_by("id")


def paid_of(case_id: int) -> Yuan:
    """What the payments of a case come to."""
    return pay_ins_of(case_id).order_by().aggregate(total=Sum("amount"))["total"] or ZERO


def enter(voucher: Voucher, *, of: Source, by: Actor, now: datetime) -> PayIn:
    """Book one payment: it leaves whoever pays for the central account, and stays there.

    Its copy is the newest that the actor's organisation has handed in and that no payment was entered with. The caller
    holds the lanes of the case and of the organisation, and has refused what goes beyond P. Refuses: voucher_used,
    missing_document.
    """
    used = PayIn.objects.filter(province=voucher.province, voucher_key=folded(voucher.number)).first()
    if used is not None:
        raise Refused.because(
            Code.VOUCHER_USED,
            f"付款凭证“{voucher.number}”已登记缴款{used.amount:,}元，不能重复登记，请核对凭证号。",
            voucher_no=voucher.number,
            amount=str(used.amount),
        )
    movement = ledger.move(
        {EXTERNAL: -voucher.amount, CENTRAL: voucher.amount},
        of=of,
        reason=Reason.PAY_IN,
        once=f"pay_in:{of.case_id}:{pay_ins_of(of.case_id).count() + 1}",
        now=now,
    )
    return PayIn.objects.create(
        movement=movement,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
        province=voucher.province,
        payer=voucher.payer,
        voucher_no=voucher.number,
        amount=voucher.amount,
        paid_at=voucher.paid_at,
        attachment=_copy(of.case_id, by=by),
    )


def _copy(case_id: int, *, by: Actor) -> Attachment:
    found = copies_left(case_id, by=by).first()
    if found is None:
        raise Refused.because(
            Code.MISSING_DOCUMENT,
            "缺少本次缴款的《付款凭证》，此前已使用的凭证影像不能再次使用，请上传后再办理。",
            missing=str(AttachmentKind.PAYMENT_VOUCHER),
        )
    return found


def copies_left(case_id: int, *, by: Actor) -> QuerySet[Attachment]:
    """The copies of vouchers on a case with which the actor's organisation has entered no payment, the newest first."""
    mine = Attachment.objects.filter(
        case_id=case_id, organisation_id=by.organisation_id, kind=AttachmentKind.PAYMENT_VOUCHER
    )
    return mine.exclude(sha256__in=PayIn.objects.values("attachment__sha256")).order_by("-id")
