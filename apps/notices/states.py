"""How long before a deadline people are reminded (提醒)."""

from datetime import timedelta
from enum import StrEnum


class Lead(StrEnum):
    """One of the three reminders."""

    DAY = "day"
    HOUR = "hour"
    TEN_MINUTES = "ten_minutes"


LEADS: dict[Lead, timedelta] = {
    Lead.DAY: timedelta(days=1),
    Lead.HOUR: timedelta(hours=1),
    Lead.TEN_MINUTES: timedelta(minutes=10),
}
LEAD_LABELS: dict[Lead, str] = {Lead.DAY: "一天", Lead.HOUR: "一小时", Lead.TEN_MINUTES: "十分钟"}
TITLES: dict[str, str] = {
    "verification.commissioned": "节余指标核定委托",
    "verification.amended": "核定地块已变更",
    "verification.measured": "核定报告已出具",
    "verification.review": "节余指标核定待审核",
    "verification.opinion": "节余指标核定意见",
    "verification.returned": "核定申报退回补正",
    "verification.reopened": "核定项目被部里退回",
    "verification.recorded": "节余指标已备案",
    "verification.certified": "节余指标已发证入库",
    "verification.reduced": "节余指标被核减",
    "verification.claim_met": "核减决定已执行",
    "verification.ended": "节余指标核定终结",
    "funds.received": "收益到账待分配",
    "adjustment.review": "跨省域调剂申请待审核",
    "adjustment.opinion": "跨省域调剂审核意见",
    "adjustment.returned": "跨省域调剂申请退回补正",
    "adjustment.advanced": "跨省域调剂办理进展",
    "adjustment.matched": "调剂方案已下达",
    "adjustment.published": "调剂方案公示",
    "adjustment.implementing": "调剂资金指标待办理",
    "adjustment.transferred": "调剂指标已划转",
    "adjustment.withdrawn": "跨省域调剂申请已撤回",
    "funds.allocated": "调剂资金到账待分配",
    "funds.taken_back": "收益被银行退回",
    "funds.distributed": "收益已分配",
    "funds.reversed": "收益记账已冲回",
    "funds.spent": "收益已支出",
    "funds.returned": "收益已退回",
    "funds.finding": "收益审计意见",
    "funds.answered": "审计意见已答复",
    "funds.concluded": "收益审计结论",
    "review": "出让申请待审查",
    "returned": "出让申请退回补正",
    "approved": "出让申请审查通过",
    "amended": "补充公告",
    "registration": "竞买申请待审核",
    "qualification": "竞买申请审核结论",
    "certificate": "竞买资格确认书已签发",
    "deposit_rejected": "保证金未予计入",
    "opened": "竞价已开始",
    "outbid": "报价已被超越",
    "timed_round": "已进入限时竞价",
    "won": "竞得通知",
    "closed": "待出具成交确认书",
    "lost": "竞价结束",
    "award_withheld": "成交核验不一致",
    "unsold": "未成交",
    "confirmed": "请签订三方合同",
    "pay": "请按期付款",
    "contracted": "三方合同生效",
    "sign_now": "三方合同待交易机构签署",
    "payment": "价款到账",
    "instalment_rejected": "价款未予计入",
    "paid": "待划转指标",
    "transferred": "指标已划转",
    "commitment": "质量提升承诺的报告",
    "commitment_decided": "质量提升承诺已认定",
    "completed": "项目已办结",
    "defaulted": "违约处理通知",
    "suspended": "交易中止",
    "resumed": "交易恢复",
    "terminated": "交易终止",
    "objection": "收到异议",
    "objection_accepted": "异议已受理",
    "objection_settled": "异议办结",
    "flood_dismissed": "异议已批量不予受理",
    "question": "收到咨询",
    "question_answered": "咨询已答复",
    "refund": "退款已办理",
    "remittance": "划付指令已发出",
    "payment_rejected": "付款被银行退回",
    "paper_unprintable": "文书暂不能印制",
    "preparation_voided": "待审核事项作废",
    "deadline_failed": "一项期限处理失败",
    "deadline_moved": "期限调整",
    "calendar_loaded": "节假日安排已录入",
    "reminder": "期限临近",
    "watch": "关注的项目临近时点",
}
"""What each kind of notice is about, without its particulars: a page in another language says this in its own words."""
