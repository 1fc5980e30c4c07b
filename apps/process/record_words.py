"""The audit record in words: what was done by its Chinese name, and what it says as lines of before and after."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop
from rest_framework.serializers import BaseSerializer, ChoiceField

from apps.crossprovince.demand_states import LABELS as DEMAND_STATES
from apps.crossprovince.states import LABELS as ADJUSTMENT_STATES
from apps.kinds.table import QuotaKind
from apps.listings.states import LABELS as LISTING_STATES
from apps.parties.names import ORGANISATION_CHANGE, ORGANISATION_REGISTER, PERSON_REGISTER
from apps.quota.burden_rules import BurdenType
from apps.rulebook.proceeds import CATEGORY_LABELS
from apps.rulebook.subjects import SUPPLEMENTARY
from apps.surplus.states import LABELS as VERIFICATION_STATES
from kernel.acts.act import Act, act_called, all_acts
from kernel.acts.verbs import Verb
from kernel.audit.models import AuditEntry
from kernel.errors import Code
from kernel.transparency import Told

VERBS = (
    Verb("attachment.add", "上传材料", Told.OFFICES),
    Verb("attachment.read", "查阅材料", Told.OFFICES),
    Verb("registration.read", "查阅竞买申请"),
    Verb("deposit.expect", "查看应缴保证金"),
    Verb("bidding.open", "竞价开始", Told.OFFICES),
    Verb("bidding.close", "竞价截止成交", Told.OFFICES),
    Verb("bidding.unsold", "竞价截止未成交", Told.OFFICES),
    Verb("bidding.withhold", "核验不一致，未确定竞得人", Told.OFFICES),
    Verb("bidding.timed_round", "进入限时竞价", Told.OFFICES),
    Verb("certificate.issue", "出具竞买资格确认书"),
    Verb("deposit.forfeit", "没收保证金"),
    Verb("listing.complete", "项目办结", Told.OFFICES),
    Verb("listing.default", "认定违约", Told.OFFICES),
    Verb("objection.identify", "查看异议人身份", Told.OFFICES),
    Verb(ORGANISATION_REGISTER, "登记单位", Told.OFFICES),
    Verb("organisation.add", "登记单位", Told.OFFICES),
    Verb(ORGANISATION_CHANGE, "变更单位信息", Told.OFFICES),
    Verb("payment.settle", "价款付清", Told.OFFICES),
    Verb("person.login", "登录", Told.OFFICES),
    Verb("person.password", "修改密码", Told.OFFICES),
    Verb("token.issue", "新建接口令牌", Told.OFFICES),
    Verb("token.revoke", "停用接口令牌", Told.OFFICES),
    Verb("person.logout", "退出", Told.OFFICES),
    Verb(PERSON_REGISTER, "登记人员", Told.OFFICES),
    Verb("person.add", "登记人员", Told.OFFICES),
    Verb("person.change", "变更人员信息", Told.OFFICES),
    Verb("login.unlock", "解除登录锁定", Told.OFFICES),
    Verb("membership.add", "登记任职", Told.OFFICES),
    Verb("membership.change", "变更任职", Told.OFFICES),
    Verb("task.take", "领取事项"),
    Verb("task.give_back", "退回事项"),
    Verb("task.hand_over", "转交事项"),
    Verb("region.add", "登记行政区划", Told.OFFICES),
    Verb("region.change", "变更行政区划", Told.OFFICES),
    Verb("funds.receive", "收益到账", Told.OFFICES),
    Verb("adjustment.commit_audit", "审计抽查密钥承诺", Told.OFFICES),
    Verb("adjustment.draw_audit", "审计抽查凭证", Told.OFFICES),
    Verb("adjustment.void_audit", "决算审计重新抽取", Told.OFFICES),
    Verb("adjustment.conclude_audit", "审计完成", Told.OFFICES),
    Verb("funds.take_back", "收益被银行退回", Told.OFFICES),
    Verb("account.accept", "接受邀请设立账号", Told.OFFICES),
    Verb("agreement.close", "协议公示期满成交", Told.OFFICES),
    Verb("contract.details", "合同载明的单位信息更新", Told.OFFICES),
    Verb("verification.export", "导出报部备案材料", Told.OFFICES),
    Verb("adjustment.reduce", "指标核减，退回跨省域调剂申请", Told.OFFICES),
    Verb("adjustment.implement", "方案公示期满，办理资金和指标", Told.OFFICES),
    Verb("adjustment.split", "部分匹配，余额另立一案", Told.OFFICES),
    Verb("demand.begin_paying", "方案公示期满，开始缴款", Told.OFFICES),
    Verb("demand.split", "部分匹配，余额另立一案", Told.OFFICES),
)
"""What the exchange does by itself, or what administration does, in the audit record."""

STEPS = {
    ".prepare": gettext_noop("%(act)s（经办）"),
    ".send_back": gettext_noop("%(act)s（退回经办）"),
    ".take_back": gettext_noop("%(act)s（撤回审核）"),
    ".void": gettext_noop("%(act)s（经办稿作废）"),
}
"""What is said of an act's steps on the way to its release, by how their verb ends."""

