"""The parameters of a rulebook in words, for the page of the rules in force and the desk that drafts them."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_noop

from apps.documents.states import AttachmentKind
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import QuotaKind
from apps.listings.states import LABELS as LISTING_LABELS
from apps.objections.states import LABELS as OBJECTION_LABELS
from apps.parties.roles import ROLE_LABELS
from apps.process.record_words import FIGURES
from apps.questions.states import LABELS as QUESTION_LABELS
from apps.stages.contract.states import PARTY_LABELS
from apps.stages.qualification.states import LABELS as REGISTRATION_LABELS
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS
from kernel.actors import DUTY_LABELS
from kernel.clock import written
from kernel.deadlines.states import STATUS_LABELS

LABELS: dict[str, str] = {
    "review_wd": "三重审查时限（工作日）",
    "return_notice_wd": "退回补正书面通知时限（工作日）",
    "announcement_min.days": "公告期下限（日数）",
    "announcement_min.unit": "公告期下限的计日方式",
    "qualification_wd": "竞买资格审核时限（工作日）",
    "bidding_min_days": "报价期下限（自然日）",
    "daily_end": "期限届满日的截止时刻",
    "deposit_rate": "保证金比例（占起始总价）",
    "starting_total_rounding": "起始总价取整方式",
    "deposit_rounding": "保证金取整方式",
    "increment.kind": "加价幅度的确定方式",
    "increment.value": "加价幅度（元或比例）",
    "increment_multiple": "报价须为加价幅度的整数倍",
    "ceiling.kind": "最高限价的确定方式",
    "ceiling.value": "最高限价（起始价的倍数）",
    "ceiling.resolution": "同为最高限价时的确定方式",
    "timed_bidding.enabled": "限时竞价",
    "timed_bidding.round_minutes": "限时竞价每轮时长（分钟）",
    "timed_bidding.least_bidders": "进入限时竞价的最少竞买人数",
    "timed_bidding.pause_minutes": "限时竞价前准备时间（分钟）",
    "quiet_last_minutes": "报价期末不接受报价时间（分钟）",
    "confirmation_wd": "出具成交确认书时限（工作日）",
    "contract_wd": "签订三方合同时限（工作日）",
    "payment_wd": "付清价款时限（工作日）",
    "late_fee_daily": "逾期付款违约金（每日）",
    "late_fee_cap": "违约金上限（占总价比例）",
    "allocation": "付款抵充顺序",
    "default_after_days": "逾期多少日认定违约（自然日）",
    "bar_days": "违约后限制竞买（自然日）",
    "transfer_wd": "指标划转时限（工作日）",
    "filing_wd": "报送备案时限（工作日）",
    "publication_start_wd": "发布结果公示时限（工作日）",
    "publication_days": "结果公示期（自然日）",
    "deposit_refund_wd": "保证金退还时限（工作日）",
    "objection_accept_wd": "异议受理时限（工作日）",
    "objection_decide_wd": "异议处理时限（工作日）",
    "resume_notice_hours": "恢复交易后最短报价时间（小时）",
    "bidder_kinds": "竞买人范围",
    "price_guidance": "指导价",
    "seller_kinds": "出让方范围",
    "opinion_bodies.legality": "合法性审查的出具单位",
    "opinion_bodies.validity": "有效性审查的出具单位",
    "opinion_bodies.eligibility": "资格审查的出具单位",
    "resale_allowed": "允许转让购入的指标",
    "resale_rule_no": "允许转让购入指标的省级文号",
    "quality_claim_days": "质量退款申请期限（划转后自然日）",
    "use_mode": "占补平衡核算方式",
    "geometry_required": "项目地块须有界址",
    "portal_note_wd": "登记主管部门门户发布情况时限（工作日）",
    "portal_required": "公告期自主管部门门户发布之后起算",
    "remit_wd": "价款划付出让方时限（工作日）",
    "holdback": "价款留存比例（占总价）",
    "overpayment_tolerance": "多付款项容差（元）",
}

WORDS: dict[str, str] = {
    "wd": "工作日",
    "cd": "自然日",
    "fen": "四舍五入到分",
    "ceil_wan": "向上取整到万元",
    "floor_wan": "向下取整到万元",
    "fixed": "固定金额",
    "percent_of_start": "按起始价比例",
    "none": "不设",
    "unit_price": "按项目设定单价",
    "draw": "可验证抽签",
    "price_first": "先价款后违约金",
    "fee_first": "先违约金后价款",
    "county_government": "县（市、区）人民政府",
    "development_zone": "开发区管委会",
    "natural_resources_bureau": "自然资源主管部门",
    "site_project_unit": "单独选址项目单位",
    "provincial_dnr": "省级自然资源主管部门",
    "trading_centre": "交易机构",
    "either": "省级自然资源主管部门或交易机构",
    "project": "按建设项目挂钩",
    "province_year": "省级按年度核算",
    "farmland_area": "耕地数量",
    "paddy_area": "水田规模",
    "grain_capacity": "粮食产能",
    "kind": "种类",
    "grade_from": "等别自",
    "grade_to": "等别至",
    "lowest": "不低于（元）",
    "highest": "不高于（元）",
}


def rule_label(path: str) -> str:
    """The name of a parameter, such as `timed_bidding.round_minutes`."""
    return LABELS.get(path, path)


def rule_text(value: Any) -> str:
    """A parameter's value as people read it, in the language of the page."""
    if value is None:
        return gettext("不设")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return gettext("、").join(rule_text(each) for each in value) or gettext("不设")
    if isinstance(value, Mapping):
        return gettext("，").join(
            gettext("%(name)s：%(value)s")
            % {"name": gettext(WORDS.get(str(name), str(name))), "value": rule_text(inner)}
            for name, inner in value.items()
        )
    return gettext(WORDS[str(value)]) if str(value) in WORDS else str(value)


