"""The periods of a verification; none has an effect, their breach is reported (spec: surplus, "Chain")."""

from kernel.deadlines.registry import Kind
from kernel.transparency import Told

MEASURE = Kind("verification.measure", "出具核定报告", told=Told.OFFICES)
CITY_REVIEW = Kind("verification.city_review", "市级初审", told=Told.OFFICES)
PROVINCE_REVIEW = Kind("verification.province_review", "省级终审", told=Told.OFFICES)
RETURN_NOTICE = Kind("verification.return_notice", "核定退回补正书面通知", told=Told.OFFICES)
RECORD = Kind("verification.record", "报部备案", told=Told.OFFICES)
CERTIFY = Kind("verification.certify", "发证入库", told=Told.OFFICES)

KINDS = (MEASURE, CITY_REVIEW, PROVINCE_REVIEW, RETURN_NOTICE, RECORD, CERTIFY)
