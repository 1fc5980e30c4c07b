"""What people are told of quota that comes from other provinces: its holder of every change, and whoever acts next."""

from datetime import datetime

from apps.crossprovince.demand_events import (
    DemandAdvanced,
    DemandDisputed,
    DemandMatched,
    DemandPaidIn,
    DemandPublished,
    DemandReceived,
    DemandReturned,
    DemandReviewed,
    DemandRevoked,
    DemandSubmitted,
    DemandToPay,
    DemandWithdrawn,
)
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import LABELS
from apps.crossprovince.queries import finance_office_id, province_office_id
from apps.crossprovince.states import OUTCOME_LABELS, Outcome
from apps.funds.models import PayIn
from apps.notices.commands import tell_all
from kernel.acts.act import act_called
from kernel.clock import ended


def _found(demand_id: int) -> Demand:
    return Demand.objects.select_related("case", "holder").get(pk=demand_id)


def _tell(
    found: Demand, to: list[int | None], kind: str, title: str, text: str, now: datetime, about: str = ""
) -> None:
    ids = [each for each in to if each is not None]
    tell_all(organisation_ids=ids, kind=kind, title=title, text=text, now=now, case_id=found.pk, about=about)


def submitted(event: DemandSubmitted) -> None:
    """The province hears of a new round."""
    found = _found(event.demand_id)
    text = f"{found.holder.name}提交了“{found.title}”（{found.case.number}），请按期审核。"
    to, about = [province_office_id(found)], str(found.review_round)
    _tell(found, to, "demand.review", "跨省域调入需求待审核", text, event.now, about=about)


def reviewed(event: DemandReviewed) -> None:
    """Its holder hears the opinion."""
    found = _found(event.demand_id)
    text = f"“{found.title}”的省厅审核意见：{OUTCOME_LABELS[Outcome(event.outcome)]}。"
    about = str(found.review_round)
    _tell(found, [found.holder_id], "demand.opinion", "调入需求审核意见", text, event.now, about=about)


def returned(event: DemandReturned) -> None:
    """Its holder hears why."""
    found = _found(event.demand_id)
    text = f"“{found.title}”被退回，理由：{event.reason}。请补正后重新提交。"
    about = f"{found.review_round}/{event.reason}"[:80]
    _tell(found, [found.holder_id], "demand.returned", "调入需求退回补正", text, event.now, about=about)


def advanced(event: DemandAdvanced) -> None:
    """Its holder hears what was entered."""
    found = _found(event.demand_id)
    said = f"（{event.said}）" if event.said else ""
    text = f"“{found.title}”已办理“{act_called(event.act).label}”{said}，现为“{LABELS[found.state]}”。"
    about = f"{event.act}/{event.now.isoformat()}"
    _tell(found, [found.holder_id], "demand.advanced", "调入需求办理进展", text, event.now, about=about)


def matched(event: DemandMatched) -> None:
    """Its holder hears how much is matched, what that costs, and what becomes of the rest."""
    found = _found(event.demand_id)
    rest = ""
    if event.remainder_id:
        rest = f"未匹配部分另立需求{_found(event.remainder_id).case.number}，继续等待匹配。"
    text = (
        f"调剂方案{event.scheme_no}已下达“{found.title}”（{found.case.number}）：{found.amount:,}亩，"
        f"应缴款{found.price:,}元。{rest}"
    )
    _tell(
        found, [found.holder_id], "demand.matched", "调入方案已下达", text, event.now, about=event.scheme_no
    )


def published(event: DemandPublished) -> None:
    """Its holder hears until when its scheme is published."""
    found = _found(event.demand_id)
    text = f"“{found.title}”的调剂方案已公示，公示期至{ended(event.ends_at)}。"
    about = event.ends_at.isoformat()
    _tell(found, [found.holder_id], "demand.published", "调入方案公示", text, event.now, about=about)


def disputed(event: DemandDisputed) -> None:
    """Its holder hears that nothing is to be paid yet, and why."""
    found, about = _found(event.demand_id), event.now.isoformat()
    text = f"“{found.title}”的方案异议成立，理由：{event.reason}。方案不生效，暂不缴款，等待部里处理。"
    _tell(found, [found.holder_id], "demand.disputed", "调入方案异议成立", text, event.now, about=about)


def revoked(event: DemandRevoked) -> None:
    """Its holder and finance hear that the scheme was taken back."""
    found, about = _found(event.demand_id), event.now.isoformat()
    text = (
        f"调剂方案{event.scheme_no}对“{found.title}”（{found.case.number}）已收回，不再缴款，等待重新匹配。"
    )
    to = [found.holder_id, finance_office_id(found)]
    _tell(found, to, "demand.revoked", "调入方案已收回", text, event.now, about=about)


def to_pay(event: DemandToPay) -> None:
    """Finance and the holder hear what is to be paid in."""
    found = _found(event.demand_id)
    text = f"“{found.title}”（{found.case.number}）的方案公示期满，请按期缴入调剂资金{found.price:,}元。"
    _tell(
        found, [found.holder_id, finance_office_id(found)], "demand.to_pay", "调剂资金待缴入", text, event.now
    )


def paid_in(event: DemandPaidIn) -> None:
    """The holder hears of every payment, the province that all is paid and the quota may come."""
    found, paid = _found(event.demand_id), PayIn.objects.get(pk=event.payment_id)
    rest = "，调剂资金已足额缴入，待调入指标" if event.whole else ""
    text = f"“{found.title}”（{found.case.number}）以凭证“{paid.voucher_no}”缴款{paid.amount:,}元{rest}。"
    to = [found.holder_id, *([province_office_id(found)] if event.whole else [])]
    _tell(found, to, "demand.paid_in", "调剂资金已缴入", text, event.now, about=str(paid.pk))


def received(event: DemandReceived) -> None:
    """The holder hears that its quota is there."""
    found = _found(event.demand_id)
    text = f"“{found.title}”（{found.case.number}）的建设用地规模{found.amount:,}亩已调入，限本县使用。"
    _tell(found, [found.holder_id], "demand.received", "跨省域调剂指标已调入", text, event.now)


def withdrawn(event: DemandWithdrawn) -> None:
    """The province hears that it need not go on."""
    found = _found(event.demand_id)
    if found.submitted_at is None:
        return
    text = f"{found.holder.name}撤回了“{found.title}”（{found.case.number}），理由：{event.reason}。"
    _tell(found, [province_office_id(found)], "demand.withdrawn", "跨省域调入需求已撤回", text, event.now)
