"""The periods of an adjustment. Only the end of the publication has an effect; the others' breach is reported."""

from apps.crossprovince.names import (
    ADJUSTMENT_REPORT_DEADLINE,
    ADJUSTMENT_RETURN_NOTICE_DEADLINE,
    ADJUSTMENT_REVIEW_DEADLINE,
    ADJUSTMENT_TRANSFER_DEADLINE,
    PAY_IN_DEADLINE,
    SCHEME_END_DEADLINE,
    SCHEME_PUBLISH_DEADLINE,
)
from apps.crossprovince.publishing import end_publication
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
)
