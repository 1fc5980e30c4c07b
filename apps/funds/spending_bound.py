"""What a payment out of a share and a giving back bind: the sheet of payees whole, by its digest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.documents.queries import as_bound
from apps.funds import payees, queries
from apps.funds.bound import copy_of, of_source, yuan_of
from apps.funds.ledger import Source
from apps.funds.payees import Paid
from apps.funds.sources import bucket_labels, category_labels, plan_of
from apps.funds.states import PayeeKind, share_of
from apps.kinds.classes import DECLARATIONS
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact, is_yes
from kernel.errors import Code, Refused
from kernel.money import ZERO, Yuan, parse_yuan

_MOST_SAID = 20


def spend_bound(fund_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A payment: out of which share, under which voucher, for what, to whom; the sheet is read whole."""
    pool = queries.pool_for(fund_id, by=by)
    of = queries.source_of(pool)
    rows = _typed(data.get("payees"))
    sheet, whole = payees.sheet_of(rows), payees.total_of(rows)
    label = category_labels(pool.source.process).get(str(data.get("category", "")), "")
    voucher = f"“{data.get('voucher_no', '')}”"
    copies = queries.vouchers_of(of.case_id, by=by).filter(pk=copy_of(data))
    return Bound(
        facts=(
            *of_source(pool),
            bound.text("支出项目", label),
            *_planned(data, of=of, whole=whole),
            bound.money("支出金额", whole),
            bound.text("凭证号", voucher),
            bound.text("用途", data.get("purpose", "")),
            bound.text("支出的项目名称", data.get("project", "")),
            bound.text("收款人数", f"{len(rows)}行"),
            sheet.digest,
            *(
                bound.text(f"声明：{said}", "是" if is_yes(data.get(name)) else "否")
                for name, said in DECLARATIONS.items()
            ),
        ),
        evidence=as_bound(copies),
        effect=f"从{pool.holder.name}的“{label}”支出{whole:,}元，收款人{len(rows)}行，凭证号{voucher}。",
        button=f"支出{whole:,}元",
        findings=(
            *_alike(rows),
            *_invoiced_before(rows, holder_id=of.holder_id),
            *_first_time(rows, holder_id=of.holder_id),
        ),
        moving=(
            bound.money("该项现有结余", queries.balance(share_of(str(data.get("category", ""))), of=of)),
        ),
        readings=(sheet.reading,),
    )


def _planned(data: Mapping[str, Any], *, of: Source, whole: Yuan) -> Iterable[Fact]:
    """The line of the plan of use that it is of, where its case has a plan: what of it is spent, and is left then.

    Of no other line, so that a payment of another one voids none that waits.
    """
    given = str(data.get("plan_line") or "")
    for each in plan_of(of.case_id):
        if str(each.no) == given:
            before = queries.spent_by_plan_line(of).get(each.no, ZERO)
            yield bound.text("资金使用方案", f"第{each.no}行：{each.label}")
            yield bound.money("该行计划金额", each.amount)
            yield bound.money("该行已支出", before)
            left = each.amount - before - whole
            if left < ZERO:  # which the act itself refuses
                yield bound.text("本次支出超出该行计划", f"{-left:,}元")
            else:
                yield bound.money("本次支出后该行尚余", left)


def _typed(given: object) -> list[Paid]:
    """The payees as they were handed in. Refuses: invalid, for what the act itself says better."""
    try:
        return [
            Paid(
                PayeeKind(str(each["kind"])),
                str(each["payee"]),
                str(each["payee_account"]),
                parse_yuan(str(each["amount"])),
                str(each.get("invoice_no") or ""),
            )
            for each in (given if isinstance(given, list) else ())
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Refused.because(Code.INVALID, "收款人清单填写有误，请核对。", field="payees") from error


def _alike(rows: Sequence[Paid]) -> Iterable[str]:
    """Rows without an invoice that pay the same to the same account: perhaps somebody stands in the sheet twice."""
    plain = [(each.mark, each.account, each.amount) for each in rows if not each.invoice_no]
    often = Counter(plain)
    twice = [
        line
        for line, each in enumerate(rows, start=1)
        if not each.invoice_no and often[each.mark, each.account, each.amount] > 1
    ]
    if twice:
        named = "、".join(str(line) for line in twice[:_MOST_SAID])
        yield f"第{named}行{'等' if len(twice) > _MOST_SAID else ''}收款人、账号、金额相同且无发票号，请核对是否重复"


def _invoiced_before(rows: Sequence[Paid], *, holder_id: int) -> Iterable[str]:
    """Payments on the same numbers of invoices before, over other amounts or to others: perhaps the same again."""
    before = queries.invoices_like(rows, holder_id=holder_id)
    if before:
        said = "；".join(
            f"发票号“{each.invoice_no}”{each.amount:,}元（凭证“{each.spending.voucher_no}”）"
            for each in before
        )
        yield f"相同发票号此前已有支付，请核对是否重复：{said}"


def _first_time(rows: Sequence[Paid], *, holder_id: int) -> Iterable[str]:
    """Bodies that were never paid out of this holder's proceeds before."""
    bodies = {each.mark: each.name for each in rows if each.kind is PayeeKind.BODY}
    known = queries.payees_known(bodies, holder_id=holder_id)
    fresh = [name for mark, name in bodies.items() if mark not in known]
    if fresh:
        yield f"首次收款的单位：{'、'.join(fresh[:_MOST_SAID])}{'等' if len(fresh) > _MOST_SAID else ''}"


def return_bound(fund_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A giving back: out of which bucket, what it holds, how much, to whom, why."""
    pool = queries.pool_for(fund_id, by=by)
    bucket = str(data.get("bucket", ""))
    label = bucket_labels(pool.source.process).get(bucket, bucket)
    recipient = str(data.get("recipient", ""))
    amount = bound.typed_money("退回金额", data.get("amount", ""))
    return Bound(
        facts=(
            *of_source(pool),
            bound.text("退回科目", label),
            amount,
            bound.text("退回单位", recipient),
            bound.text("退回理由", data.get("reason", "")),
        ),
        evidence=as_bound(queries.vouchers_of(pool.source_id, by=by).filter(pk=copy_of(data))),
        effect=f"从{pool.holder.name}的“{label}”退回{yuan_of(data.get('amount', ''))}给{recipient}。",
        button=f"退回{yuan_of(data.get('amount', ''))}",
        moving=(bound.money("该科目现有结余", queries.balance(bucket, of=queries.source_of(pool))),),
    )