CODES: dict[Code, str] = {
    Code.NOT_PERMITTED: "您所在单位或岗位不能办理该事项。",
    Code.WRONG_STATUS: "项目当前状态下不能办理该事项。",
    Code.SAME_PERSON: "该事项须由另一人办理。",
    Code.MISSING_DOCUMENT: "缺少必需的材料，请上传后重试。",
    Code.TOTALS_MISMATCH: "合计数与明细不符，请核对。",
    Code.QUOTA_INSUFFICIENT: "可用指标不足。",
    Code.QUOTA_FROZEN: "指标已冻结，不能重复使用。",
    Code.QUOTA_ENCUMBERED: "指标存在抵押、查封等权利限制。",
    Code.TOO_EARLY: "尚未到可以办理的时间。",
    Code.TOO_LATE: "已超过办理期限。",
    Code.ANNOUNCEMENT_TOO_SHORT: "公告期短于规则下限。",
    Code.FACTS_FROZEN: "公告后不得变更该内容。",
    Code.SELF_DEALING: "不得竞买本单位出让的指标。",
    Code.BARRED: "本单位处于限制竞买期内。",
    Code.NOT_QUALIFIED: "本单位尚未取得竞买资格。",
    Code.DEPOSIT_MISSING: "保证金未足额到账。",
    Code.PAYER_MISMATCH: "付款人与应付款的单位不一致。",
    Code.BIDDING_NOT_OPEN: "竞价尚未开始。",
    Code.BIDDING_CLOSED: "竞价已截止，报价未被接受。",
    Code.SUSPENDED: "交易已中止，暂不接受报价。",
    Code.BELOW_START: "报价低于起始价。",
    Code.BELOW_INCREMENT: "报价低于最低有效报价。",
    Code.NOT_A_MULTIPLE: "报价不是加价幅度的整数倍。",
    Code.ABOVE_CEILING: "报价高于最高限价。",
    Code.STALE_PRICE: "当前价已变化，请按最新价格重新确认。",
    Code.DUPLICATE_REQUEST: "同一请求编号已用于另一项内容。",
    Code.ALREADY_SIGNED: "本方已经签署。",
    Code.TEXT_CHANGED: "文本已更新，请重新阅读后签署。",
    Code.AMOUNT_EXCEEDS: "金额超出可用数额。",
    Code.OBJECTION_OPEN: "存在未办结的异议，暂不能继续。",
    Code.CALENDAR_UNCONFIRMED: "相关年度的工作日历尚未公布。",
    Code.PARCEL_CONFLICT: "地块与已登记项目重叠，请核对界址。",
    Code.NOT_FOUND: "未找到该内容，请核对编号。",
    Code.INVALID: "填写内容有误，请按提示更正。",
    Code.NOT_VERIFIED: "自动核对未通过，不能发证。",
    Code.BAN_LIST: "未能与管控图层比对，或与管控区域重叠。",
    Code.RULE_EXPIRED: "本省没有现行有效的规则。",
    Code.PRICE_MISMATCH: "方案所列价格与本案适用的价格不符。",
    Code.PRICE_OUT_OF_GUIDANCE: "价格超出价格表规定的范围。",
    Code.USE_BANNED: "指标不得作此用途。",
    Code.SHARE_OUT_OF_RANGE: "收益分配比例不符合规则。",
    Code.VOUCHER_USED: "凭证或者发票已经使用。",
    Code.NOT_PAIRED: "没有覆盖双方的有效对口关系。",
}
"""What each code means in general, for pages in another language than the sentence itself."""

