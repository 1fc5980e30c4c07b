"""What each act of two persons in money binds: who is paid or booked, from which account, how much and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.money import accounts, queries, rules
from apps.money.gate import province_of, require_here
from apps.money.models import (
    OUTCOME_LABELS,
    PURPOSE_LABELS,
    BankEntry,
    Exceptional,
    Outcome,
    OutgoingLine,
    Purpose,
    SubAccount,
)
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, account, money, party, text, typed_instant
from kernel.clock import read_instant
from kernel.errors import Code, not_found
from kernel.money import ZERO, Yuan, parse_yuan


def _yuan(given: Any) -> Yuan:
    """A typed amount; zero for what is none, which the act itself then refuses."""
    try:
        return parse_yuan(str(given))
    except ValueError:
        return ZERO


def _alike(data: Mapping[str, Any], by: Actor) -> list[BankEntry]:
    """Lines of the province that this one may double; none while it is no whole line, which the act itself refuses."""
    try:
        found = queries.twins_of(
            province=province_of(by),
            reference=str(data.get("reference", "")),
            credited_number=str(data.get("credited_number", "")),
            amount=parse_yuan(str(data.get("amount", ""))),
            payer_name=str(data.get("payer_name", "")),
            arrived_at=read_instant(data.get("arrived_at")),
        )
    except ValueError:
        return []
    return [each for those in found.values() for each in those][:3]


def line_bound(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A bank line typed by hand."""
    number, amount = str(data.get("credited_number", "")), _yuan(data.get("amount"))
    sub = SubAccount.objects.filter(number=number).first()
    if sub is not None:
        require_here(by, sub.province, what="子账户")
    payer = str(data.get("payer_name", ""))
    reference = str(data.get("reference", ""))
    findings = [] if sub is not None else ["入账账号不是本平台开立的子账户。"]
    findings += [
        f"与已导入的流水{each.reference}账户、金额相同，且付款人和时间或流水号相同，请核对是否重复。"
        for each in _alike(data, by)
    ]
    if not data.get("payer_account"):
        findings.append("未填写付款账号，款项如需退回将无法办理。")
    purpose = PURPOSE_LABELS[Purpose(sub.purpose)] if sub else "不明"
    counts = f"方计为{purpose}" if sub else "列为例外款项，原路退回"
    return Bound(
        facts=(
            text("银行流水号", reference),
            text("入账账号", number),
            text("款项性质", purpose),
            money("金额", amount),
            party("付款人", payer),
            text("付款账号", data.get("payer_account", "") or "未填写"),
            typed_instant("到账时间", data.get("arrived_at", "")),
        ),
        effect=f"付款人{payer}的{amount:,}元记入账号{number}；对账单核对关闭后{counts}。",
        button=f"确认导入{payer}{amount:,}元",
        findings=tuple(findings),
    )


