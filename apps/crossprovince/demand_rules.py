"""When a demand for quota of other provinces may go on, and what is paid for it. Areas in 亩, money in yuan, exact."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from apps.crossprovince.demand_states import LABELS, REVOCABLE, DemandStatus
from apps.crossprovince.rules import Prices, why_not_after, why_not_upheld
from kernel.clock import written
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, round_fen
from kernel.text import folded
from kernel.transitions import why_not_in


def expected_price(amount: Decimal, prices: Prices, *, province: str, planning_scale: bool) -> Yuan:
    """What a demand will come to at its own prices, before a scheme says so: area × (in price + addition)."""
    addition = prices.addition if planning_scale else Decimal(0)
    return round_fen(amount * (prices.in_price(province) + addition))


def why_not_at(status: DemandStatus, allowed: Iterable[DemandStatus]) -> Refusal | None:
    """`wrong_status` unless the demand stands where the act is done."""
    return why_not_in(status, sorted(allowed, key=list(DemandStatus).index), labels=LABELS)


def why_not_demanded(*, number: str, matched: Decimal, demanded: Decimal) -> Refusal | None:
    """`amount_exceeds` when a scheme's rows come to more than is needed."""
    if matched <= demanded:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"方案中对应需求{number}的各行合计{matched:,}亩，需求{demanded:,}亩，"
        f"超出{matched - demanded:,}亩，请核对方案文件。",
        {"matched": str(matched), "demanded": str(demanded), "difference": str(matched - demanded)},
    )


# --- a scheme in publication ---


def why_not_object(status: DemandStatus, *, ended: bool) -> Refusal | None:
    """`wrong_status` unless its scheme is in publication, and also once that is over though an objection holds it."""
    return why_not_at(status, {DemandStatus.PUBLICISED}) or why_not_after(ended=ended)


def why_not_dispute(*, status: DemandStatus, upheld: bool) -> Refusal | None:
    """`wrong_status` unless an objection to the published scheme was found right."""
    return why_not_at(status, {DemandStatus.PUBLICISED}) or why_not_upheld(upheld=upheld)


def why_not_revoke(*, status: DemandStatus, paid: Yuan) -> Refusal | None:
    """`wrong_status` before a scheme, or once money was paid in for it."""
    refusal = why_not_at(status, REVOCABLE)
    if refusal is None and paid:
        refusal = Refusal(
            Code.WRONG_STATUS,
            f"本需求已缴入资金{paid:,}元，不能登记收回方案，请先与部里核对。",
            {"paid": str(paid)},
        )
    return refusal


# --- paying in ---


def why_not_pay_in(*, status: DemandStatus, holds: int) -> Refusal | None:
    """`objection_open` while objections hold the scheme; `wrong_status` unless it is to be paid."""
    if status is DemandStatus.PUBLICISED and holds:
        return Refusal(
            Code.OBJECTION_OPEN,
            f"方案公示期间的{holds}件异议尚未办结，暂不能登记缴款，请先办结异议。",
            {"holds": str(holds)},
        )
    return why_not_at(status, {DemandStatus.PAYING})


def why_not_payment(*, amount: Yuan, before: Yuan, price: Yuan) -> Refusal | None:
    """`invalid` for nothing; `amount_exceeds` when the payments come to more than P."""
    if amount <= ZERO:
        return Refusal(Code.INVALID, "缴款金额须大于零。", {"field": "amount"})
    left = price - before
    if amount <= left:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"应缴{price:,}元，已缴{before:,}元，尚余{left:,}元，本次{amount:,}元超出{amount - left:,}元，请核对付款凭证。",
        {"payable": str(price), "paid": str(before), "left": str(left), "amount": str(amount)},
    )


def why_not_payer(payer: str, *, payers: Collection[str]) -> Refusal | None:
    """`payer_mismatch` unless whoever paid is the demander itself, its county's finance or its province's."""
    if folded(payer) in {folded(each) for each in payers}:
        return None
    return Refusal(
        Code.PAYER_MISMATCH,
        f"付款人“{payer}”不是调入方或其财政部门（{'、'.join(payers)}），不能计入本案缴款，请核对付款凭证。",
        {"payer": payer, "payers": "、".join(payers)},
    )


def why_not_paid_so(*, paid_at: datetime, now: datetime, since: datetime) -> Refusal | None:
    """`invalid` for money that was paid in the future, or before the publication of its scheme was over."""
    if paid_at > now:
        return Refusal(Code.INVALID, f"缴款时间{written(paid_at)}晚于现在，请核对。", {"field": "paid_at"})
    if paid_at < since:
        return Refusal(
            Code.INVALID,
            f"缴款时间{written(paid_at)}早于方案公示结束的{written(since)}，请核对。",
            {"field": "paid_at"},
        )
    return None


# --- the end ---


def why_not_close(
    *, holds: int, price: Yuan, paid: Yuan, matched: Decimal, booked: Decimal
) -> Refusal | None:
    """`objection_open` while an accepted objection holds it; `wrong_status` unless all is paid and all has come."""
    if holds:
        return Refusal(
            Code.OBJECTION_OPEN, "本需求有受理的异议尚未办结，请先办结异议。", {"holds": str(holds)}
        )
    if (paid, booked) == (price, matched):
        return None
    return Refusal(
        Code.WRONG_STATUS,
        f"应缴{price:,}元、已缴{paid:,}元，匹配{matched:,}亩、已入库{booked:,}亩，尚未全部办结，请先办理。",
        {"payable": str(price), "paid": str(paid), "matched": str(matched), "booked": str(booked)},
    )