_AMOUNTS = {str(kind): kind.heading for kind in QuotaKind}
FACTS: dict[str, str] = {
    "acceptance_no": gettext_noop("验收文号"), "accepted": gettext_noop("是否受理"), "account": gettext_noop("账号"),
    "active": gettext_noop("是否有效"), "address": gettext_noop("网址"), "amount": gettext_noop("金额（元）"),
    "bank": gettext_noop("开户银行"), "barred_until": gettext_noop("限制竞买至"), "case": gettext_noop("案例"),
    "ceiling": gettext_noop("最高限价（元）"), "changes": gettext_noop("变更内容"),
    "closing": gettext_noop("期末余额（元）"), "current": gettext_noop("当时最高价（元）"),
    "covers_until": gettext_noop("核对至"), "days": gettext_noop("天数"), "door": gettext_noop("登录方式"),
    "drawn": gettext_noop("是否抽签"), "duty": gettext_noop("职责"), "facts_sha256": gettext_noop("内容指纹"),
    "fault": gettext_noop("过错方"), "form": gettext_noop("查看方式"),
    "grade": gettext_noop("质量等别"),
    "has_reserve": gettext_noop("是否设保留价"), "increment": gettext_noop("加价幅度（元）"),
    "kind": gettext_noop("种类"),
    "late_fee": gettext_noop("违约金（元）"), "manifest_sha256": gettext_noop("卷宗指纹"), "name": gettext_noop("名称"),
    "notice_no": gettext_noop("通知文号"), "number": gettext_noop("号码"), "objections": gettext_noop("异议"),
    "opinion": gettext_noop("审查事项"), "organisation": gettext_noop("单位"), "outcome": gettext_noop("结论"),
    "paid": gettext_noop("已付（元）"), "party": gettext_noop("签署方"),
    "pause": gettext_noop("暂停"), "person": gettext_noop("人员"), "published_at": gettext_noop("发布时间"),
    "reason": gettext_noop("理由"), "reference": gettext_noop("流水号"), "refund": gettext_noop("退款（元）"),
    "region": gettext_noop("行政区划代码"), "remark": gettext_noop("说明"), "request_id": gettext_noop("请求标识"),
    "register_no": gettext_noop("登记号"), "attachment": gettext_noop("扫描件"),
    "record_no": gettext_noop("部备案号"), "body": gettext_noop("来文机关"), "document_no": gettext_noop("来文文号"),
    "document_date": gettext_noop("来文日期"), "measurer": gettext_noop("第三方核定机构"),
    "contract_no": gettext_noop("委托合同编号"), "contract_price": gettext_noop("合同价款（元）"),
    "declared": gettext_noop("申报面积（亩）"), "resettlement": gettext_noop("安置区建设用地（亩）"),
    "returned": gettext_noop("归还周转指标（亩）"), "reserved": gettext_noop("村内预留（亩）"),
    "parts": gettext_noop("地块数"), "digest": gettext_noop("地块清单摘要"), "report": gettext_noop("核定报告指纹"),
    "tradeable": gettext_noop("可交易指标（亩）"), "round": gettext_noop("轮次"),
    "certificate_no": gettext_noop("登记证号"), "finding_no": gettext_noop("核减决定文号"),
    "amount_mu": gettext_noop("核减数量（亩）"), "left_mu": gettext_noop("待核减（亩）"),
    "retested": gettext_noop("复测数量"), "sequence": gettext_noop("序号"), "sha256": gettext_noop("内容指纹"),
    "slot": gettext_noop("区分"), "sold": gettext_noop("成交数量"), "starting_price": gettext_noop("起始价（元）"),
    "superior": gettext_noop("上级单位"), "task": gettext_noop("事项"), "text_sha256": gettext_noop("文本指纹"),
    "to": gettext_noop("转交给"), "trial": gettext_noop("试算"), "unit_price": gettext_noop("单价（元）"),
    "username": gettext_noop("用户名"), "version": gettext_noop("版本"), "voucher": gettext_noop("付款凭证号"),
    "demanded": gettext_noop("需求数量（亩）"), "payable": gettext_noop("应缴款（元）"),
    "year": gettext_noop("年度"), "status": gettext_noop("状态"), "tried": gettext_noop("尝试办理的内容"),
    "asked_sealed": gettext_noop("所查账号"), "category": gettext_noop("支出项目"),
    "payees": gettext_noop("收款人数"), "sheet_sha256": gettext_noop("收款人清单指纹"),
    "detail": gettext_noop("被拒绝的依据"), "title": gettext_noop("项目名称"), "email": gettext_noop("电子邮件"),
    "from_held_back": gettext_noop("其中从留存价款退还（元）"), "issued": gettext_noop("向受让方新增产能（公斤）"),
    "owed_by_seller": gettext_noop("出让方另行退还（元）"),
    "phone": gettext_noop("电话"), "refused": gettext_noop("被拒绝的行数"), "refused_rows": gettext_noop("被拒绝的行"),
    **CATEGORY_LABELS,
    **_AMOUNTS,
}  # fmt: skip
"""What the record's own facts are called; an act's form names the rest."""
FIGURES: dict[str, str] = {
    "burden_type": "权利负担类型",
    "burdened": "有权利负担的数量",
    "free": "无权利负担的数量",
    "expected": "应为",
    "made_in": "指标产生地代码",
    "to": "竞买单位所在地代码",
    "within": "使用期限内的数量",
    "term_ended": "使用期限届满",
    "confirmed": "规划规模确认亩数",
    "used": "其他标的已附亩数",
    "elsewhere": "其他标的载明亩数",
    "there": "原项目该等别地块面积（亩）",
    "decided": "认定时间",
    "spent": "已支出金额（元）",
    "planned": "方案金额（元）",
    "grade": "质量等别",
    "lowest_valid": "最低有效报价（元）",
    "tradeable": "可交易指标（亩）",
    "stated": "填报面积（亩）",
    "drawn": "界址面积（亩）",
    "allowed_mu": "允许误差（亩）",
    "ties": "关联情形",
    "document_no": "来文文号",
    "finding_no": "核减决定文号",
    "newest": "最近地块清单的来源",
    "finding": "自动核对事项",
    "price": "单价（元）",
    "bound": "价格表规定（元）",
    "what": "价格类型",
    "first": "第一条",
    "second": "第二条",
    "current": "当前最高价（元）",
    "ceiling": "最高限价（元）",
    "increment": "加价幅度（元）",
    "least": "规则下限",
    "unit_price": "报价（元）",
    "seen_price": "您看到的价格（元）",
    "start": "起始价（元）",
    "starting_price": "起始价（元）",
    "opens_at": "竞价开始",
    "closed_at": "竞价截止",
    "received_at": "服务器收到时间",
    "closed": "截止时间",
    "until": "限制至",
    "earliest": "最早",
    "given": "您填写的",
    "at": "时间",
    "status": "当前状态",
    "declared": "申报数量",
    "parts": "合计数量",
    "difference": "差额",
    "wanted": "需要数量",
    "available": "可用数量",
    "frozen": "已冻结数量",
    "kind": "种类",
    "missing": "缺少",
    "open": "未办结件数",
    "field": "填写项",
    "allowed": "可办理的状态",
    "number": "账号",
    "account": "账户",
    "closed_until": "已关闭至",
    "booked": "已登记数",
    "waiting": "待处理",
    "today": "今日已提交件数",
    "count": "件数",
    "name": "名称",
    "credit_code": "统一社会信用代码",
    "username": "登录名",
    "person": "人员",
    "longest": "字数上限",
    "files": "已上传件数",
    "most_files": "件数上限",
    "most_bytes": "大小上限（字节）",
    "given_bytes": "文件大小（字节）",
    "most": "上限",
    "certificate_no": "入库凭证号",
    "overlap_mu": "重叠面积（亩）",
    "where": "重叠位置",
    "use_mode": "核算方式",
    "before": "实施前耕地面积（亩）",
    "after": "竣工后耕地面积（亩）",
    "left": "剩余数量",
    "noted": "已登记",
    "published_at": "发布时间",
    "drop_reserve": "删除保留价",
    "of_batches": "入库凭证载明",
    "seller_kinds": SUPPLEMENTARY.declared["seller_kinds"].label,
    "highest": "最高可报单价（元）",
    "unanswered": "未答复的异议件数",
    "cutoff": "保证金到账截止",
    "body": "出具单位",
    "items": "未确认的审查要点",
    "answers": "未说明的核查事项",
    "item": "核查事项",
    "due": "应退金额（元）",
    "ended": "申请期限届满",
    "measurer": "复测机构",
    "holder": "领取人",
    "prepared_by": "经办人",
    **_AMOUNTS,
    "role": "当前角色",
    "duty": "当前职责",
    "amount": "金额（元）",
    "reference": "流水号",
    "signed_at": "签署时间",
    "party": "签署方",
    "sold": "成交数量",
    "retested": "复测数量",
    "year": "年份",
    "version": "版本",
    "valid_to": "失效日期",
    "valid_from": "生效日期",
    "newer_version": "已批准的较新版本",
    "newer_valid_from": "较新版本生效日期",
    "due_at": "期限届满",
    "deposit_cutoff": "保证金到账截止",
    "request_id": "请求标识",
    "key": "请求标识",
    "opinion": "审查事项",
    "outcome": "结论",
    "reason": "理由",
    "columns": "列",
    "rows": "行数",
    "detail": "详情",
    "region": "行政区划代码",
    "province": "省份",
    "price_unit": "计价单位",
    "text_sha256": "文本指纹",
    "category": "分配项目",
    "total": "合计（元）",
    "whole": "待分配收益（元）",
    "circulation": "流转权限",
    "declaration": "声明事项",
    "matched": "方案匹配面积（亩）",
    "applied": "申请面积（亩）",
    "demanded": "需求数量（亩）",
    "payable": "应缴款（元）",
    "paid": "已缴款（元）",
    "payer": "付款人",
    "payers": "可以付款的单位",
    "ends_at": "公示截止",
    "allocated": "应下达金额（元）",
    "allocated_before": "已下达金额（元）",
    "left_to_allocate": "尚余金额（元）",
    "left_of_plan": "方案该行尚余（元）",
    "wanted_yuan": "本次金额（元）",
    "booked_yuan": "凭证金额（元）",
    "open_findings": "未作结论的审计意见（件）",
    "open_debts": "未收回的追缴（笔）",
    "audits": "未完成的审计（项）",
    "holds": "未了结的异议件数",
    "held": "科目结余（元）",
    "fields": "字段",
    "given_back": "已退回金额（元）",
    "exceeds": "超出金额（元）",
    "answer_due_at": "答复期限",
    "owed": "应追缴金额（元）",
    "since": "起始时间",
}
"""What the details of refusals are called."""


