"""What the acts of two persons on proceeds bind: whose, of which lot, how much to whom."""

from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound
from apps.funds import queries
from apps.funds.models import Account, Finding, Movement, Restitution, Spending
from apps.funds.payees import opened, sheet_of
from apps.funds.sources import bucket_labels
from apps.funds.states import REASON_LABELS
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact, Reading
from kernel.money import ZERO, Yuan, parse_yuan
from kernel.web.opaque import meant


def distribute_bound(fund_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A pool that is distributed: what is in it, and what each share gets of it."""
    pool = queries.pool_for(fund_id, by=by)
    typed = {
        str(each.get("category", "")): each.get("amount", "")
        for each in data.get("shares") or ()
        if isinstance(each, Mapping)
    }
    shares = queries.shares_of(pool.source_id)
    told = "、".join(
        f"{each.label}{yuan_of(typed.get(each.category, ''))}" for each in shares if not each.within
    )
    return Bound(
        facts=(
            *of_source(pool),
            bound.money("待分配收益", pool.balance),
            *(bound.typed_money(each.label, typed.get(each.category, "")) for each in shares),
        ),
        effect=f"{pool.holder.name}的收益{pool.balance:,}元全部分配：{told}。",
        button=f"分配收益{pool.balance:,}元",
    )


def reverse_bound(movement_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A booking that is taken back: what it was, when, out of which bucket how much goes back into which."""
    movement = queries.movement_for(movement_id, by=by)
    lines = queries.lines_of(movement)
    size = queries.size_of(movement)
    what = REASON_LABELS[movement.reason]
    facts_beside, readings = _beside(queries.booking_of(movement))
    labels = bucket_labels(movement.source.process)
    moved = "、".join(f"{labels[bucket]}{_way(amount)}{abs(amount):,}元" for bucket, amount in lines.items())
    return Bound(
        facts=(
            *of_source(movement),
            bound.text("冲回的记账", what),
            bound.instant("原记账时间", movement.at),
            bound.money("原记账金额", size),
            *(
                bound.money(f"{_way(amount)}：{labels[bucket]}", abs(amount))
                for bucket, amount in lines.items()
            ),
            *facts_beside,
            bound.text("冲回理由", data.get("reason", "")),
        ),
        effect=f"冲回{movement.holder.name}的{what}{size:,}元：{moved}。",
        button=f"冲回{what}{size:,}元",
        evidence=as_bound(queries.vouchers_of(movement.source_id, by=by).filter(pk=copy_of(data))),
        findings=("冲回后不可恢复；凭证号仍为已使用",),
        readings=readings,
    )


def copy_of(data: Mapping[str, Any]) -> int:
    """The key of the paper that was typed in; 0 for none."""
    given = str(data.get("attachment") or "")
    return meant(int(given), "attachment") if given.isascii() and given.isdecimal() and len(given) < 20 else 0


def _beside(booking: queries.Booking | None) -> tuple[tuple[Fact, ...], tuple[Reading, ...]]:
    """What a booking was for: a spending's voucher, purpose and payees, a giving back's recipient and reason."""
    if isinstance(booking, Spending):
        rows = [opened(each) for each in booking.payees.order_by("line")]
        sheet = sheet_of(rows)
        said = (
            bound.text("凭证号", f"“{booking.voucher_no}”"),
            bound.text("用途", booking.purpose),
            bound.text("支出的项目名称", booking.project),
            bound.text("收款人数", f"{len(rows)}行"),
            sheet.digest,
        )
        return said, (sheet.reading,)
    if isinstance(booking, Restitution):
        return (bound.text("退回单位", booking.recipient), bound.text("退回理由", booking.reason)), ()
    return (), ()


def of_source(found: Account | Movement | Finding) -> tuple[Fact, ...]:
    """Whose proceeds of which case."""
    return (
        bound.party("收益所有单位", found.holder.name),
        bound.text("收益来源", queries.source_title(found)),
    )


def _way(booked: Yuan) -> str:
    """Which way a line goes when it is taken back."""
    return "转出" if booked > ZERO else "转入"


def yuan_of(given: object) -> str:
    """An amount as somebody typed it, with its unit; as it stands where it is none, which the act itself refuses."""
    try:
        return f"{parse_yuan(str(given)):,}元"
    except ValueError:
        return f"{given or ZERO}元"
