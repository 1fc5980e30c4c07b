"""The desk's other lists as workbooks: the columns of each, and its rows as the page shows them."""

from collections.abc import Iterable
from typing import Any

from apps.desks.payouts import Paid
from apps.kinds.sheets import amount_columns, amounts_among_all, amounts_in
from apps.land.models import Project
from apps.listings.models import Listing
from apps.listings.states import LABELS
from apps.money.models import Exceptional, Refund, Remittance, Statement
from apps.quota.batch_models import Batch
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import LABELS as REGISTRATION_LABELS
from kernel.cases.queries import NamedCase
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import STATUS_LABELS, DeadlineStatus
from kernel.money import Yuan
from kernel.sheets import INSTANT, LIMIT, WHOLE, YUAN, Column, Table

NUMBER, TITLE = Column("项目编号", "", 24), Column("项目名称", "", 36)


def registrations(rows: Iterable[tuple[Registration, Any]]) -> Table:
    """One's own applications to bid, each with its deposit."""
    columns = (
        NUMBER, TITLE, Column("出让方", "", 26), Column("申请状态", "", 14), Column("提交时间", INSTANT, 18),
        Column("保证金子账户", "", 26), Column("应缴（元）", YUAN, 18), Column("尚缺（元）", YUAN, 18),
        Column("项目状态", "", 14),
    )  # fmt: skip
    cells = [
        [
            str(each.listing), each.listing.title, each.listing.seller.name, REGISTRATION_LABELS[each.state],
            each.submitted_at, deposit.sub_account, deposit.required, deposit.missing, LABELS[each.listing.state],
        ]
        for each, deposit in rows
    ]  # fmt: skip
    return Table("竞买申请", columns, cells)


def proceeds(rows: Iterable[Any]) -> Table:
    """What one's lots brought."""
    columns = (
        NUMBER, TITLE, Column("受让方", "", 26), Column("已收（元）", YUAN, 18), Column("违约金（元）", YUAN, 16),
        Column("留存（元）", YUAN, 16), Column("已划付（元）", YUAN, 18), Column("收款账户", "", 40),
    )  # fmt: skip
    cells = [
        [
            str(each.listing), each.listing.title, each.contract.winner.name, each.received, each.late_fee,
            each.held_back, _remitted(each.orders), str(each.contract.fiscal_account or ""),
        ]
        for each in rows
    ]  # fmt: skip
    return Table("款项", columns, cells)


def _remitted(orders: Iterable[Remittance]) -> Yuan:
    return sum((each.amount for each in orders if each.paid_at is not None), Yuan("0.00"))


def projects(rows: Iterable[Project]) -> Table:
    """Projects of land consolidation."""
    columns = (
        Column("项目名称", "", 36), Column("权属主体", "", 26), Column("行政区划", "", 14),
        Column("立项批复文号", "", 24), Column("验收文号", "", 24), *amount_columns(16),
    )  # fmt: skip
    cells = [
        [
            each.name, each.owner.name, each.region.name, each.approval_no, each.acceptance_no,
            *amounts_in(each.made),
        ]
        for each in rows
    ]  # fmt: skip
    return Table("土地整治项目", columns, cells)


def batches(rows: Iterable[Batch], burdens: dict[int, str]) -> Table:
    """Batches in the reserve with what stands on them."""
    columns = (
        Column("入库凭证号", "", 24), Column("项目", "", 36), Column("权属主体", "", 26), Column("行政区划", "", 14),
        *amount_columns(16, None),
        Column("质量等别", WHOLE, 10), Column("权利负担", "", 40),
    )  # fmt: skip
    cells = [
        [
            each.certificate_no, each.title, each.owner.name, each.region.name,
            *amounts_among_all(each.quantities), each.grade, burdens.get(each.pk, ""),
        ]
        for each in rows
    ]  # fmt: skip
    return Table("储备库", columns, cells)


def handovers(rows: Iterable[Listing]) -> Table:
    """Transfers of quota and filings of dossiers."""
    columns = (
        NUMBER, TITLE, Column("出让方", "", 26), Column("受让方", "", 26), Column("划转时间", INSTANT, 18),
        Column("报送时间", INSTANT, 18), Column("受理备案时间", INSTANT, 18), Column("状态", "", 14),
    )  # fmt: skip
    cells = []
    for each in rows:
        transfer, filing = getattr(each, "transfer", None), getattr(each, "filing", None)
        contract = getattr(each, "contract", None)
        cells.append(
            [
                str(each), each.title, each.seller.name, contract.winner.name if contract else "",
                transfer.executed_at if transfer else None, filing.submitted_at if filing else None,
                filing.accepted_at if filing else None, LABELS[each.state],
            ]
        )  # fmt: skip
    return Table("划转与备案", columns, cells)


def deadlines(rows: Iterable[tuple[Deadline, NamedCase | None]]) -> Table:
    """Deadlines that are overdue or failed."""
    columns = (
        Column("期限", "", 26), NUMBER, TITLE, Column("届满时间", LIMIT, 18), Column("状态", "", 12),
        Column("等待", "", 40),
    )  # fmt: skip
    cells = [
        [
            kind_of(row.kind).label, case.number if case else "", case.title if case else "", row.due_at,
            STATUS_LABELS[DeadlineStatus(row.status)], row.waiting_for,
        ]
        for row, case in rows
    ]  # fmt: skip
    return Table("期限", columns, cells)


