"""Documents of quota that comes from other provinces: the scheme in publication, and that the quota has come."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.crossprovince import demand_queries as queries
from apps.crossprovince.demand_events import DemandPublished, DemandReceived
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import SchemeRow
from apps.crossprovince.queries import prices_of
from apps.documents import facts
from apps.documents.queries import count_of
from apps.parties.queries import divisions_called, office
from apps.parties.roles import Can
from apps.process.issuing import particulars
from apps.process.issuing.particulars import known, said
from kernel.money import Yuan


def _found(demand_id: int) -> Demand:
    found = Demand.objects.select_related("case", "holder", "scheme", "region__parent__parent")
    return found.get(pk=demand_id)


def _common(found: Demand) -> dict[str, Any]:
    rules = known(found.rules)
    lines = _lines(found)
    return {
        "legal_basis": tuple(said(each) for each in rules["legal_basis"] if each.strip()),
        "rulebook_version": f"{said(rules['name'])} 第{rules['version']}版",
        "application_number": known(found.case.number),
        "holder": said(found.holder.name),
        "region": particulars.place(found.region),
        "scheme_number": said(known(found.scheme).scheme_no),
        "lines": lines,
        "total": facts.Amount(value=sum((each.area.value for each in lines), Decimal(0))),
    }


def _lines(found: Demand) -> tuple[facts.SchemeLine, ...]:
    rows = list(queries.rows_of(found))
    names, addition = divisions_called({each.out_county for each in rows}), Yuan(prices_of(found).addition)
    return tuple(_line(each, names.get(each.out_county, each.out_county), addition) for each in rows)


def _line(row: SchemeRow, giver: str, addition: Yuan) -> facts.SchemeLine:
    receipt = getattr(row, "receipt", None)
    return facts.SchemeLine(
        row=said(row.row_no),
        taker=said(giver),
        area=facts.Amount(value=row.area_mu),
        high_standard=row.high_standard,
        out_price=row.out_price,
        in_price=row.in_price,
        addition=addition if row.planning_scale else None,
        national_number=said(receipt.national_no) if receipt is not None else None,
    )


def _issue(found: Demand, stated: facts.Facts, *, now: datetime) -> None:
    kind = stated.kind
    number = f"{found.case.number}{kind.series}{count_of(case_id=found.pk, kind=kind) + 1}"
    by = office(Can.DECIDE_FOR_PROVINCE, province=found.province)
    if kind.is_published:
        particulars.issue(found.case, stated, by=by, now=now, number=number)
    else:
        particulars.issue_to(found.case, stated, to=found.holder_id, number=number, by=by, now=now)


def scheme_publication(event: DemandPublished) -> None:
    """The scheme in publication, for everybody to read."""
    found = _found(event.demand_id)
    scheme = known(found.scheme)
    stated = facts.SchemePublicationFacts(
        **_common(found),
        body=said(scheme.body),
        document_number=said(scheme.document_no),
        amounts=(facts.NamedMoney(name="应缴调剂资金", amount=known(found.price)),),
        party="调入单位",
        partner="调出县（市、区）",
        published_at=event.now,
        ends_at=event.ends_at,
        portal_url=particulars.portal(),
    )
    _issue(found, stated, now=event.now)


def certificate(event: DemandReceived) -> None:
    """That the quota has come, for who needed it."""
    found = _found(event.demand_id)
    stated = facts.DemandCertificateFacts(
        **_common(found),
        paid=known(found.price),
        planning_scale=found.planning_scale,
        received_at=event.now,
    )
    _issue(found, stated, now=event.now)
