"""What may be done with proceeds: pure decisions on exact amounts."""

import re
from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from apps.funds.sources import PlannedLine
from apps.funds.states import Outcome
from apps.kinds.classes import DECLARATIONS
from apps.rulebook.proceeds import Share
from kernel.clock import iso
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, ceil_fen, floor_fen, product
from kernel.text import folded

Voucher = tuple[str, str, Yuan]
"""Whose invoice of which number over how much: what is paid once."""
_MOST_NAMED = 20


def least_of(share: Share, whole: Yuan) -> Yuan:
    """What a share of `whole` is at least: up to the next 分, of a part within another not above its most."""
    least = ceil_fen(product(whole.amount, share.least))
    return min(least, most_of(share, whole)) if share.within else least


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


def why_not_reverse(
    *,
    mine: bool,
    reversed_before: bool,
    lines: Mapping[str, Yuan],
    balances: Mapping[str, Yuan],
    labels: Mapping[str, str],
) -> Refusal | None:
    """Why a booking is not taken back by `lines`: none of one's own, taken back before, or its money is not there.

    `not_permitted`, `wrong_status`, `amount_exceeds` with the bucket, what it holds and what is missing.
    """
    if not mine:
        return Refusal(
            Code.NOT_PERMITTED, "只能冲回本单位办理的分配、支出和退回；系统入账和冲回本身不能冲回。"
        )
    if reversed_before:
        return Refusal(Code.WRONG_STATUS, "该笔记账已经冲回，每笔只能冲回一次。")
    for bucket, amount in lines.items():
        held = balances[bucket]
        if held + amount < ZERO:
            return Refusal(
                Code.AMOUNT_EXCEEDS,
                f"“{labels[bucket]}”现有{held:,}元，冲回须转出{-amount:,}元，尚缺{-amount - held:,}元，"
                "请先冲回其后的支出或退回。",
                {"bucket": bucket, "held": str(held), "wanted": str(-amount), "missing": str(-amount - held)},
            )
    return None


def why_not_declared(declared: Mapping[str, bool]) -> Refusal | None:
    """`use_banned` for what is declared to be misuse, `invalid` for a statement that is not made (S002 §四(一)3)."""
    for name, label in DECLARATIONS.items():
        if declared.get(name) is True:
            return Refusal(Code.USE_BANNED, f"{label}的，不得作此支出，请先解除后重新办理。", {"field": name})
        if declared.get(name) is not False:
            return Refusal(Code.INVALID, f"请对“{label}”作出声明（是或者否）。", {"field": name})
    return None


def why_not_category(category: str, shares: Sequence[Share]) -> Refusal | None:
    """`invalid` for what is no share of its own by the rules of the source."""
    own = {each.category: each.label for each in shares if not each.within}
    if category in own:
        return None
    return Refusal(Code.INVALID, f"支出项目须为下列之一：{'、'.join(own.values())}。", {"field": "category"})


def why_not_closed(*, closed: bool) -> Refusal | None:
    """`wrong_status` once a case is closed: nothing of it is distributed or spent any more."""
    if not closed:
        return None
    return Refusal(Code.WRONG_STATUS, "该项目已办结，不能再分配或列支收益。")


def why_not_reopened(*, closed: bool, recovered: bool) -> Refusal | None:
    """`wrong_status` for taking a booking of a closed case back, but for what an auditor wants recovered of it."""
    if not closed or recovered:
        return None
    return Refusal(
        Code.WRONG_STATUS,
        "该项目已办结，账目不再冲回；确有错误的，由审计部门提出审计意见并作出追缴结论后办理。",
    )


def why_not_planned(
    no: int | None, *, category: str, wanted: Yuan, plan: Sequence[PlannedLine], spent: Mapping[int, Yuan]
) -> Refusal | None:
    """`invalid` for spending that names no line of its plan, or one of another category; `amount_exceeds` beyond it."""
    if not plan:
        if no is None:
            return None
        return Refusal(Code.INVALID, "该收益没有资金使用方案，请不要填写方案行号。", {"field": "plan_line"})
    lines = {each.no: each for each in plan if each.category == category}
    found = lines.get(no or 0)
    if found is None:
        named = "、".join(f"{each.no} {each.label}" for each in lines.values()) or (
            "（方案中没有该项，请由申请单位变更资金使用方案，经省级主管部门备案后列支）"
        )
        return Refusal(
            Code.INVALID, f"须填写资金使用方案中本支出项目的行号：{named}。", {"field": "plan_line"}
        )
    before = spent.get(found.no, ZERO)
    left = found.amount - before
    if wanted <= left:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"资金使用方案第{found.no}行“{found.label}”计划{found.amount:,}元，已支出{before:,}元，尚余{left:,}元，"
        f"本次{wanted:,}元超出{wanted - left:,}元，请减少金额或先变更方案。",
        {
            "plan_line": str(found.no),
            "planned": str(found.amount),
            "spent": str(before),
            "left_of_plan": str(left),
            "wanted_yuan": str(wanted),
            "exceeds": str(wanted - left),
        },
    )


def why_not_pay_out(*, label: str, held: Yuan, wanted: Yuan) -> Refusal | None:
    """`amount_exceeds` for more than a bucket holds, `invalid` for nothing."""
    if wanted <= ZERO:
        return Refusal(Code.INVALID, "金额须大于零。", {"field": "amount"})
    if wanted <= held:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"“{label}”现有{held:,}元，本次{wanted:,}元，超出{wanted - held:,}元，请减少金额后重新提交。",
        {"held": str(held), "wanted_yuan": str(wanted), "exceeds": str(wanted - held)},
    )


