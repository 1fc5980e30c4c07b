"""The periods of a verification; none has an effect, their breach is reported (spec: surplus, "Chain")."""

from apps.surplus.names import (
    CERTIFY_DEADLINE,
    CITY_REVIEW_DEADLINE,
    MEASURE_DEADLINE,
    PROVINCE_REVIEW_DEADLINE,
    RECORD_DEADLINE,
    VERIFICATION_RETURN_NOTICE_DEADLINE,
)
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(MEASURE_DEADLINE, "出具核定报告", told=Told.OFFICES),
    Kind(CITY_REVIEW_DEADLINE, "市级初审", told=Told.OFFICES),
    Kind(PROVINCE_REVIEW_DEADLINE, "省级终审", told=Told.OFFICES),
    Kind(VERIFICATION_RETURN_NOTICE_DEADLINE, "核定退回补正书面通知", told=Told.OFFICES),
    Kind(RECORD_DEADLINE, "报部备案", told=Told.OFFICES),
    Kind(CERTIFY_DEADLINE, "发证入库", told=Told.OFFICES),
)
