"""What makes a bank account's number, a statement that closes, and a line that looks like another one's double."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.clock import beijing, iso, written
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan
from kernel.text import nearly

DOUBLE_WITHIN = timedelta(minutes=10)
"""Two lines of one payer, account and amount that arrive within this time of each other look like one."""
_NUMBER = re.compile(r"[0-9]{6,32}")
_BETWEEN = re.compile(r"[\s\-‐-―－]+")


def account_number(text: str) -> str:
    """A bank account's number as it is stored: digits, no spaces, no dashes. ValueError if it is none."""
    found = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if not _NUMBER.fullmatch(found):
        raise ValueError("账号须为6至32位数字，请核对银行账号。")
    return found


def why_not_close(
    *,
    covers_until: datetime,
    now: datetime,
    closed_until: datetime | None,
    last_closing: Yuan | None,
    opening: Yuan,
    credits: Yuan,
    debits: Yuan,
    closing: Yuan,
    booked: Yuan,
    booked_count: int,
    stated: Yuan | None,
    stated_count: int | None,
) -> Refusal | None:
    """Why a statement does not close. `credits` are those that are booked; `stated` is what the bank says of them."""
    if covers_until > now:
        return Refusal(Code.INVALID, "对账单截止时间不得晚于当前时间。", {"field": "covers_until"})
    if closed_until is not None and covers_until <= closed_until:
        return Refusal(
            Code.INVALID,
            f"该账户的对账单已核对至{written(closed_until)}，截止时间须晚于此。",
            {"closed_until": iso(closed_until)},
        )
    if last_closing is not None and opening != last_closing:
        return _mismatch("期初余额与上一份对账单的期末余额不符", opening - last_closing)
    if stated is not None and stated != booked:
        return _mismatch(f"银行收入合计{stated:,}元与已导入流水合计{booked:,}元不符", stated - booked)
    if stated_count is not None and stated_count != booked_count:
        return Refusal(
            Code.TOTALS_MISMATCH,
            f"银行收入{stated_count}笔，已导入{booked_count}笔，请补全或核对流水后再确认。",
            {"stated": str(stated_count), "booked": str(booked_count)},
        )
    expected = opening + credits - debits
    if expected != closing:
        said = f"余额不平：期初{opening:,} + 收入{credits:,} − 支出{debits:,} ≠ 期末{closing:,}"
        return _mismatch(said, closing - expected)
    return None


def _mismatch(said: str, difference: Yuan) -> Refusal:
    return Refusal(
        Code.TOTALS_MISMATCH,
        f"{said}，相差{difference:,}元，请核对银行对账单后重新填写。",
        {"difference": str(difference)},
    )


@dataclass(frozen=True)
class Verdict:
    """What becomes of money once it counts: refused as a whole, or taken in but for what is too much."""

    refusal: Refusal | None = None
    counted: Yuan = ZERO
    excess: Yuan = ZERO
    excess_held: bool = False
    """Whether two persons decide about what is too much; otherwise it goes back at once."""
    sentence: str = ""
    """Why, of what does not count."""


def taken_but_for(excess: Yuan, *, amount: Yuan, what: str, tolerance: Yuan) -> Verdict:
    """An amount is taken in but for what is too much: within the tolerance that goes back, above it two decide.

    `what` says what it is more than.
    """
    if excess == ZERO:
        return Verdict(counted=amount)
    held = excess > tolerance
    said = f"超出{what}的部分{excess:,}元，{'暂存待核实' if held else '原路退回'}。"
    return Verdict(counted=amount - excess, excess=excess, excess_held=held, sentence=said)


_HALF = 0.5
"""So much of a name is enough to look twice when the money comes from the organisation's own account."""


def why_perhaps_own(*, payer: str, organisation: str, from_own_account: bool) -> str:
    """Why money under another name may be the organisation's after all; empty when it plainly is another's.

    The names differ in a sign or two, or in less than half of their signs and the account is known as its own.
    """
    if nearly(payer, organisation):
        return "名称相近"
    if from_own_account and nearly(payer, organisation, ratio=_HALF):
        return "付款账号为其本单位账户"
    return ""


def payer_set_apart(refusal: Refusal, *, payer: str, organisation: str, from_own_account: bool) -> Verdict:
    """What becomes of money under another name: it goes back, or waits for two persons where it may be the payer's."""
    why = why_perhaps_own(payer=payer, organisation=organisation, from_own_account=from_own_account)
    if not why:
        return Verdict(refusal=refusal, sentence=refusal.sentence)
    return Verdict(
        refusal=refusal,
        excess_held=True,
        sentence=f"付款人名称与登记名称不完全一致，但{why}，暂存待核实。",
    )


def why_not_reuse(
    *, known_at: datetime, arrived_at: datetime, reference: str, amount: Yuan
) -> Refusal | None:
    """A bank gives no reference twice on one day: another line under it that day is a changed line."""
    if beijing(known_at).date() != beijing(arrived_at).date():
        return None
    return Refusal(
        Code.DUPLICATE_REQUEST,
        f"流水号{reference}已导入，但金额、账户、付款人或到账时间与原记录不同，请核对银行流水。",
        {"reference": reference, "amount": str(amount)},
    )


def why_not_import(
    *, amount: Yuan, arrived_at: datetime, now: datetime, closed_until: datetime | None
) -> Refusal | None:
    """Why a line cannot be the bank's: nothing, from the future, or of a span whose statement closed without it."""
    if amount <= ZERO:
        return Refusal(Code.INVALID, "入账金额须大于零，请核对银行流水。", {"field": "amount"})
    if arrived_at > now:
        return Refusal(Code.INVALID, "到账时间不得晚于当前时间，请核对银行流水。", {"field": "arrived_at"})
    if closed_until is not None and arrived_at <= closed_until:
        return Refusal(
            Code.FACTS_FROZEN,
            f"该账户截至{written(closed_until)}的对账单已核对关闭，其中没有这笔流水，请核对到账时间。",
            {"closed_until": iso(closed_until)},
        )
    return None