OTHER = gettext_noop("其他内容")
_STATES: dict[str, Mapping[Any, str]] = {
    "adjustment_id": ADJUSTMENT_STATES,
    "scheme_id": ADJUSTMENT_STATES,
    "demand_id": DEMAND_STATES,
    "verification_id": VERIFICATION_STATES,
    "listing_id": LISTING_STATES,
}
"""The labels of statuses by what the case is to an act."""

_SIGNS = frozenset(
    FACTS[name]
    for name in (
        "account", "address", "email", "facts_sha256", "manifest_sha256", "number", "reference", "request_id",
        "sha256", "slot", "task", "text_sha256", "username",
    )
)  # fmt: skip
_SIGNS_ONLY = re.compile(r"(?=.*[0-9/@…])[!-~…、]*[A-Za-z][!-~…、]*")
_MOST_SIGNS = 2_000
_DIGEST_SIGNS = 40
_WORDS: dict[str, str] = {
    "True": gettext_noop("是"), "False": gettext_noop("否"), "true": gettext_noop("是"), "false": gettext_noop("否"),
    "None": "—", "": "—", "page": gettext_noop("页面"), "xlsx": "Excel",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One fact of an entry: what it is called, how it stood before and after (empty: it was not there)."""

    label: str
    before: str
    after: str

    @property
    def is_code(self) -> bool:
        """Whether it is signs to compare, not words: a fingerprint, an account, a reference, a name to sign in by."""
        named = self.label.rpartition("·")[2] in _SIGNS
        return named or any(_SIGNS_ONLY.fullmatch(each) for each in (self.before, self.after))


def verbs_called(text: str) -> set[str]:
    """The verbs whose Chinese name has this text in it; every verb that begins with it where it is a code."""
    wanted = text.strip().casefold()
    found = {verb for verb, label in _names() if wanted in label.casefold()}
    return found | {verb for verb, _label in _names() if verb.startswith(wanted)}


def names() -> list[str]:
    """The Chinese names of all that is done, each once, for an input that offers them."""
    return list(dict.fromkeys(label for _verb, label in _names()))


def _names() -> Iterator[tuple[str, str]]:
    for act in all_acts():
        yield act.name, act.label
        if act.two_persons:
            for tail, form in STEPS.items():
                yield f"{act.name}{tail}", form % {"act": act.label}
    yield from ((each.name, each.label) for each in VERBS)


def label_of(verb: str) -> str:
    """The Chinese name of what was done; the verb itself where it has none."""
    return next((label for name, label in _names() if name == verb.partition(":")[0]), verb)


def why_refused(code: str) -> str:
    """A refusal's code as its sentence; empty for what was done."""
    return CODES[Code(code)] if code in list(Code) else ""


def content_of(entry: AuditEntry) -> list[Line]:
    """What an entry says, fact by fact, in the order in which it was written."""
    words = _Words(_labels(entry.verb), _states(entry.verb), _choices(entry.verb))
    before = dict(_flat(entry.before, words))
    after = dict(_flat(entry.after, words))
    return [
        Line(label, before.get(label, ""), after.get(label, "")) for label in dict.fromkeys([*before, *after])
    ]


@dataclass(frozen=True)
class _Words:
    """What an entry's names, statuses and chosen codes are called."""

    labels: Mapping[str, str]
    states: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]


