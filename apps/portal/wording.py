"""The parameters of a rulebook in words, for the page of the rules in force and the desk that drafts them."""

from collections.abc import Iterator, Mapping
from typing import Any

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
    "quiet_last_minutes": "挂牌期末不接受报价时间（分钟）",
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
    "farmland_area": "耕地数量",
    "paddy_area": "水田规模",
    "grain_capacity": "粮食产能",
}


def rule_label(path: str) -> str:
    """The name of a parameter, such as `timed_bidding.round_minutes`."""
    return LABELS.get(path, path)


def rule_text(value: Any) -> str:
    """A parameter's value as people read it."""
    if value is None:
        return "不设"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(rule_text(each) for each in value) or "不设"
    if isinstance(value, Mapping):
        return "，".join(f"{WORDS.get(name, name)}：{rule_text(inner)}" for name, inner in value.items())
    return WORDS.get(str(value), str(value))


def flat(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, value) of every parameter, in the rulebook's order; nested ones by dotted paths."""
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value
