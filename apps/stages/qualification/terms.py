"""The notice to bidders (竞买须知) and the undertaking (竞买承诺书), in versions: templates with a lot's facts.

A version is never changed: another wording is another version, so that a digest names one text for ever.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.rulebook.parameters import Parameters
from kernel.clock import beijing
from kernel.money import Yuan, capitals


class TermsDocument(StrEnum):
    """What an applicant reads and confirms; the value is the name of the fact that confirms it."""

    NOTICE = "notice_sha256"
    PLEDGE = "pledge_sha256"


TITLES: dict[TermsDocument, str] = {
    TermsDocument.NOTICE: "竞买须知",
    TermsDocument.PLEDGE: "竞买承诺书",
}
VERSION = "2026-2"
"""The version in force for both."""


@dataclass(frozen=True)
class LotTerms:
    """A lot's facts as the texts name them. Prices are per `unit`; instants are the announced ones."""

    number: str
    title: str
    seller: str
    lines: str
    unit: str
    starting_price: Yuan
    starting_total: Yuan
    increment: Yuan
    ceiling: Yuan | None
    deposit: Yuan
    deposit_cutoff_at: datetime
    registration_closes_at: datetime
    opens_at: datetime
    period_ends_at: datetime
    rules: Parameters
    rounds_from_opening: bool = False


@dataclass(frozen=True)
class Terms:
    """One text as an applicant reads it. `text` is plain, a paragraph a line; `sha256` is over its UTF-8."""

    document: TermsDocument
    title: str
    version: str
    text: str
    sha256: str

    @property
    def name(self) -> str:
        """Title and version, as approvals name it."""
        return f"{self.title}（{self.version}版）"


def terms_of_lot(lot: LotTerms) -> tuple[Terms, ...]:
    """Both texts of a lot in the version in force, the notice first."""
    return tuple(_made(document, lot) for document in TermsDocument)


def _made(document: TermsDocument, lot: LotTerms) -> Terms:
    text = "\n".join(_WRITERS[document](lot))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Terms(document, TITLES[document], VERSION, text, sha256)


def _at(instant: datetime) -> str:
    return f"{beijing(instant):%Y年%m月%d日%H:%M}"


def _yuan(amount: Yuan) -> str:
    return f"{amount.amount:,.2f}元"


