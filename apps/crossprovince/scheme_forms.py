"""What the province fills in when a published scheme is disputed, settled, or taken back."""

from functools import partial
from typing import Any

from rest_framework import serializers

from apps.crossprovince import demand_disputes, publishing, scheme_bound
from apps.crossprovince.demand_forms import OF_PROVINCE_TAKING, at_demand
from apps.crossprovince.demand_states import REVOCABLE as DEMAND_REVOCABLE
from apps.crossprovince.demand_states import DemandStatus as D
from apps.crossprovince.forms import OF_PROVINCE, AdjustmentEndForm, at
from apps.crossprovince.names import (
    DEMAND_DISPUTE,
    DEMAND_REVOKE,
    DEMAND_SETTLE,
    SCHEME_DISPUTE,
    SCHEME_REVOKE,
    SCHEME_SETTLE,
)
from apps.crossprovince.publishing import MinistryDays
from apps.crossprovince.states import REVOCABLE, SETTLEMENT_LABELS, Settlement
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.forms import IncomingForm
from kernel.acts.act import Act
from kernel.web.fields import DayInput, LinesInput


class SchemeRevocationForm(IncomingForm):
    """Why the ministry takes its scheme back, as its document says."""

    reason = LinesInput(label="收回理由", max_length=500)


class SettlementForm(IncomingForm):
    """How the ministry settled a dispute, as its document says."""

    settlement = serializers.ChoiceField(
        label="处理结果", choices=[(str(each), label) for each, label in SETTLEMENT_LABELS.items()]
    )
    begins_on = DayInput(label="部里公示首日（按部里日期公示时填写）", required=False, allow_null=True)
    ends_on = DayInput(label="部里公示末日", required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The outcome as an enumeration, the days as one value."""
        settlement = Settlement(attrs.pop("settlement"))
        days = MinistryDays(attrs.pop("begins_on", None), attrs.pop("ends_on", None))
        return {**super().validate(attrs), "settlement": settlement, "days": days}


ACTS = (
    Act(
        SCHEME_DISPUTE,
        "登记方案异议成立",
        publishing.dispute,
        form=AdjustmentEndForm,
        binds=partial(scheme_bound.dispute_bound, scheme_bound.adjustment),
        statuses=at(S.PUBLICISED),
        help="公示期间的异议经处理成立的，方案不生效，待部里处理后重新公示或重新匹配。",
        **OF_PROVINCE,
    ),
    Act(
        SCHEME_SETTLE,
        "登记方案争议处理结果",
        publishing.settle,
        form=SettlementForm,
        binds=partial(scheme_bound.settle_bound, scheme_bound.adjustment),
        statuses=at(S.DISPUTED),
        **OF_PROVINCE,
    ),
    Act(
        SCHEME_REVOKE,
        "登记收回调剂方案",
        publishing.revoke,
        form=SchemeRevocationForm,
        binds=partial(scheme_bound.revoke_bound, scheme_bound.adjustment),
        statuses=at(*REVOCABLE),
        help="部里收回方案的，尚未下达资金方可登记；指标仍冻结，等待重新匹配。",
        **OF_PROVINCE,
    ),
    Act(
        DEMAND_DISPUTE,
        "登记调入方案异议成立",
        demand_disputes.dispute,
        form=AdjustmentEndForm,
        binds=partial(scheme_bound.dispute_bound, scheme_bound.demand),
        statuses=at_demand(D.PUBLICISED),
        help="公示期间的异议经处理成立的，方案不生效，待部里处理后重新公示或重新匹配。",
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_SETTLE,
        "登记调入方案争议处理结果",
        demand_disputes.settle,
        form=SettlementForm,
        binds=partial(scheme_bound.settle_bound, scheme_bound.demand),
        statuses=at_demand(D.DISPUTED),
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_REVOKE,
        "登记收回调入方案",
        demand_disputes.revoke,
        form=SchemeRevocationForm,
        binds=partial(scheme_bound.revoke_bound, scheme_bound.demand),
        statuses=at_demand(*DEMAND_REVOCABLE),
        help="部里收回方案的，尚未缴款方可登记；需求等待重新匹配。",
        **OF_PROVINCE_TAKING,
    ),
)
