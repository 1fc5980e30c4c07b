"""Between whom quota may be handed over by agreement (对口关系): in each province one, by its government's letter."""

from datetime import datetime, timedelta

from apps.demo import hands
from apps.demo.histories import History, office_hour
from apps.demo.organisations import Organisations
from apps.documents.printing import small_pdf
from apps.kinds.table import QuotaClass
from apps.pairing.names import PAIRING_RECORD
from apps.process import uploads
from kernel.clock import beijing
from kernel.clock import now as clock_now

_OFFICE = "province"
_RECORDED_DAYS_AGO = 40


def paired(organisations: Organisations, *, now: datetime) -> History:
    """The first seller's county with the capital of the province, for both classes of quota, without an end."""
    day = now - timedelta(days=_RECORDED_DAYS_AGO)
    yield office_hour(day, 9, 20)
    code, giver = organisations.province.code, organisations.by_key["seller1"].region_id
    number = f"演示函〔{beijing(day).year}〕{code[:2]}号"
    content = small_pdf("对口协作的函", [organisations.province.name, number, "演示材料"])
    by = organisations.actor(_OFFICE)
    uploads.take_from_outside(name=f"{number}.pdf", content=content, by=by, now=clock_now())
    facts = {
        "giving_region": giver,
        "taking_region": f"{code[:2]}01",
        "classes": [str(each) for each in QuotaClass],
        "valid_from": f"{beijing(day):%Y-%m-%d}",
        "body": f"{organisations.province.name}人民政府",
        "document_no": number,
        "document_date": f"{beijing(day):%Y-%m-%d}",
    }
    hands.carry_out(organisations, PAIRING_RECORD, _OFFICE, facts)