def why_not_recipient(recipient: str, *, known: bool) -> Refusal | None:
    """`invalid` for who takes nothing back: a price goes to its buyer, an allocation to the province's finance."""
    if known:
        return None
    return Refusal(
        Code.INVALID,
        f"退回单位“{recipient}”不是本省省级财政部门，也不是可以退回价款的受让单位，请填写其登记的全称；向其他收款人付款请办理列支。",
        {"field": "recipient"},
    )


def why_not_own_copy(*, own: bool) -> Refusal | None:
    """`same_person` for releasing a booking on a voucher's copy that one has laid down oneself, in whichever duty."""
    if not own:
        return None
    return Refusal(
        Code.SAME_PERSON,
        "凭证扫描件由您本人上传，上传与审核不得为同一人，请由本单位其他审核人员办理。",
        {"field": "attachment"},
    )


def why_not_voucher(voucher_no: str, *, used: bool) -> Refusal | None:
    """`voucher_used` for a voucher that stands in another act, also in one that was taken back."""
    if not used:
        return None
    return Refusal(
        Code.VOUCHER_USED,
        f"凭证号“{voucher_no}”已用于另一笔支出（冲回后仍为已使用），请核对凭证号，不得重复列支。",
        {"voucher_no": voucher_no},
    )


_BODY = re.compile(
    "公司|集团|企业|工厂|合作社|委员会|委会|小组|事务所|中心|经营部|门市部|经销部|超市|工程队|施工队"
    "|银行|信用社|政府|管理局|财政局|街道办|服务站|研究院|设计院|学校|医院|协会"
)
"""Words that stand in names of organisations and in none of a person."""


def is_name_of_body(name: str) -> bool:
    """Whether a payee's name is an organisation's: such a one is no natural person, and gives an invoice."""
    return _BODY.search(folded(name).replace(" ", "")) is not None


def why_not_invoices(
    vouchers: Sequence[Voucher | None], *, numbers: Sequence[str], paid: Set[Voucher]
) -> Refusal | None:
    """`voucher_used` for an invoice of one payee over one amount that was paid before, or stands twice in the sheet.

    Rows are named by line, number and amount, never by name: who was paid is sealed.
    """
    seen: set[Voucher] = set()
    wrong: list[tuple[int, str, Yuan]] = []
    for line, (each, number) in enumerate(zip(vouchers, numbers, strict=True), start=1):
        if each is None:
            continue
        if each in paid or each in seen:
            wrong.append((line, number, each[2]))
        seen.add(each)
    if not wrong:
        return None
    named = "；".join(
        f"第{line}行发票号“{number}”{amount:,}元" for line, number, amount in wrong[:_MOST_NAMED]
    )
    more = f"等{len(wrong)}行" if len(wrong) > _MOST_NAMED else ""
    return Refusal(
        Code.VOUCHER_USED,
        f"同一收款人的同一发票、同一金额已支付或者重复：{named}{more}，请删除后重新提交。",
        {
            "lines": ",".join(str(line) for line, _, _ in wrong[:_MOST_NAMED]),
            "invoice_no": wrong[0][1],
            "amount": str(wrong[0][2]),
        },
    )


def why_not_about(*, reversed_before: bool) -> Refusal | None:
    """`wrong_status` for a booking that was taken back: its money is back already."""
    if not reversed_before:
        return None
    return Refusal(Code.WRONG_STATUS, "该笔记账已经冲回，资金已回到原科目，无需再提。")


def why_not_so_large(*, amount: Yuan, booked: Yuan) -> Refusal | None:
    """`amount_exceeds` for more than the booking that it is about moved."""
    if amount <= booked:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"涉及金额{amount:,}元高于该笔记账的{booked:,}元，请核对后重新提交。",
        {"booked_yuan": str(booked), "wanted_yuan": str(amount), "exceeds": str(amount - booked)},
    )


def why_not_answer(*, answered: bool, concluded: bool) -> Refusal | None:
    """`wrong_status` for a finding that was answered or concluded before."""
    if concluded:
        return Refusal(Code.WRONG_STATUS, "该审计意见已有结论，不再接收答复。")
    return Refusal(Code.WRONG_STATUS, "该审计意见已经答复，每项答复一次。") if answered else None


def why_not_conclude(
    *, outcome: Outcome, amount: Yuan, mine: bool, concluded: bool, answer_due_at: datetime | None
) -> Refusal | None:
    """Why a finding is not concluded: by another auditor, twice, before the county was heard, or with a wrong amount.

    `answer_due_at` is the end of a period for an answer that still runs; a finding that is in order needs none.
    """
    if not mine:
        return Refusal(Code.NOT_PERMITTED, "审计结论由提出该意见的审计机关作出。")
    if concluded:
        return Refusal(Code.WRONG_STATUS, "该审计意见已有结论。")
    if outcome is not Outcome.IN_ORDER and answer_due_at is not None:
        return Refusal(
            Code.TOO_EARLY,
            "被审计单位尚未答复且答复期限未满，请待其答复或者期限届满后再作结论。",
            {"answer_due_at": iso(answer_due_at)},
        )
    if outcome is not Outcome.RECOVER and amount != ZERO:
        return Refusal(Code.INVALID, "只有追缴填写追缴金额，其他结论填写0。", {"field": "amount"})
    return None


def why_not_recover(*, amount: Yuan, about_a_booking: bool) -> Refusal | None:
    """`invalid` for a recovery of nothing, and for one that no taking back of a booking could ever show."""
    if not about_a_booking:
        return Refusal(
            Code.INVALID,
            "追缴须针对一笔具体的分配、支出或者退回；本意见未指明，请另提针对该笔记账的意见。",
            {"field": "outcome"},
        )
    return Refusal(Code.INVALID, "追缴金额须大于零。", {"field": "amount"}) if amount <= ZERO else None


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
        {share.category: share.label},
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
                {each.category: each.label},
            )
    return None
