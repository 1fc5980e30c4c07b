"""Whether a bid is taken, when a round ends, and who wins. Plain values only; instants are compared as given."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from apps.listings.states import BEFORE_CLOSE, BEFORE_PUBLICATION, ListingStatus
from apps.rulebook.parameters import Parameters
from apps.stages.award.rules import HIGHEST_TOTAL
from kernel.clock import iso, iso_utc, written
from kernel.errors import Code, Refusal
from kernel.money import Yuan

GENESIS = "0" * 64

NO_RIGHT = Refusal(Code.NOT_PERMITTED, "您没有代表本单位报价的权限，或登录已失效，请重新登录后再试。")
NOT_ANNOUNCED = Refusal(Code.BIDDING_NOT_OPEN, "该项目尚未公告，或不以竞价方式交易，不能报价。")
NO_CERTIFICATE = Refusal(Code.DEPOSIT_MISSING, "贵单位尚未取得竞买资格确认书，不能报价。")


class Lot(Struct, frozen=True):
    """What a decision on a bid needs of the lot. Bidding runs in [opens_at, closes_at); prices are per unit."""

    status: ListingStatus
    opens_at: datetime
    closes_at: datetime
    listing_period_ends_at: datetime
    timed_round: int
    starting_price: Yuan
    increment: Yuan
    ceiling: Yuan | None
    current: Yuan | None
    rules: Parameters
    rounds_from_opening: bool = False
    highest: Yuan = HIGHEST_TOTAL
    """The highest price a unit of which the total can still be written, as `highest_of`; here that of a single unit."""


class Bidder(Struct, frozen=True):
    """What it needs of the bidder, read under the lot's lock."""

    is_seller_side: bool
    qualified: bool
    barred_until: datetime | None
    deposit_full: bool
    at_ceiling: bool


def lowest_valid(lot: Lot) -> Yuan:
    """The least price that the next bid may have: the start, or one increment more, or the ceiling."""
    if lot.current is None:
        return lot.starting_price
    following = lot.current + lot.increment
    return following if lot.ceiling is None else min(following, lot.ceiling)


def next_valid(lot: Lot, *, count: int) -> list[Yuan]:
    """The next valid prices, lowest first, at most `count`: fewer, or none, at the ceiling or the highest price."""
    most = lot.highest if lot.ceiling is None else min(lot.ceiling, lot.highest)
    prices: list[Yuan] = []
    following = lowest_valid(lot)
    while following <= most and len(prices) < count:
        prices.append(following)
        following += lot.increment
    return prices


class BidHistoryLine(Struct, frozen=True):
    """A bid as it stands in the table: its price per unit and its place."""

    sequence: int
    unit_price: Yuan
    received_at: datetime


def fault_of_bid_history(
    bids: Sequence[BidHistoryLine],
    *,
    starting_price: Yuan,
    increment: Yuan,
    ceiling: Yuan | None,
    opens_at: datetime,
    closes_at: datetime,
) -> str:
    """What is wrong with the bids of a lot by the facts that were announced, as a sentence; empty when nothing is."""
    last: BidHistoryLine | None = None
    for number, bid in enumerate(bids, start=1):
        least = starting_price if last is None else last.unit_price + increment
        if bid.sequence != number:
            return f"第{number}次报价缺失"
        if not opens_at <= bid.received_at < closes_at:
            return f"第{number}次报价不在竞价时间内"
        if ceiling is not None and bid.unit_price > ceiling:
            return f"第{number}次报价高于最高限价"
        if bid.unit_price < least and bid.unit_price != ceiling:
            return f"第{number}次报价低于公告的起始价或加价幅度"
        last = bid
    return ""


def why_not_bid(
    *,
    lot: Lot,
    bidder: Bidder,
    unit_price: Yuan,
    seen_price: Yuan | None,
    saw_none: bool = False,
    at: datetime,
) -> Refusal | None:
    """Why a bid of `unit_price` that the server took at `at` is refused; None when it is accepted."""
    return (
        _why_not_open(lot, at)
        or _why_not_bidder(bidder)
        or _why_not_price(lot, bidder, unit_price)
        or _why_not_seen(lot, seen_price, saw_none)
    )


