"""Documents of quota that comes from other provinces: the scheme in publication, and that the quota has come."""

from datetime import datetime
from typing import Any

from apps.crossprovince import demand_queries as queries
from apps.crossprovince.demand_events import DemandPublished, DemandReceived
from apps.crossprovince.demand_models import Demand
from apps.documents import facts
from apps.parties.queries import divisions_called, office
from apps.parties.roles import Can
from apps.process.issuing import particulars, scheme
from apps.process.issuing.particulars import known, said


def _found(demand_id: int) -> Demand:
    found = Demand.objects.select_related("case", "holder", "scheme", "region__parent__parent")
    return found.get(pk=demand_id)


def _stated(found: Demand) -> dict[str, Any]:
    rows = list(queries.rows_of(found))
    names = divisions_called({each.out_county for each in rows})
    return scheme.common(found) | scheme.matched(found, rows, other_side="out_county", names=names)


def _issue(found: Demand, stated: facts.Facts, *, now: datetime) -> None:
    scheme.issue(found, stated, by=office(Can.DECIDE_FOR_PROVINCE, province=found.province), now=now)


def scheme_publication(event: DemandPublished) -> None:
    """The scheme in publication, for everybody to read."""
    found = _found(event.demand_id)
    imported = known(found.scheme)
    stated = facts.SchemePublicationFacts(
        **_stated(found),
        body=said(imported.document.body),
        document_number=said(imported.document.document_no),
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
        **_stated(found),
        paid=known(found.price),
        planning_scale=found.planning_scale,
        received_at=event.now,
    )
    _issue(found, stated, now=event.now)