def anomalies(sorts: Iterable[tuple[str, Iterable[Any]]]) -> Table:
    """What looks unusual, each with its figures."""
    columns = (Column("类别", "", 24), Column("内容", "", 80), Column("依据", "", 60))
    cells = [
        [label, each.sentence, "；".join(f"{name}：{said}" for name, said in each.figures)]
        for label, rows in sorts
        for each in rows
    ]
    return Table("异常提示", columns, cells)


def due_refunds(rows: Iterable[Refund], masked: set[int]) -> Table:
    """Refunds that nobody released yet; of a masked one neither payer nor sub-account."""
    columns = (
        Column("原流水", "", 30), Column("付款人", "", 28), Column("付款账号", "", 24), Column("子账户", "", 26),
        Column("金额（元）", YUAN, 18), Column("事由", "", 40), Column("应退自", INSTANT, 18),
    )  # fmt: skip
    cells = [
        [
            each.entry.reference, "" if each.pk in masked else each.entry.payer_name, each.entry.payer_account,
            "" if each.pk in masked else str(each.entry.sub_account or each.entry.credited_number), each.amount,
            each.reason, each.due_since,
        ]
        for each in rows
    ]  # fmt: skip
    return Table("待退款项", columns, cells)


def orders(rows: Iterable[Remittance]) -> Table:
    """Money to be paid out."""
    columns = (
        Column("事由", "", 44), Column("款项", "", 14), Column("收款户名", "", 28), Column("开户银行", "", 28),
        Column("收款账号", "", 26), Column("金额（元）", YUAN, 18), Column("应付自", INSTANT, 18),
    )  # fmt: skip
    cells = [[each.reason, each.purse_label, *each.payee, each.amount, each.due_since] for each in rows]
    return Table("待划付款项", columns, cells)


def sent(rows: Iterable[Paid]) -> Table:
    """Payments that two persons released."""
    columns = (
        Column("付款指令号", "", 36), Column("收款人", "", 28), Column("收款账号", "", 26),
        Column("金额（元）", YUAN, 18), Column("事由", "", 40), Column("审核时间", INSTANT, 18),
        Column("付讫时间", INSTANT, 18), Column("银行退回时间", INSTANT, 18),
    )  # fmt: skip
    cells = [
        [
            each.payment.request_id.hex, each.name, each.number, each.payment.amount, each.payment.reason,
            each.payment.released_at, each.payment.paid_at, each.payment.rejected_at,
        ]
        for each in rows
    ]  # fmt: skip
    return Table("已发出付款", columns, cells)


def statements(rows: Iterable[Statement]) -> Table:
    """Closed statements."""
    columns = (
        Column("账户", "", 28), Column("核对至", INSTANT, 18), Column("期初余额（元）", YUAN, 18),
        Column("收入合计（元）", YUAN, 18), Column("支出合计（元）", YUAN, 18), Column("期末余额（元）", YUAN, 18),
    )  # fmt: skip
    cells = [
        [
            each.account, each.covers_until, each.opening_balance, each.credit_total, each.debit_total,
            each.closing_balance,
        ]
        for each in rows
    ]  # fmt: skip
    return Table("对账单", columns, cells)


def unmatched(rows: Iterable[Exceptional], *, names_payer: set[int], full: bool) -> Table:
    """Money on the exceptions list; the payer only of rows in `names_payer`, accounts only for finance (`full`)."""
    columns = (
        Column("原流水", "", 30), Column("金额（元）", YUAN, 18), Column("付款人", "", 28), Column("付款账号", "", 24),
        Column("到账时间", INSTANT, 18), Column("例外原因", "", 60),
    )  # fmt: skip
    cells = [
        [
            each.entry.reference, each.amount, each.entry.payer_name if full and each.pk in names_payer else "",
            each.entry.payer_account if full else "", each.entry.arrived_at, each.sentence,
        ]
        for each in rows
    ]  # fmt: skip
    return Table("未匹配款项", columns, cells)


def positions(rows: Iterable[tuple[Any, Listing | None]]) -> Table:
    """How every sub-account stands."""
    columns = (
        Column("子账户", "", 28), NUMBER, TITLE, Column("单位", "", 28), Column("用途", "", 10),
        Column("收到（元）", YUAN, 18), Column("抵作价款（元）", YUAN, 18), Column("退还（元）", YUAN, 18),
        Column("没收（元）", YUAN, 18), Column("在管（元）", YUAN, 18), Column("已收价款（元）", YUAN, 18),
        Column("待处理（元）", YUAN, 18), Column("已划付（元）", YUAN, 18), Column("差额（元）", YUAN, 18),
    )  # fmt: skip
    cells = [
        [
            each.account.number, str(lot) if lot else "", lot.title if lot else "", each.account.organisation.name,
            "保证金" if each.account.purpose == "deposit" else "价款", each.received, each.applied, each.refunded,
            each.forfeited, each.held, each.kept, each.suspense, each.remitted, each.difference,
        ]
        for each, lot in rows
    ]  # fmt: skip
    return Table("子账户", columns, cells)