def after_bid(lot: Lot, *, unit_price: Yuan, at: datetime) -> Lot:
    """The lot as the next bid finds it: a new price, and in timed bidding a round that begins again."""
    if lot.timed_round == 0:
        return replace(lot, current=unit_price)
    closes_at = round_ends(bid_at=at, closes_at=lot.closes_at, rules=lot.rules)
    return replace(lot, current=unit_price, closes_at=closes_at, timed_round=lot.timed_round + 1)


def another_request(request_id: str, *, unit_price: Yuan) -> Refusal:
    """The same request id came with another price than the one it was taken for."""
    return Refusal(
        Code.DUPLICATE_REQUEST,
        f"该请求标识已用于{unit_price:,}元的报价，请以新的请求标识报价。",
        {"request_id": request_id, "unit_price": str(unit_price)},
    )


def _why_not_open(lot: Lot, at: datetime) -> Refusal | None:
    if lot.status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "交易已中止，暂不接受报价，恢复后另行通知。", {"at": iso(at)})
    if lot.status in BEFORE_PUBLICATION:
        return Refusal(Code.BIDDING_NOT_OPEN, "该项目尚未公告，不能报价。", {"status": str(lot.status)})
    if lot.status not in BEFORE_CLOSE or at >= lot.closes_at:
        return Refusal(
            Code.BIDDING_CLOSED,
            f"报价已于{written(lot.closes_at)}截止，服务器收到您的报价时间为{written(at)}。",
            {"closed_at": iso(lot.closes_at), "received_at": iso(at)},
        )
    starts = opening(lot)
    if at < starts:
        return Refusal(
            Code.BIDDING_NOT_OPEN,
            f"报价尚未开始，将于{written(starts)}开始。",
            {"opens_at": iso(starts), "received_at": iso(at)},
        )
    quiet_from = lot.listing_period_ends_at - timedelta(minutes=lot.rules.quiet_last_minutes)
    if lot.timed_round == 0 and at >= quiet_from:
        return Refusal(
            Code.BIDDING_CLOSED,
            f"报价期最后{lot.rules.quiet_last_minutes}分钟不接受报价。",
            {"closed_at": iso(quiet_from), "received_at": iso(at)},
        )
    return None


def opening(lot: Lot) -> datetime:
    """From when bids are taken in the present phase: the opening, or the first timed round after its pause.

    A session of rounds begins with the opening, without a pause.
    """
    if lot.timed_round == 0 or lot.rounds_from_opening:
        return lot.opens_at
    return lot.listing_period_ends_at + timedelta(minutes=lot.rules.timed_bidding.pause_minutes)


def _why_not_bidder(bidder: Bidder) -> Refusal | None:
    if bidder.is_seller_side:
        return Refusal(Code.SELF_DEALING, "出让方及其下属单位不得竞买本项目。")
    if not bidder.qualified:
        return Refusal(Code.NOT_QUALIFIED, "贵单位未取得本项目竞买资格，不能报价。")
    if bidder.barred_until is not None:
        return Refusal(
            Code.BARRED,
            f"贵单位被限制竞买至{written(bidder.barred_until)}，不能报价。",
            {"until": iso(bidder.barred_until)},
        )
    if not bidder.deposit_full:
        return Refusal(Code.DEPOSIT_MISSING, "贵单位保证金未在截止前足额到账，不能报价。")
    return None


