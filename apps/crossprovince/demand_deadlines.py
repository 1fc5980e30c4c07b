"""The periods of a demand. Only the end of the publication has an effect; the others' breach is reported."""

from apps.crossprovince.demand_schemes import end_publication
from apps.crossprovince.names import (
    DEMAND_PAY_IN_DEADLINE,
    DEMAND_PUBLISH_DEADLINE,
    DEMAND_REPORT_DEADLINE,
    DEMAND_RETURN_NOTICE_DEADLINE,
    DEMAND_REVIEW_DEADLINE,
    DEMAND_SCHEME_END_DEADLINE,
)
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(DEMAND_REVIEW_DEADLINE, "调入需求省厅审核", told=Told.OFFICES),
    Kind(DEMAND_RETURN_NOTICE_DEADLINE, "调入需求退回补正书面通知", told=Told.OFFICES),
    Kind(DEMAND_REPORT_DEADLINE, "调入需求报部", told=Told.OFFICES),
    Kind(DEMAND_PUBLISH_DEADLINE, "发布调入方案公示", told=Told.OFFICES),
    Kind(
        DEMAND_SCHEME_END_DEADLINE,
        "调入方案公示截止",
        effect=end_publication,
        obligation=False,
        told=Told.EVERYBODY,
    ),
    Kind(DEMAND_PAY_IN_DEADLINE, "缴入调剂资金", told=Told.OFFICES),
)
