"""What documents of both sides of a scheme (调剂方案) state alike: whose, by which rules, and the scheme's rows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment, SchemeRow
from apps.crossprovince.queries import prices_of
from apps.documents import facts
from apps.documents.queries import count_of
from apps.parties.models import Organisation
from apps.process.issuing import particulars
from apps.process.issuing.particulars import known, said
from kernel.money import Yuan


def common(found: Adjustment | Demand) -> dict[str, Any]:
    """Whose document it is, under which number, rules and scheme."""
    rules = known(found.rules)
    return {
        "legal_basis": tuple(said(each) for each in rules["legal_basis"] if each.strip()),
        "rulebook_version": f"{said(rules['name'])} 第{rules['version']}版",
        "application_number": known(found.case.number),
        "holder": said(found.holder.name),
        "region": particulars.place(found.region),
        "scheme_number": said(known(found.scheme).scheme_no),
    }


def matched(
    found: Adjustment | Demand, rows: Iterable[SchemeRow], *, other_side: str, names: Mapping[str, str]
) -> dict[str, Any]:
    """The rows with the division in the column `other_side`, called as in `names`, and what they come to in 亩."""
    addition = Yuan(prices_of(found).addition)
    divisions = [(each, getattr(each, other_side)) for each in rows]
    lines = tuple(_line(each, names.get(division, division), addition) for each, division in divisions)
    return {
        "lines": lines,
        "total": facts.Amount(value=sum((each.area.value for each in lines), Decimal(0))),
    }


def _line(row: SchemeRow, other_side: str, addition: Yuan) -> facts.SchemeLine:
    receipt = getattr(row, "receipt", None)
    return facts.SchemeLine(
        row=said(row.row_no),
        taker=said(other_side),
        area=facts.Amount(value=row.area_mu),
        high_standard=row.high_standard,
        out_price=row.out_price,
        in_price=row.in_price,
        addition=addition if row.planning_scale else None,
        national_number=said(receipt.national_no) if receipt is not None else None,
    )


def issue(found: Adjustment | Demand, stated: facts.Facts, *, by: Organisation, now: datetime) -> None:
    """Numbered on from the application: for everybody where its kind is published, for the holder otherwise."""
    kind = stated.kind
    number = f"{found.case.number}{kind.series}{count_of(case_id=found.pk, kind=kind) + 1}"
    if kind.is_published:
        particulars.issue(found.case, stated, by=by, now=now, number=number)
    else:
        particulars.issue_to(found.case, stated, to=found.holder_id, number=number, by=by, now=now)