def _why_not_price(lot: Lot, bidder: Bidder, unit_price: Yuan) -> Refusal | None:
    least = lowest_valid(lot)
    if lot.ceiling is not None and unit_price > lot.ceiling:
        return Refusal(
            Code.ABOVE_CEILING,
            f"报价不得高于最高限价{lot.ceiling:,}元。",
            {"ceiling": str(lot.ceiling), "lowest_valid": str(least)},
        )
    if unit_price > lot.highest:
        return Refusal(
            Code.INVALID,
            f"报价不得高于{lot.highest:,}元，更高报价的总价超出可以办理的金额，请核对单位和小数点。",
            {"field": "unit_price", "highest": str(lot.highest), "lowest_valid": str(least)},
        )
    if lot.ceiling is not None and unit_price == lot.ceiling:
        if bidder.at_ceiling:
            return Refusal(
                Code.DUPLICATE_REQUEST,
                "贵单位已按最高限价报价，每个竞买人限报一次。",
                {"ceiling": str(lot.ceiling)},
            )
        return None
    if lot.current is None and unit_price < lot.starting_price:
        return Refusal(Code.BELOW_START, f"报价不得低于起始价{least:,}元。", {"lowest_valid": str(least)})
    if unit_price < least:
        return Refusal(
            Code.BELOW_INCREMENT,
            f"当前最高价{lot.current:,}元，加价幅度{lot.increment:,}元，最低有效报价为{least:,}元。",
            {"lowest_valid": str(least), "current": str(lot.current)},
        )
    above_start = unit_price.amount - lot.starting_price.amount
    if lot.rules.increment_multiple and above_start % lot.increment.amount:
        return Refusal(
            Code.NOT_A_MULTIPLE,
            f"报价须为起始价加{lot.increment:,}元的整数倍，最低有效报价为{least:,}元。",
            {"lowest_valid": str(least), "increment": str(lot.increment)},
        )
    return None


def _why_not_seen(lot: Lot, seen_price: Yuan | None, saw_none: bool) -> Refusal | None:
    """A bidder that said which price it saw, or that there was none, is told when that is no longer so."""
    told = seen_price is not None or saw_none
    if not told or seen_price == lot.current:
        return None
    return Refusal(
        Code.STALE_PRICE,
        f"您看到的价格已变化，当前最高价{lot.current or '无'}，请核对后重新报价。",
        {"current": str(lot.current or ""), "lowest_valid": str(lowest_valid(lot))},
    )


def bid_hash(
    *, listing: str, sequence: int, paddle: int, unit_price: Yuan, received_at: datetime, previous: str
) -> str:
    """The hash that chains a bid to the one before it; anyone can compute it from the published record.

    SHA-256 over `number|sequence|paddle|unit price|instant in UTC|hash before`, the first with 64 zeros before it.
    """
    said = "|".join(
        (
            listing,
            str(sequence),
            f"{paddle:03d}",
            str(unit_price),
            iso_utc(received_at),
            previous,
        )
    )
    return hashlib.sha256(said.encode()).hexdigest()


def draw(*, secret_hex: str, last_hash: str, paddles: Sequence[int]) -> int:
    """The winner among the paddles at the ceiling, recomputable by anyone once the secret is revealed.

    HMAC-SHA-256 with the secret over the last bid's hash, as a number modulo the count of paddles, picks one in
    ascending order. The secret's own SHA-256 stood in the announcement.
    """
    ordered = sorted(paddles)
    digest = hmac.new(bytes.fromhex(secret_hex), last_hash.encode(), hashlib.sha256).digest()
    return ordered[int.from_bytes(digest, "big") % len(ordered)]


def starts_timed_round(*, timed_round: int, bidders: int, rules: Parameters) -> bool:
    """Whether timed rounds follow the listing period: switched on, and enough qualified bidders."""
    timed = rules.timed_bidding
    return timed_round == 0 and timed.enabled and bidders >= timed.least_bidders


def first_round_ends(*, listing_period_ends_at: datetime, rules: Parameters) -> datetime:
    """When the first timed round ends: the preparation pause and one round after the listing period."""
    timed = rules.timed_bidding
    return listing_period_ends_at + timedelta(minutes=timed.pause_minutes + timed.round_minutes)


def round_ends(*, bid_at: datetime, closes_at: datetime, rules: Parameters) -> datetime:
    """When a timed round ends after a bid: one round later, never sooner than it would have."""
    return max(closes_at, bid_at + timedelta(minutes=rules.timed_bidding.round_minutes))
