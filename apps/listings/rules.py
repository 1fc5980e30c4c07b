"""Amounts of a lot, and when a listing may be stopped, resumed and ended."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from apps.kinds.prices import PriceUnit
from apps.kinds.trade import TradeForm
from apps.listings.states import (
    BEFORE_CLOSE,
    ENDED,
    LABELS,
    OBJECTIONABLE,
    SUSPENDABLE,
    TERMINABLE,
    ListingStatus,
)
from apps.rulebook.parameters import Parameters, Rounding
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.money import Yuan, ceil_wan, floor_wan, floor_yuan
from kernel.transitions import why_not_in


def why_not_form(*, form: TradeForm, rules: Parameters) -> Refusal | None:
    """`invalid` for a form of trade that the rules do not allow, and for one of timed rounds where these are off."""
    terms = form.terms
    if form not in rules.forms:
        allowed = "、".join(each.terms.label for each in TradeForm if each in rules.forms)
        return Refusal(
            Code.INVALID,
            f"现行规则不允许以{terms.label}方式交易，可用：{allowed}。",
            {"field": "form"},
        )
    if terms.rounds_from_opening and not rules.timed_bidding.enabled:
        return Refusal(
            Code.INVALID,
            f"{terms.label}须在现行规则启用限时竞价后方可采用，请选择其他交易方式。",
            {"field": "form"},
        )
    return None


def why_not_term(*, days: int, rules: Parameters) -> Refusal | None:
    """`invalid` for a commitment that takes longer than the rules allow."""
    if 1 <= days <= rules.commitment_max_days:
        return None
    return Refusal(
        Code.INVALID,
        f"质量提升承诺的期限自划转之日起最长{rules.commitment_max_days}日，现为{days}日，请修改。",
        {"field": "commitment_days", "most": str(rules.commitment_max_days)},
    )


def share_held_back(rules: Parameters, *, promised: bool) -> Decimal:
    """The share of the price that stays until the trade is complete, or until a commitment's outcome is decided."""
    return max(rules.holdback, rules.holdback_share) if promised else rules.holdback


def why_not_take(
    *,
    is_seller: bool,
    shares_people: bool,
    is_subordinate: bool,
    kind: str,
    allowed_kinds: Collection[str],
    barred_until: datetime | None,
) -> Refusal | None:
    """Why an organisation may not take a lot, as its bidder or by agreement; None where it may."""
    if is_seller or is_subordinate:
        who = "出让方" if is_seller else "出让方的下属单位"
        return Refusal(Code.SELF_DEALING, f"{who}不得竞买本项目。")
    if shares_people:
        return Refusal(
            Code.SELF_DEALING,
            "本单位有人员同时在与本项目有关的其他单位任职，一人不得在同一项目中代表两个单位，请先解除其中一项任职。",
        )
    if kind not in allowed_kinds:
        return Refusal(Code.NOT_PERMITTED, "按本项目适用的规则，贵单位类型不在竞买人范围内。", {"kind": kind})
    if barred_until is not None:
        return Refusal(
            Code.BARRED,
            f"贵单位因违约被限制竞买，期限至{written(barred_until)}。",
            {"until": iso(barred_until)},
        )
    return None


def rounded(amount: Yuan, rounding: Rounding) -> Yuan:
    """An amount rounded as the rulebook says; amounts are already in whole 分."""
    if rounding is Rounding.CEIL_WAN:
        return ceil_wan(amount)
    return floor_wan(amount) if rounding is Rounding.FLOOR_WAN else amount


def starting_total(*, at_start: Yuan, rules: Parameters) -> Yuan:
    """The starting total, in yuan: unit price × quantity, rounded as the rulebook says."""
    return rounded(at_start, rules.starting_total_rounding)


def deposit(*, starting_total: Yuan, rules: Parameters) -> Yuan:
    """The deposit (保证金): `deposit_rate` of the starting total, rounded as the rulebook says."""
    return rounded(starting_total.times(rules.deposit_rate), rules.deposit_rounding)


_SMALLEST = Yuan("0.01")


def least_increment(*, starting_price: Yuan, unit: PriceUnit, rules: Parameters) -> Yuan:
    """The increment below which a lot's may not go: fixed per 亩, or a share of the starting price in whole yuan.

    A fixed increment is one in 元/亩; a lot priced in 元/公斤 names its own.
    """
    if rules.increment.kind == "fixed":
        return Yuan(rules.increment.value) if unit is PriceUnit.YUAN_PER_MU else _SMALLEST
    return floor_yuan(starting_price.times(rules.increment.value))


def ceiling(*, starting_price: Yuan, named: Yuan | None, rules: Parameters) -> Yuan | None:
    """The highest unit price of a lot under the rules; None when there is none."""
    if rules.ceiling.kind == "percent_of_start" and rules.ceiling.value is not None:
        return starting_price.times(rules.ceiling.value)
    return named if rules.ceiling.kind == "unit_price" else None