RATES = frozenset({"deposit_rate", "late_fee_daily", "late_fee_cap", "holdback"})
"""Parameters that are shares of an amount."""


def rule_shown(value: Any, path: str) -> str:
    """The value of one parameter: shares in per cent, amounts with separators, anything else as `rule_text` has it."""
    text = str(value)
    if not _DECIMAL.fullmatch(text):
        return rule_text(value)
    if path in RATES:
        return f"{(Decimal(text) * 100).normalize():f}%"
    return f"{Decimal(text):,}" if path == "increment.value" else rule_text(value)


_DECIMAL = re.compile(r"\d+(\.\d+)?")


def flat(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, value) of every parameter, in the rulebook's order; nested ones by dotted paths."""
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


UNSAID = frozenset({"field", "noted", "item", "person", "key", "request_id", "reason"})
"""Figures for programs, which name an input or a row: people read the sentence, or the words beside the input."""
WORDED = frozenset(
    {"status", "allowed", "role", "duty", "party", "opinion", "outcome", "kind", "missing", "seller_kinds"}
    | {"price_unit", "use_mode", "body"}
)
"""Figures whose value is a word of the domain, or several."""
_COUNTED = frozenset(
    {"wanted", "available", "frozen", "declared", "parts", "difference", "left", "booked", "stated"}
    | {"sold", "retested", "most_bytes", "given_bytes", "farmland_area", "paddy_area", "grain_capacity"}
)
"""Figures that are quantities, also where they are whole."""

_NAMES: dict[str, str] = {
    str(key): label
    for labels in (
        REGISTRATION_LABELS,
        OBJECTION_LABELS,
        STATUS_LABELS,
        PARTY_LABELS,
        SUBJECT_LABELS,
        OUTCOME_LABELS,
        DUTY_LABELS,
        ROLE_LABELS,
        LISTING_LABELS,
        QUESTION_LABELS,
    )
    for key, label in dict[Any, str](labels).items()
} | {str(each): each.label for kinds in (AttachmentKind, QuotaKind, PriceUnit) for each in kinds}
_NAMES |= {"voided": gettext_noop("已撤销登记"), "project": "按建设项目挂钩"}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d\d:\d\d")
_AMOUNT = re.compile(r"\d+\.\d{2,4}")


def shown_figure(name: str, value: str) -> str:
    """An instant as people write it, amounts and quantities with separators, words of the domain in Chinese."""
    if _INSTANT.fullmatch(value):
        return written(datetime.fromisoformat(value))
    if _AMOUNT.fullmatch(value) or (name in _COUNTED and value.isdecimal()):
        return f"{Decimal(value):,}"
    if name in WORDED:
        words = [word for word in value.split(",") if word]
        return gettext("、").join(gettext(_NAMES.get(word, word)) for word in words)
    return value


def shown_value(value: str) -> str:
    """A value whose name is not known: as a figure, or as a word of the domain where it is one."""
    words = [word for word in value.split(",") if word]
    if words and all(word in _NAMES for word in words):
        return gettext("、").join(gettext(_NAMES[word]) for word in words)
    return shown_figure("", value)


def said_figures(figures: Mapping[str, str]) -> list[tuple[str, str]]:
    """(label, text) of what is shown beside a refusal, without what only programs need or what has no label."""
    named = {**LABELS, **FIGURES}
    return [
        (gettext(named[name]), shown_figure(name, value))
        for name, value in figures.items()
        if name in named and name not in UNSAID and value
    ]
