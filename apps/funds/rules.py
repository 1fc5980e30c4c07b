"""What may be done with proceeds: pure decisions on exact amounts."""

from collections.abc import Mapping, Sequence

from apps.rulebook.proceeds import Share
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, ceil_fen, floor_fen, product


def least_of(share: Share, whole: Yuan) -> Yuan:
    """What a share of `whole` is at least: up to the next 分, of a part within another share down to it."""
    exact = product(whole.amount, share.least)
    return floor_fen(exact) if share.within else ceil_fen(exact)


def most_of(share: Share, whole: Yuan) -> Yuan:
    """What a share of `whole` is at most: down to the 分."""
    return floor_fen(product(whole.amount, share.most))


def suggested(whole: Yuan, shares: Sequence[Share]) -> dict[str, Yuan]:
    """Amounts by category that keep the limits: each its most, and the one without a most what they leave.

    A part within another share is at its least.
    """
    found = {each.category: least_of(each, whole) if each.within else most_of(each, whole) for each in shares}
    whole_shares = [each.category for each in shares if not each.within]
    rest = next(each.category for each in shares if not each.within and each.most == 1)
    others = sum((found[each] for each in whole_shares if each != rest), ZERO)
    return found | {rest: whole - others}


def why_not_distribute(*, whole: Yuan, given: Mapping[str, Yuan], shares: Sequence[Share]) -> Refusal | None:
    """`share_out_of_range` for a share below its least or above its most, and where all of them are not the whole.

    `invalid` where a share is missing or is none of the rules'. The limits are the rules' of the lot (spec: surplus,
    "Proceeds in the province"; S004).
    """
    if whole == ZERO:
        return Refusal(Code.WRONG_STATUS, "该笔收益没有待分配的金额，无需分配。")
    wrong = {each.category for each in shares} ^ set(given)
    if wrong:
        named = "、".join(each.label for each in shares)
        return Refusal(Code.INVALID, f"须逐项填写下列各项的金额：{named}。", {"field": "shares"})
    for each in shares:
        refusal = _why_not_so_much(each, given[each.category], whole)
        if refusal is not None:
            return refusal
    return _why_not_together(whole, given, shares)


def _why_not_so_much(share: Share, amount: Yuan, whole: Yuan) -> Refusal | None:
    least, most = least_of(share, whole), most_of(share, whole)
    if least <= amount <= most:
        return None
    bound = "least" if amount < least else "most"
    limit, word = (least, "低于") if bound == "least" else (most, "高于")
    part = share.least if bound == "least" else share.most
    return Refusal(
        Code.SHARE_OUT_OF_RANGE,
        f"{share.label}为{amount:,}元，{word}规则规定的{limit:,}元（收益{whole:,}元的{part:%}），请调整后重新提交。",
        {"category": share.category, "amount": str(amount), bound: str(limit), "whole": str(whole)},
    )


def _why_not_together(whole: Yuan, given: Mapping[str, Yuan], shares: Sequence[Share]) -> Refusal | None:
    total = sum((given[each.category] for each in shares if not each.within), ZERO)
    if total != whole:
        return Refusal(
            Code.SHARE_OUT_OF_RANGE,
            f"各项合计{total:,}元，与待分配的{whole:,}元相差{abs(whole - total):,}元，须全部分配，请调整后重新提交。",
            {"total": str(total), "whole": str(whole), "difference": str(whole - total)},
        )
    for each in shares:
        if each.within and given[each.category] > given[each.within]:
            outer = next(one.label for one in shares if one.category == each.within)
            return Refusal(
                Code.SHARE_OUT_OF_RANGE,
                f"{each.label}{given[each.category]:,}元高于{outer}{given[each.within]:,}元，请调整后重新提交。",
                {
                    "category": each.category,
                    "amount": str(given[each.category]),
                    "most": str(given[each.within]),
                },
            )
    return None