def prices_wrong(
    *,
    starting_price: Yuan,
    unit: PriceUnit,
    increment: Yuan | None,
    named_ceiling: Yuan | None,
    reserve: Yuan | None,
    rules: Parameters,
) -> Iterator[Refusal]:
    """Each way in which the prices of a lot contradict the rules or each other, as `invalid` naming its input."""
    least = least_increment(starting_price=starting_price, unit=unit, rules=rules)
    if increment is None and rules.increment.kind == "fixed" and unit is PriceUnit.YUAN_PER_KG:
        yield Refusal(Code.INVALID, "按元/公斤计价的标的须填写加价幅度。", {"field": "increment"})
    if increment is not None and increment < least:
        yield Refusal(
            Code.INVALID,
            f"加价幅度不得低于规则规定的{least:,}元，可以提高。",
            {"field": "increment", "least": str(least)},
        )
    if named_ceiling is not None and rules.ceiling.kind != "unit_price":
        yield Refusal(Code.INVALID, "现行规则不允许单独设定最高限价，请删除该项。", {"field": "ceiling"})
    highest = ceiling(starting_price=starting_price, named=named_ceiling, rules=rules)
    if highest is not None and highest < starting_price:
        yield Refusal(Code.INVALID, "最高限价不得低于起始价。", {"field": "ceiling", "ceiling": str(highest)})
    if reserve is not None and highest is not None and reserve > highest:
        yield Refusal(Code.INVALID, "保留价不得高于最高限价。", {"field": "reserve_price"})
    if reserve is not None and reserve < starting_price:
        yield Refusal(
            Code.INVALID, "保留价不得低于起始价，否则不起作用，请核对。", {"field": "reserve_price"}
        )


def why_not_price(
    *,
    starting_price: Yuan,
    unit: PriceUnit,
    increment: Yuan | None,
    named_ceiling: Yuan | None,
    reserve: Yuan | None,
    rules: Parameters,
) -> Refusal | None:
    """The first of `prices_wrong`."""
    found = prices_wrong(
        starting_price=starting_price,
        unit=unit,
        increment=increment,
        named_ceiling=named_ceiling,
        reserve=reserve,
        rules=rules,
    )
    return next(found, None)


def stands_before_close(status: str, suspended_from: str) -> bool:
    """Whether bidding is still to end, seen through a suspension; `suspended_from` is empty without one."""
    return (suspended_from or status) in BEFORE_CLOSE


def why_not_suspend(*, status: ListingStatus) -> Refusal | None:
    """`suspended` when it stands still already, `wrong_status` outside the statuses that can be stopped."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "该项目已处于中止状态，无需重复办理。", {"status": str(status)})
    return why_not_in(status, SUSPENDABLE, labels=LABELS)


def why_not_object(*, status: ListingStatus, notice_over: bool = False) -> Refusal | None:
    """`wrong_status` outside announcement and publication, and once the notice of an agreement is over."""
    if notice_over:
        return Refusal(Code.WRONG_STATUS, "协议公示期已满，不能再提出异议。", {"status": str(status)})
    return why_not_in(status, OBJECTIONABLE, labels=LABELS)


def why_not_resume(*, status: ListingStatus, open_objections: int) -> Refusal | None:
    """`wrong_status` unless suspended; `objection_open` while an objection is undecided."""
    refusal = why_not_in(status, [ListingStatus.SUSPENDED], labels=LABELS)
    if refusal is None and open_objections:
        refusal = Refusal(
            Code.OBJECTION_OPEN,
            f"尚有{open_objections}件异议未办结，办结后方可恢复。",
            {"open": str(open_objections)},
        )
    return refusal


def why_not_terminate(*, stood_at: ListingStatus) -> Refusal | None:
    """`wrong_status` when there is nothing to end, or when quota has been paid for, standing still or not."""
    return why_not_in(stood_at, TERMINABLE, labels=LABELS)


def close_after_resume(
    *, closes_at: datetime, pause: timedelta, resumed_at: datetime, rules: Parameters, timed_round: int
) -> datetime:
    """When bidding closes after a pause: moved out by the pause, a timed round started anew, at least the notice.

    The notice (`resume_notice_hours`, 24 h by default) is counted from the resumption.
    """
    notice = resumed_at + timedelta(hours=rules.resume_notice_hours)
    if timed_round:
        return max(resumed_at + timedelta(minutes=rules.timed_bidding.round_minutes), notice)
    return max(closes_at + pause, notice)


def why_not_after_the_end(status: ListingStatus) -> Refusal | None:
    """`wrong_status` for evidence on a lot that is over, but for one that was completed: its deal may be disputed."""
    if status not in ENDED - {ListingStatus.COMPLETED}:
        return None
    return Refusal(Code.WRONG_STATUS, "项目已结束，不再接收材料。", {"status": str(status)})