def _act_of(verb: str) -> Act | None:
    name = verb
    for tail in STEPS:
        name = name.removesuffix(tail)
    try:
        return act_called(name.partition(":")[0])
    except KeyError:
        return None


def _labels(verb: str) -> dict[str, str]:
    act = _act_of(verb)
    return FACTS | {name: str(each.label) for name, each in _fields(act.form())} if act else FACTS


def _choices(verb: str) -> dict[str, dict[str, str]]:
    """What each code is called that a person chose on the form, by the input's name."""
    act = _act_of(verb)
    return _BURDENS | {
        name: {str(code): str(label) for code, label in each.choices.items()}
        for name, each in (_fields(act.form()) if act else ())
        if isinstance(each, ChoiceField)
    }


_BURDENS = {"burden_type": {str(each): each.label for each in BurdenType}}
"""What types of burdens are called that refusals name."""


def _states(verb: str) -> Mapping[str, str]:
    """What the statuses are called of the cases that an act is done on; several processes have codes in common."""
    name = verb.partition(":")[0]
    for tail in STEPS:
        name = name.removesuffix(tail)
    subject = next((act.subject for act in all_acts() if act.name == name), "")
    return {str(key): label for key, label in dict[Any, str](_STATES.get(subject, {})).items()}


def _fields(form: BaseSerializer[Any]) -> Iterator[tuple[str, Any]]:
    for name, each in getattr(form, "fields", {}).items():
        yield name, each
        inner = getattr(each, "child", each)
        if isinstance(inner, BaseSerializer):
            yield from _fields(inner)