def cover_bound(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A statement that is closed."""
    number = str(data.get("account", ""))
    sub = accounts.require_ours(number, by=by)
    province = sub.province if sub else province_of(by)
    until = _moment(data.get("covers_until"))
    span = queries.span_of(account=number, province=province, until=until) if until else None
    lines = span.lines if span else []
    credits = span.credits if span else ZERO
    opening, closing = _yuan(data.get("opening_balance")), _yuan(data.get("closing_balance"))
    debits = _yuan(data.get("debit_total"))
    findings = []
    if span is not None and span.since is None:
        findings.append("该账户首次对账，期初余额没有上一份对账单可核对。")
    if span is not None and span.debits != debits:
        findings.append(f"银行支出{debits:,}元，平台已发出付款{span.debits:,}元，请核对支出。")
    answers = span.answers if span else []
    findings += [said for each in answers if (said := _amiss(each))]
    return Bound(
        facts=(
            text("账户", number),
            text("账户类别", "子账户" if sub else "归集账户"),
            typed_instant("核对至", data.get("covers_until", "")),
            money("期初余额", opening),
            money("收入合计", credits),
            text("收入笔数", f"{len(lines)}笔"),
            money("支出合计", debits),
            money("期末余额", closing),
            *(money(f"流水{each.reference}（{each.credited_number}）", each.amount) for each in lines[:200]),
            *(
                money(f"付款流水{each.reference}（{ANSWERED[each.outcome]}）", each.amount)
                for each in answers[:200]
            ),
        ),
        effect=f"账户{number}的{len(lines)}笔、{credits:,}元收入自此计为到账，期末余额{closing:,}元。",
        button=f"确认关闭对账单（{len(lines)}笔{credits:,}元）",
        findings=tuple(findings),
    )


ANSWERED = {"paid": "银行已付", "rejected": "银行退回"}


def _amiss(line: OutgoingLine) -> str:
    payment = queries.payment_of(line.request_id)
    if payment is None:
        return f"付款流水{line.reference}（{line.amount:,}元）没有对应的已审核付款指令，请先向银行核实。"
    if payment.amount != line.amount:
        return (
            f"付款流水{line.reference}为{line.amount:,}元，付款指令为{payment.amount:,}元，请先向银行核实。"
        )
    if line.outcome == "paid" and queries.times_paid(line.request_id, but=line.pk) > 0:
        return (
            f"付款流水{line.reference}：指令{payment.request_id.hex}此前已由银行支付，本次{line.amount:,}元为重复支付，"
            "请先向银行核实并追回。"
        )
    if line.outcome == "rejected":
        return f"付款流水{line.reference}载明银行退回{line.amount:,}元：关闭后该款将重新办理付款，请核对银行回单。"
    return ""


def _moment(given: Any) -> datetime | None:
    try:
        return read_instant(given)
    except ValueError:
        return None


def decision_bound(exceptional_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What becomes of money that is held."""
    found = (
        Exceptional.objects.select_related("entry__sub_account__organisation")
        .filter(pk=exceptional_id)
        .first()
    )
    if found is None:
        raise not_found("例外款项")
    require_here(by, found.entry.province, what="例外款项")
    chosen = str(data.get("outcome", ""))
    label = OUTCOME_LABELS[Outcome(chosen)] if chosen in list(Outcome) else chosen
    entry = found.entry
    return Bound(
        facts=(
            text("银行流水号", entry.reference),
            *_names(found),
            text("付款账号", entry.payer_account or "银行未载明"),
            money("暂存金额", found.amount),
            text("暂存原因", found.sentence),
            text("处理", label),
            text("核实情况", data.get("remark", "")),
        ),
        effect=f"暂存的{found.amount:,}元{label}。",
        button=f"确认{label}{found.amount:,}元",
    )


def _names(found: Exceptional) -> list[Fact]:
    """Whose names are compared, where that is what two persons decide; of no other held money anybody is named."""
    account = found.entry.sub_account
    if found.code != Code.PAYER_MISMATCH or account is None:
        return []
    return [
        party("银行载明的付款人", found.entry.payer_name),
        party("子账户登记单位", account.organisation.name),
    ]


def account_bound(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """An account that is registered."""
    try:
        number = rules.account_number(str(data.get("number", "")))
    except ValueError:
        number = str(data.get("number", ""))
    name, bank = str(data.get("name", "")), str(data.get("bank", ""))
    findings = [] if name == by.organisation_name else ["户名与本单位名称不同，请核对是否为本单位财政专户。"]
    if accounts.open_accounts(by.organisation_id):
        findings.append("本单位已有其他收款账户。")
    return Bound(
        facts=(party("单位", by.organisation_name), account("收款账户", name=name, bank=bank, number=number)),
        effect=f"{by.organisation_name}的收款账户“{name} {bank} {number}”经核验可用于收款。",
        button=f"核验账户{number}",
        findings=tuple(findings),
    )


def closing_bound(account_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """An account that is closed."""
    found = accounts.own(account_id, organisation_id=by.organisation_id)
    return Bound(
        facts=(
            party("单位", by.organisation_name),
            account("收款账户", name=found.name, bank=found.bank, number=found.number),
        ),
        effect=f"{by.organisation_name}的收款账户{found.number}停用；已生效合同约定的收款不受影响。",
        button=f"停用账户{found.number}",
    )
