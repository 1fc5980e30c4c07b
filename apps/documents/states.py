"""What kinds of documents and of uploaded evidence there are."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """The documents that the exchange issues (spec: the process)."""

    ANNOUNCEMENT = "announcement"
    SUPPLEMENTARY_ANNOUNCEMENT = "supplementary_announcement"
    QUALIFICATION_CERTIFICATE = "qualification_certificate"
    AWARD_CONFIRMATION = "award_confirmation"
    TRIPARTITE_CONTRACT = "tripartite_contract"
    TRANSFER_CERTIFICATE = "transfer_certificate"
    RESULT_PUBLICATION = "result_publication"
    SUSPENSION_NOTICE = "suspension_notice"
    RESUMPTION_NOTICE = "resumption_notice"
    TERMINATION_NOTICE = "termination_notice"

    @property
    def label(self) -> str:
        """The document's title as users see it."""
        return _DOCUMENT_LABELS[self]

    @property
    def is_found_by_number(self) -> bool:
        """Whether its number may be asked for by anyone.

        Not the qualification certificate's: by trying numbers one after another a stranger could count the
        bidders before close. It is verified by its code or its file, which only its holder has.
        """
        return self is not DocumentKind.QUALIFICATION_CERTIFICATE


_DOCUMENT_LABELS = {
    DocumentKind.ANNOUNCEMENT: "交易公告",
    DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT: "补充公告",
    DocumentKind.QUALIFICATION_CERTIFICATE: "竞买资格确认书",
    DocumentKind.AWARD_CONFIRMATION: "成交确认书",
    DocumentKind.TRIPARTITE_CONTRACT: "三方合同",
    DocumentKind.TRANSFER_CERTIFICATE: "指标划转证明",
    DocumentKind.RESULT_PUBLICATION: "结果公示",
    DocumentKind.SUSPENSION_NOTICE: "中止公告",
    DocumentKind.RESUMPTION_NOTICE: "恢复公告",
    DocumentKind.TERMINATION_NOTICE: "终止公告",
}


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
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind as users see it."""
        return _ATTACHMENT_LABELS[self]


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
    AttachmentKind.OTHER: "其他材料",
}
