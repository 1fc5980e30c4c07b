"""What kinds of documents and of uploaded evidence there are."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """The documents that the exchange issues (文书): code, title, the word of its number (文号), published or not.

    Without a word it has no series of numbers, and is found by its code or its file alone: whoever tried the numbers
    of qualification certificates one after another could count the bidders before the close.
    """

    label: str
    series: str
    is_published: bool

    def __new__(cls, code: str, label: str = "", series: str = "", published: bool = False) -> "DocumentKind":
        """One row."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.label, made.series, made.is_published = label, series, published
        return made

    ANNOUNCEMENT = "announcement", "交易公告", "公告", True
    SUPPLEMENTARY_ANNOUNCEMENT = "supplementary_announcement", "补充公告", "补告", True
    QUALIFICATION_CERTIFICATE = "qualification_certificate", "竞买资格确认书", ""
    AWARD_CONFIRMATION = "award_confirmation", "成交确认书", "确认"
    TRIPARTITE_CONTRACT = "tripartite_contract", "三方合同", "合同"
    TRANSFER_CERTIFICATE = "transfer_certificate", "指标划转证明", "划转"
    RESULT_PUBLICATION = "result_publication", "结果公示", "公示", True
    SUSPENSION_NOTICE = "suspension_notice", "中止公告", "中止", True
    RESUMPTION_NOTICE = "resumption_notice", "恢复公告", "恢复", True
    TERMINATION_NOTICE = "termination_notice", "终止公告", "终止", True
    QUOTA_CERTIFICATE = "quota_certificate", "建设用地指标登记证", "建指登"
    CERTIFICATE_EXTRACT = "certificate_extract", "建设用地指标登记证附页", "附页"
    AGREEMENT_NOTICE = "agreement_notice", "协议公示", "协示", True
    QUALITY_COMMITMENT = "quality_commitment", "质量提升承诺书", "承诺", True
    COMMITMENT_RESULT = "commitment_result", "质量提升承诺认定书", "承认定", True
    SCHEME_PUBLICATION = "scheme_publication", "调剂方案公示", "方示", True
    QUARTERLY_REPORT = "quarterly_report", "调剂资金季度报告", "季报"
    AUDIT_REPORT = "audit_report", "调剂资金审计报告", "审报", True
    ADJUSTMENT_CERTIFICATE = "adjustment_certificate", "跨省域调剂指标划转证明", "调划"
    DEMAND_CERTIFICATE = "demand_certificate", "跨省域调剂指标调入证明", "调入"

    @property
    def is_found_by_number(self) -> bool:
        """Whether its number may be asked for by anyone."""
        return bool(self.series)


class AttachmentKind(StrEnum):
    """What an uploaded file is evidence of."""

    LISTING_APPLICATION = "listing_application"
    PROJECT_APPROVAL = "project_approval"
    ACCEPTANCE_REPORT = "acceptance_report"
    RESERVE_CERTIFICATE = "reserve_certificate"
    ECOLOGY_ASSESSMENT = "ecology_assessment"
    PARCEL_MAP = "parcel_map"
    QUOTA_NEED = "quota_need"
    FUND_PROOF = "fund_proof"
    OWN_AREA_PROOF = "own_area_proof"
    PAYMENT_VOUCHER = "payment_voucher"
    RETEST_REPORT = "retest_report"
    OBJECTION_EVIDENCE = "objection_evidence"
    ACCEPTANCE_CERTIFICATE = "acceptance_certificate"
    MEASUREMENT_REPORT = "measurement_report"
    RETIREMENT_SUMMARY = "retirement_summary"
    VILLAGE_MINUTES = "village_minutes"
    QUOTA_CERTIFICATE = "quota_certificate"
    PROVINCE_OPINION = "province_opinion"
    DISTRIBUTION_PLAN = "distribution_plan"
    USE_COMMITMENT = "use_commitment"
    ADJUSTMENT_APPLICATION = "adjustment_application"
    FUND_USE_PLAN = "fund_use_plan"
    BUDGET_PROOF = "budget_proof"
    INCOMING_DOCUMENT = "incoming_document"
    FUND_VOUCHER = "fund_voucher"
    GOVERNMENT_DECISION = "government_decision"
    AGREEMENT_TEXT = "agreement_text"
    QUALITY_COMMITMENT = "quality_commitment"
    REGRADING_REPORT = "regrading_report"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind as users see it."""
        return _ATTACHMENT_LABELS[self]


OF_A_DEAL = frozenset(
    {
        AttachmentKind.PAYMENT_VOUCHER,
        AttachmentKind.RETEST_REPORT,
        AttachmentKind.REGRADING_REPORT,
        AttachmentKind.OBJECTION_EVIDENCE,
        AttachmentKind.OTHER,
    }
)
"""What parties of a deal still hand in once the application itself is closed."""

_ATTACHMENT_LABELS = {
    AttachmentKind.LISTING_APPLICATION: "出让申请书",
    AttachmentKind.PROJECT_APPROVAL: "立项批复",
    AttachmentKind.ACCEPTANCE_REPORT: "验收报告",
    AttachmentKind.RESERVE_CERTIFICATE: "入库凭证",
    AttachmentKind.ECOLOGY_ASSESSMENT: "生态环境影响评估材料",
    AttachmentKind.PARCEL_MAP: "地块图",
    AttachmentKind.QUOTA_NEED: "指标需求证明",
    AttachmentKind.FUND_PROOF: "资金证明",
    AttachmentKind.OWN_AREA_PROOF: "本区域无法自行平衡证明",
    AttachmentKind.PAYMENT_VOUCHER: "付款凭证",
    AttachmentKind.RETEST_REPORT: "复测报告",
    AttachmentKind.OBJECTION_EVIDENCE: "异议证据",
    AttachmentKind.ACCEPTANCE_CERTIFICATE: "验收合格确认书",
    AttachmentKind.MEASUREMENT_REPORT: "核定报告",
    AttachmentKind.RETIREMENT_SUMMARY: "拆旧复垦情况汇总",
    AttachmentKind.VILLAGE_MINUTES: "村民会议纪要",
    AttachmentKind.QUOTA_CERTIFICATE: "建设用地指标登记证",
    AttachmentKind.PROVINCE_OPINION: "省级审核意见",
    AttachmentKind.DISTRIBUTION_PLAN: "收益分配方案",
    AttachmentKind.USE_COMMITMENT: "指标使用承诺书",
    AttachmentKind.ADJUSTMENT_APPLICATION: "调剂申请书",
    AttachmentKind.FUND_USE_PLAN: "资金使用方案",
    AttachmentKind.BUDGET_PROOF: "预算安排证明",
    AttachmentKind.INCOMING_DOCUMENT: "外部来文",
    AttachmentKind.FUND_VOUCHER: "收益支出凭证",
    AttachmentKind.GOVERNMENT_DECISION: "政府决定文件",
    AttachmentKind.AGREEMENT_TEXT: "协议文本",
    AttachmentKind.QUALITY_COMMITMENT: "质量提升承诺书",
    AttachmentKind.REGRADING_REPORT: "质量等别复评报告",
    AttachmentKind.OTHER: "其他材料",
}
