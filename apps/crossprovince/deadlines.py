"""The periods of an adjustment. Ends of publications, quarters, years have effects; the others are reported."""

from apps.crossprovince.auditing import end_year
from apps.crossprovince.names import (
    ADJUSTMENT_REPORT_DEADLINE,
    ADJUSTMENT_RETURN_NOTICE_DEADLINE,
    ADJUSTMENT_REVIEW_DEADLINE,
    ADJUSTMENT_TRANSFER_DEADLINE,
    FINAL_AUDIT_DEADLINE,
    PAY_IN_DEADLINE,
    QUARTER_END_DEADLINE,
    QUARTER_REPORT_DEADLINE,
    SCHEME_END_DEADLINE,
    SCHEME_PUBLISH_DEADLINE,
    YEAR_AUDIT_DEADLINE,
    YEAR_END_DEADLINE,
)
from apps.crossprovince.publishing import end_publication
from apps.crossprovince.reporting import end_quarter
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(ADJUSTMENT_REVIEW_DEADLINE, "跨省域调剂省厅审核", told=Told.OFFICES),
    Kind(ADJUSTMENT_RETURN_NOTICE_DEADLINE, "跨省域调剂退回补正书面通知", told=Told.OFFICES),
    Kind(ADJUSTMENT_REPORT_DEADLINE, "跨省域调剂报部", told=Told.OFFICES),
    Kind(SCHEME_PUBLISH_DEADLINE, "发布调剂方案公示", told=Told.OFFICES),
    Kind(
        SCHEME_END_DEADLINE,
        "调剂方案公示截止",
        effect=end_publication,
        obligation=False,
        told=Told.EVERYBODY,
    ),
    Kind(PAY_IN_DEADLINE, "调入方缴款", told=Told.OFFICES),
    Kind(ADJUSTMENT_TRANSFER_DEADLINE, "跨省域调剂指标划转", told=Told.OFFICES),
    Kind(QUARTER_END_DEADLINE, "季度结束", effect=end_quarter, obligation=False, told=Told.OFFICES),
    Kind(QUARTER_REPORT_DEADLINE, "提交调剂资金季度报告", told=Told.OFFICES),
    Kind(YEAR_END_DEADLINE, "年度结束", effect=end_year, obligation=False, told=Told.OFFICES),
    Kind(YEAR_AUDIT_DEADLINE, "调剂资金年度审计", told=Told.OFFICES),
    Kind(FINAL_AUDIT_DEADLINE, "调剂资金决算审计", told=Told.OFFICES),
)
