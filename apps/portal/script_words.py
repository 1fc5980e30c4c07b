"""The words of the scripts in static/: a page hands each script its own, in the language of the page.

A script holds no words itself. Placeholders in braces are filled in by the script.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from apps.listings.states import LABELS, ListingStatus
from kernel.errors import Code

_LIVE: Mapping[str, str] = {
    "live": gettext_noop("实时"),
    "polling": gettext_noop("实时连接中断，改为每 2 秒查询一次"),
    "lost": gettext_noop("连接中断，价格可能不是最新，正在重新连接"),
    "clock": gettext_noop("服务器时间 {time}（误差 ±{error} 秒）"),
    "days": gettext_noop("{d} 天 "),
    "left": gettext_noop("{h} 时 {m} 分 {s} 秒"),
    "over": gettext_noop("已到时间，等待系统确认"),
    "round": gettext_noop("限时竞价第 {n} 轮"),
    "say": gettext_noop("当前最高价 {price}，号牌 {paddle}"),
}
_NOT_LIVE = frozenset(
    {
        ListingStatus.DRAFT,
        ListingStatus.UNDER_REVIEW,
        ListingStatus.RETURNED,
        ListingStatus.APPROVED,
        ListingStatus.WITHDRAWN,
    }
)
"""A lot that is not announced has no live page."""
_HALL: Mapping[str, str] = {
    "none": gettext_noop("尚未报价"),
    "leads": gettext_noop("领先"),
    "outbid": gettext_noop("已被超越"),
    "tied": gettext_noop("已报最高限价，待截止后抽签"),
    "pending": gettext_noop("已提交待确认"),
    "lost": gettext_noop("连接中断"),
    "above": gettext_noop("比当前价高 {x}，"),
    "below": gettext_noop("低于当前价，"),
    "same": gettext_noop("与当前价相同，"),
    "total": gettext_noop("合计 {y} 万元"),
    "notice": gettext_noop("已被超越：号牌 {paddle} 报价 {price}"),
    "retry": gettext_noop("尚未收到答复，正在用同一请求核对，不会重复报价。"),
    "login": gettext_noop("登录已失效。请在另一标签页重新登录后再次提交。"),
    "moved": gettext_noop("价格已变为 {price}，请核对后再确认。"),
    "taken": gettext_noop("报价已接受：第 {n} 号，{price} 元，{at}，摘要 {hash}"),
    "accepted": gettext_noop("第 {n} 号报价已接受"),
    "least": gettext_noop("低于最低有效报价，现在的最低有效报价为 {price} 元。"),
    "alert": gettext_noop("{lot}：已被超越，当前价 {price}"),
    "gaveUp": gettext_noop("未收到答复。请再次点击确认：已受理的将返回原回执，未受理的此时提交。"),
}
_REFUSED: Mapping[str, str] = {
    Code.STALE_PRICE: gettext_noop("选定后价格已变。请核对后重新报价。"),
    Code.BELOW_INCREMENT: gettext_noop("低于当前价加一个加价幅度。请从现在可报的价格中选择。"),
    Code.BELOW_START: gettext_noop("低于起始价。"),
    Code.NOT_A_MULTIPLE: gettext_noop("不是起始价加整数个加价幅度。"),
    Code.ABOVE_CEILING: gettext_noop("高于最高限价。"),
    Code.DUPLICATE_REQUEST: gettext_noop("该报价已报过。"),
    Code.BIDDING_CLOSED: gettext_noop("竞价已结束。"),
    Code.BIDDING_NOT_OPEN: gettext_noop("竞价尚未开始。"),
    Code.SUSPENDED: gettext_noop("交易已中止。"),
    Code.NOT_QUALIFIED: gettext_noop("本单位未取得该项目的竞买资格。"),
    Code.DEPOSIT_MISSING: gettext_noop("保证金未按时足额到账。"),
    Code.BARRED: gettext_noop("本单位被限制竞买。"),
    Code.SELF_DEALING: gettext_noop("出让方及其下属单位不得竞买。"),
    "too_many_requests": gettext_noop("请求过于频繁。请等待数秒后重试。"),
    Code.INVALID: gettext_noop("报价无法识别。请核对后重试。"),
}
"""What the hall says of a refused bid where the page is not in the language of the refusal's own sentence."""
_ALERTS: Mapping[str, str] = {
    "title": gettext_noop("已被超越"),
    "titles": gettext_noop("{n} 宗已被超越"),
    "refused": gettext_noop("浏览器未允许本站发送通知，可在浏览器设置中更改。"),
    "none": gettext_noop("此浏览器不支持通知。"),
    "silent": gettext_noop("请在页面任意处点击一次，提示音方可响起。"),
}
_BOARD: Mapping[str, str] = {
    "outbid": gettext_noop("已被超越"),
    "notice": gettext_noop("{lot}：已被超越，当前价 {price}"),
    "close": gettext_noop("关闭"),
    "most": gettext_noop("最多同时打开四个大厅，请先关闭一个。"),
    "hall": gettext_noop("竞价大厅"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "live": {**_LIVE, **{status: label for status, label in LABELS.items() if status not in _NOT_LIVE}},
    "hall": _HALL,
    "alerts": _ALERTS,
    "board": _BOARD,
}


def words_of(script: str, *, refusals: bool) -> dict[str, Any]:
    """The words of static/<script>.js in the language of the page.

    `refusals` adds to the hall's what each refusal of a bid means, for a page that does not show its own sentence.
    """
    said: dict[str, Any] = {str(name): gettext(text) for name, text in _WORDS[script].items()}
    if refusals and script == "hall":
        said["refusals"] = {str(code): gettext(text) for code, text in _REFUSED.items()}
    return said
