"""What pages and forms say of a verification (节余指标核定): its figures, and what city and province said."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.kinds.table import Measure
from apps.surplus.models import Measurement, Opinion, Verification
from apps.surplus.queries import account_of
from apps.surplus.states import LEVEL_LABELS, OUTCOME_LABELS, Level, Outcome


def figures_of(found: Verification, measured: Measurement) -> list[tuple[str, str]]:
    """What a set of parts comes to, each figure by its name and with its unit."""
    account = account_of(measured)
    areas = [
        (_("复垦为农用地"), account.reclaimed),
        (_("安置区建设用地"), measured.resettlement),
        (_("节余指标合计"), account.surplus),
        (_("归还周转指标"), found.returned),
        (_("村内预留"), found.reserved),
        (_("可交易指标"), account.tradeable),
        (_("附带耕地"), account.carried_farmland),
        (_("附带水田"), account.carried_paddy),
        (_("可按高标准农田价格跨省调剂"), account.high_standard),
    ]
    capacity = f"{account.carried_capacity:,.0f} {gettext(Measure.KILOGRAM.value)}"
    return [(label, f"{amount:,.4f} {gettext(Measure.MU.value)}") for label, amount in areas] + [
        (_("附带粮食产能"), capacity)
    ]


def measured_by(measured: Measurement) -> list[tuple[str, str]]:
    """How a report was measured, with what, by whom and when; nothing of what the county declared."""
    if measured.measured_on is None:
        return []
    return [
        (_("测量方法"), measured.method),
        (_("测量仪器"), measured.instrument),
        (_("测量人员"), measured.surveyors),
        (_("测量日期"), measured.measured_on.isoformat()),
    ]


def said_of(found: Verification) -> list[tuple[str, str, Opinion]]:
    """Every opinion in the order given: the level, what it comes to, the opinion itself."""
    return [
        (LEVEL_LABELS[Level(each.level)], OUTCOME_LABELS[Outcome(each.outcome)], each)
        for each in found.opinions.order_by("id")
    ]
