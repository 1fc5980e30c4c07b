"""What pages and forms say of a demand for quota of other provinces (跨省域调入)."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_noop as _

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_rules import expected_price
from apps.crossprovince.demand_states import REST_LABELS
from apps.crossprovince.queries import prices_in, stored_rules
from apps.crossprovince.states import Remainder
from apps.funds.models import PayIn
from apps.funds.pay_ins import pay_ins_of
from kernel.errors import Refused
from kernel.money import ZERO

_YES_NO = {True: _("是"), False: _("否")}


def figures_of(found: Demand, *, now: datetime) -> list[tuple[str, str]]:
    """What is needed, and what that will come to at its prices."""
    said = [
        (_("需求数量"), f"{found.amount:,.4f} 亩"),
        (_("附加规划规模"), _YES_NO[found.planning_scale]),
        (_("未匹配部分"), REST_LABELS[Remainder(found.remainder)]),
    ]
    try:
        stored = stored_rules(found, now=now)
    except Refused:
        return said
    price = expected_price(
        found.amount, prices_in(stored), province=found.province, planning_scale=found.planning_scale
    )
    return [
        *said,
        *([] if found.price is not None else [(_("预计缴款"), f"{price:,} 元")]),
        (_("适用规则"), f"{stored['name']} 第{stored['version']}版"),
    ]


def amounts_of(found: Demand, payments: Iterable[PayIn] | None = None) -> list[tuple[str, str]]:
    """What its scheme asks to be paid in, and what is still to be paid; nothing before it is matched."""
    if found.price is None:
        return []
    before = sum((each.amount for each in (pay_ins_of(found.pk) if payments is None else payments)), ZERO)
    return [
        (_("应缴款"), f"{found.price:,} 元"),
        (_("已缴款"), f"{before:,} 元"),
        (_("尚欠缴款"), f"{found.price - before:,} 元"),
    ]