def _flat(said: Mapping[str, Any], words: _Words, above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        own = (
            words.labels.get(name)
            or words.labels.get(name.rpartition(".")[2])
            or FACTS.get(name)
            or FIGURES.get(name)
            or OTHER
        )
        own = "" if name in ("tried", "detail") else own
        label = "·".join(each for each in (above, own) if each)
        if isinstance(value, Mapping):
            yield from _flat(value, words, label)
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            for place, each in enumerate(value, start=1):
                inner = each if isinstance(each, Mapping) else {name: each}
                yield from _flat(inner, words, f"{label}{place}")
        elif name in ("status", "allowed") and words.states:
            yield label or OTHER, "、".join(words.states.get(each, each) for each in str(value).split(","))
        else:
            yield label or OTHER, words.choices.get(name, {}).get(str(value)) or _text(name, value)


_SEALED = gettext_noop("（密封）")


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_text(name, each) for each in value)
    text = str(value)
    if name.endswith("_sealed"):
        return _SEALED
    if name.endswith("sha256") and len(text) >= _DIGEST_SIGNS:
        return f"{text[:8]}…{text[-8:]}"
    return _WORDS.get(text, text)[:_MOST_SIGNS]


def as_text(entry: AuditEntry) -> str:
    """The same on one line, for a table cell that leaves the platform."""
    return "；".join(
        f"{each.label}：{each.before}→{each.after}" if each.before else f"{each.label}：{each.after}"
        for each in content_of(entry)
    )


def as_stored(entry: AuditEntry) -> str:
    """The facts as they were hashed, for whoever verifies a chain."""
    return json.dumps({"before": entry.before, "after": entry.after}, ensure_ascii=False, sort_keys=True)