def _share(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def _notice(lot: LotTerms) -> list[str]:
    rules = lot.rules
    ceiling = (
        f"最高限价为{_yuan(lot.ceiling)}/{lot.unit}，高于最高限价的报价无效；两个以上竞买人按最高限价报价的，截止后以公开抽签确定竞得人。"
        if lot.ceiling is not None
        else "本项目不设最高限价。"
    )
    multiple = "，且加价须为加价幅度的整数倍" if rules.increment_multiple else ""
    return [
        f"项目：{lot.number}“{lot.title}”。出让方：{lot.seller}。标的：{lot.lines}。",
        f"一、起始价{_yuan(lot.starting_price)}/{lot.unit}，"
        f"起始总价{_yuan(lot.starting_total)}（大写：{capitals(lot.starting_total)}）。"
        f"报价为单价，首次报价不低于起始价，以后每次报价比当前最高价至少高一个加价幅度，即{_yuan(lot.increment)}/{lot.unit}{multiple}。{ceiling}",
        f"二、报名于{_at(lot.registration_closes_at)}截止。"
        f"竞买保证金{_yuan(lot.deposit)}（大写：{capitals(lot.deposit)}），"
        f"须以竞买人名义、从竞买人账户一次或分次转入本项目专用子账户，于{_at(lot.deposit_cutoff_at)}前足额到账，以银行到账时间为准；"
        "他人代付、逾期到账的，不计入保证金，原路退回；付款人名称与登记名称不完全一致、可能为本单位付款的，暂存核实。资格审核通过且保证金足额到账的，方可取得号牌参加竞价。",
        f"三、竞价自{_at(lot.opens_at)}开始，{_period(lot)}"
        "报价一经平台接受即不可撤回、不可修改；网络、设备等原因未能在截止前送达服务器的报价无效。",
        "四、截止时报价最高且符合公告条件（设保留价的，不低于保留价）的竞买人为竞得人。"
        f"交易机构在截止后{rules.confirmation_wd}个工作日内出具成交确认书，竞得人须自成交确认之日起{rules.contract_wd}个工作日内签订三方合同。",
        f"五、价款须自合同生效之日起{rules.payment_wd}个工作日内付清，保证金抵作价款。{_late(rules)}"
        f"付清价款后{rules.transfer_wd}个工作日内办理指标划转。",
        f"六、竞得人逾期不签订合同，或逾期{rules.default_after_days}日仍未付清价款的，视为违约：保证金不予退还，取消竞得资格，"
        f"{rules.bar_days}日内不得参加竞买，且不得竞买本标的重新挂牌的项目；已付的其余价款退还。",
        f"七、未竞得人的保证金在截止后{rules.deposit_refund_wd}个工作日内原路退还，不计利息。",
        "八、项目依法中止的，恢复后各项时间顺延并公告；终止的，保证金和已付价款原路退还。对公告、竞价过程有异议的，可依公告所载方式提出。",
    ]


def _period(lot: LotTerms) -> str:
    if lot.rounds_from_opening:
        minutes = lot.rules.timed_bidding.round_minutes
        return (
            f"逐轮进行，每轮{minutes}分钟，轮内有新的有效报价即重新计时，一轮内无人报价即截止；首轮无人报价的，项目未成交。"
            "均以平台服务器时间为准。"
        )
    return f"报价期于{_at(lot.period_ends_at)}截止，均以平台服务器时间为准。{_closing(lot.rules)}"


def _closing(rules: Parameters) -> str:
    quiet = f"报价期最后{rules.quiet_last_minutes}分钟不接受报价。" if rules.quiet_last_minutes else ""
    timed = rules.timed_bidding
    if not timed.enabled:
        return f"{quiet}截止时不延时，本项目不进行限时竞价。"
    pause = f"间隔{timed.pause_minutes}分钟后" if timed.pause_minutes else "随即"
    return (
        f"{quiet}报价期截止时有{timed.least_bidders}个以上竞买人参与报价的，{pause}进入限时竞价，每轮{timed.round_minutes}分钟，"
        "轮内有新的有效报价即重新计时，一轮内无人报价即截止。"
    )


def _late(rules: Parameters) -> str:
    cap = f"，累计不超过成交价款的{_share(rules.late_fee_cap)}" if rules.late_fee_cap is not None else ""
    return f"逾期付款的，每日按未付价款的{_share(rules.late_fee_daily)}支付违约金{cap}。"


def _pledge(lot: LotTerms) -> list[str]:
    rules = lot.rules
    return [
        f"我单位申请竞买{lot.number}“{lot.title}”，已阅读并理解交易公告和竞买须知，现郑重承诺：",
        "一、所提交的材料真实、完整、有效，具备公告规定的竞买人条件；与出让方无隶属关系，不存在不得参加竞买的情形。",
        f"二、保证金{_yuan(lot.deposit)}及竞得后的价款来源合法，以本单位名义缴纳。",
        "三、独立决策、独立报价，不与其他竞买人串通，不泄露、不探听其他竞买人的信息，不扰乱交易秩序。",
        f"四、报价前自行核对单价、总价和大写金额；以不低于{_yuan(lot.starting_price)}/{lot.unit}的价格参加竞买，"
        "报价一经接受不撤回，以本单位账号作出的报价均由本单位承担责任。",
        f"五、竞得后自成交确认之日起{rules.contract_wd}个工作日内签订三方合同，自合同生效之日起{rules.payment_wd}个工作日内付清价款。",
        f"六、如不签订合同或不付清价款，同意保证金不予退还，{rules.bar_days}日内不参加竞买，逾期付款的按竞买须知支付违约金，并承担法律责任。",
    ]


_WRITERS: dict[TermsDocument, Callable[[LotTerms], list[str]]] = {
    TermsDocument.NOTICE: _notice,
    TermsDocument.PLEDGE: _pledge,
}
