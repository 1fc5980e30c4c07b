"""Documents of quota that leaves the province: the scheme in publication, the transfer, quarters, audits."""

from typing import Any

from apps.crossprovince import auditing, queries
from apps.crossprovince.events import AdjustmentTransferred, AuditConcluded, QuarterReported, SchemePublished
from apps.crossprovince.models import Adjustment, AuditRound, QuarterReport
from apps.crossprovince.periods import quarter_called
from apps.crossprovince.process import ADJUSTMENT
from apps.crossprovince.states import AUDIT_LABELS
from apps.documents import facts
from apps.funds.sources import bucket_labels
from apps.funds.states import EXTERNAL, MARGIN, OUTCOME_LABELS, is_spent
from apps.parties.models import Organisation, Region
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.process.issuing import particulars, scheme
from apps.process.issuing.particulars import known, said
from kernel.money import ZERO, Yuan, parse_yuan


def _found(adjustment_id: int) -> Adjustment:
    found = Adjustment.objects.select_related("case", "holder", "scheme", "region__parent__parent")
    return found.get(pk=adjustment_id)


def _province(found: Adjustment) -> Organisation:
    return office(Can.DECIDE_FOR_PROVINCE, province=found.province)


def _matched(found: Adjustment) -> dict[str, Any]:
    rows = list(found.rows.filter(scheme=found.scheme).select_related("receipt").order_by("id"))
    names = dict(Region.objects.filter(pk__in={each.in_province for each in rows}).values_list("pk", "name"))
    return scheme.matched(found, rows, other_side="in_province", names=names)


def scheme_publication(event: SchemePublished) -> None:
    """The scheme in publication, for everybody to read."""
    found = _found(event.adjustment_id)
    imported, amounts = known(found.scheme), known(found.amounts)
    stated = facts.SchemePublicationFacts(
        **scheme.common(found),
        **_matched(found),
        body=said(imported.document.body),
        document_number=said(imported.document.document_no),
        amounts=(
            facts.NamedMoney(name="调入方缴款", amount=amounts.price),
            facts.NamedMoney(name="调出价款", amount=amounts.gross),
            facts.NamedMoney(name="中央留存", amount=amounts.retained),
            facts.NamedMoney(name="应下达", amount=amounts.allocated),
        ),
        margin=f"{amounts.margin:,}元",
        published_at=event.now,
        ends_at=event.ends_at,
        portal_url=particulars.portal(),
    )
    scheme.issue(found, stated, by=_province(found), now=event.now)


def certificate(event: AdjustmentTransferred) -> None:
    """That the quota has left, for its county."""
    found = _found(event.adjustment_id)
    stated = facts.AdjustmentCertificateFacts(
        **scheme.common(found),
        **_matched(found),
        allocated=known(found.amounts).allocated,
        transferred_at=event.now,
    )
    scheme.issue(found, stated, by=_province(found), now=event.now)


def quarterly_report(event: QuarterReported) -> None:
    """What the county reported of a quarter."""
    found, report = _found(event.adjustment_id), QuarterReport.objects.get(pk=event.report_id)
    stood = {bucket: _yuan(amount) for bucket, amount in report.figures["stood"].items()}
    moved = {bucket: _yuan(amount) for bucket, amount in report.figures["moved"].items()}
    stated = facts.QuarterlyReportFacts(
        **scheme.common(found),
        quarter=quarter_called(report.quarter).label,
        allocated=known(found.amounts).allocated,
        stood=tuple(_named(each, stood[each]) for each in stood if each not in (EXTERNAL, MARGIN)),
        spent=tuple(_named(each, moved[each]) for each in moved if is_spent(each)),
        remarks=said(report.remarks, otherwise="无"),
    )
    scheme.issue(found, stated, by=found.holder, now=event.now)


def _yuan(text: str) -> Yuan:
    return ZERO - parse_yuan(text[1:]) if text.startswith("-") else parse_yuan(text)


def _named(bucket: str, amount: Yuan) -> facts.NamedMoney:
    return facts.NamedMoney(name=bucket_labels(ADJUSTMENT.name)[bucket], amount=amount)


def audit_report(event: AuditConcluded) -> None:
    """What an audit came to, for everybody to read, with what it takes to draw its vouchers again.

    An audit of which no voucher stands has no report: nobody of the auditor has said anything.
    """
    found, mine = _found(event.adjustment_id), AuditRound.objects.get(pk=event.round_id)
    outcomes = auditing.outcomes_of(mine)
    if not outcomes:
        return
    draws = list(mine.draws.select_related("spending").order_by("place"))
    stated = facts.AuditReportFacts(
        **scheme.common(found),
        audit=mine.label,
        commitment=mine.commitment,
        secret=mine.secret,
        vouchers_in_all=len(draws),
        spent=known(mine.spent),
        sampled=known(mine.sampled),
        vouchers=tuple(
            facts.AuditedVoucher(
                place=each.place,
                booking=str(each.spending.movement_id),
                amount=each.amount,
                outcome=_outcome(outcomes, each.spending.movement_id),
            )
            for each in draws
            if each.sampled
        ),
        outcome=AUDIT_LABELS[mine.outcome],
    )
    auditor = queries.auditor_id(found)
    by = Organisation.objects.get(pk=auditor) if auditor is not None else _province(found)
    scheme.issue(found, stated, by=by, now=event.now)


def _outcome(outcomes: dict[int, Any], movement_id: int) -> str:
    found = outcomes.get(movement_id)
    return OUTCOME_LABELS[found] if found is not None else "已冲回"
