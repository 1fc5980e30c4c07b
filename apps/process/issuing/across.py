"""Documents of quota that leaves the province: the scheme in publication, the transfer, quarters, audits."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.crossprovince import auditing, queries
from apps.crossprovince.events import AdjustmentTransferred, AuditConcluded, QuarterReported, SchemePublished
from apps.crossprovince.models import Adjustment, AuditRound, QuarterReport, SchemeRow
from apps.crossprovince.periods import quarter_called
from apps.crossprovince.process import ADJUSTMENT
from apps.crossprovince.states import AUDIT_LABELS
from apps.documents import facts
from apps.documents.queries import count_of
from apps.documents.states import DocumentKind
from apps.funds.sources import bucket_labels
from apps.funds.states import EXTERNAL, MARGIN, OUTCOME_LABELS, is_spent
from apps.parties.models import Organisation, Region
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.process.issuing import particulars
from apps.process.issuing.particulars import known, said
from kernel.money import ZERO, Yuan, parse_yuan


def _found(adjustment_id: int) -> Adjustment:
    found = Adjustment.objects.select_related("case", "holder", "scheme", "region__parent__parent")
    return found.get(pk=adjustment_id)


def _common(found: Adjustment) -> dict[str, Any]:
    rules = known(found.rules)
    return {
        "legal_basis": tuple(said(each) for each in rules["legal_basis"] if each.strip()),
        "rulebook_version": f"{said(rules['name'])} 第{rules['version']}版",
        "application_number": known(found.case.number),
        "holder": said(found.holder.name),
        "region": particulars.place(found.region),
        "scheme_number": said(known(found.scheme).scheme_no),
    }


def _number(found: Adjustment, kind: DocumentKind) -> str:
    """Numbered on from the application."""
    return f"{found.case.number}{kind.series}{count_of(case_id=found.pk, kind=kind) + 1}"


def _issue(found: Adjustment, stated: facts.Facts, *, by: Organisation, now: datetime) -> None:
    number = _number(found, stated.kind)
    if stated.kind.is_published:
        particulars.issue(found.case, stated, by=by, now=now, number=number)
    else:
        particulars.issue_to(found.case, stated, to=found.holder_id, number=number, by=by, now=now)


def _province(found: Adjustment) -> Organisation:
    return office(Can.DECIDE_FOR_PROVINCE, province=found.province)


def _lines(found: Adjustment) -> tuple[facts.SchemeLine, ...]:
    rows = list(found.rows.filter(scheme=found.scheme).select_related("receipt").order_by("id"))
    names = dict(Region.objects.filter(pk__in={each.in_province for each in rows}).values_list("pk", "name"))
    addition = Yuan(queries.prices_of(found).addition)
    return tuple(_line(each, names.get(each.in_province, each.in_province), addition) for each in rows)


def _line(row: SchemeRow, taker: str, addition: Yuan) -> facts.SchemeLine:
    receipt = getattr(row, "receipt", None)
    return facts.SchemeLine(
        row=said(row.row_no),
        taker=said(taker),
        area=facts.Amount(value=row.area_mu),
        high_standard=row.high_standard,
        out_price=row.out_price,
        in_price=row.in_price,
        addition=addition if row.planning_scale else None,
        national_number=said(receipt.national_no) if receipt is not None else None,
    )


def _total(lines: tuple[facts.SchemeLine, ...]) -> facts.Amount:
    return facts.Amount(value=sum((each.area.value for each in lines), Decimal(0)))


def scheme_publication(event: SchemePublished) -> None:
    """The scheme in publication, for everybody to read."""
    found = _found(event.adjustment_id)
    scheme, amounts, lines = known(found.scheme), known(found.amounts), _lines(found)
    stated = facts.SchemePublicationFacts(
        **_common(found),
        body=said(scheme.body),
        document_number=said(scheme.document_no),
        lines=lines,
        total=_total(lines),
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
    _issue(found, stated, by=_province(found), now=event.now)


def certificate(event: AdjustmentTransferred) -> None:
    """That the quota has left, for its county."""
    found = _found(event.adjustment_id)
    lines = _lines(found)
    stated = facts.AdjustmentCertificateFacts(
        **_common(found),
        lines=lines,
        total=_total(lines),
        allocated=known(found.amounts).allocated,
        transferred_at=event.now,
    )
    _issue(found, stated, by=_province(found), now=event.now)


def quarterly_report(event: QuarterReported) -> None:
    """What the county reported of a quarter."""
    found, report = _found(event.adjustment_id), QuarterReport.objects.get(pk=event.report_id)
    stood = {bucket: _yuan(amount) for bucket, amount in report.figures["stood"].items()}
    moved = {bucket: _yuan(amount) for bucket, amount in report.figures["moved"].items()}
    stated = facts.QuarterlyReportFacts(
        **_common(found),
        quarter=quarter_called(report.quarter).label,
        allocated=known(found.amounts).allocated,
        stood=tuple(_named(each, stood[each]) for each in stood if each not in (EXTERNAL, MARGIN)),
        spent=tuple(_named(each, moved[each]) for each in moved if is_spent(each)),
        remarks=said(report.remarks, otherwise="无"),
    )
    _issue(found, stated, by=found.holder, now=event.now)


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
        **_common(found),
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
    _issue(found, stated, by=by, now=event.now)


def _outcome(outcomes: dict[int, Any], movement_id: int) -> str:
    found = outcomes.get(movement_id)
    return OUTCOME_LABELS[found] if found is not None else "已冲回"
