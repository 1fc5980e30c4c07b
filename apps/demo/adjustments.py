"""Quota on its way to another province (跨省域调剂): in each province one application, which waits for its review."""

from datetime import datetime, timedelta

from apps.crossprovince.evidence import REQUIRED
from apps.crossprovince.names import ADJUSTMENT_DRAFT, ADJUSTMENT_SUBMIT
from apps.demo import hands
from apps.demo.histories import History, office_hour
from apps.demo.organisations import Organisations
from apps.quota.batch_models import Batch, Source
from apps.rulebook import cross_province, surplus
from apps.rulebook.commands import install

_COUNTY = "seller1"
_BEGAN_DAYS_AGO = 6


def settle_rules(*, province: str, now: datetime) -> None:
    """Rules across provinces, in force at once, and certificates whose quota may leave the province."""
    install(
        province=province,
        name=cross_province.NAMES["demonstration"],
        legal_basis=cross_province.LEGAL_BASIS["demonstration"],
        parameters=cross_province.parameters("demonstration"),
        now=now,
        subject=cross_province.CROSS_PROVINCE,
    )
    install(
        province=province,
        name=surplus.NAMES["baseline"],
        legal_basis=surplus.LEGAL_BASIS["baseline"],
        parameters=surplus.parameters("baseline", {"circulation_right": "state"}),
        now=now,
        subject=surplus.SURPLUS,
    )


def applied_for(organisations: Organisations, *, now: datetime) -> History:
    """A part of what the first county had certified: 1.0000 亩 at 300,000 元/亩, of which 270,000.00 元 are planned."""
    day = now - timedelta(days=_BEGAN_DAYS_AGO)
    yield office_hour(day, 9, 50)
    county = organisations.by_key[_COUNTY]
    batch = Batch.objects.filter(owner=county, source=Source.VERIFICATION).earliest("pk")
    facts = {
        "title": f"{county.region.name}节余指标跨省域调剂（演示）",
        "lines": [{"batch": batch.pk, "high_standard": "no", "amount": "1.0000"}],
        "plan": [
            planned("farmers", "农户搬迁补偿", "162000.00", "yes"),
            planned("infrastructure", "村庄道路", "81000.00", "no"),
            planned("aftercare", "后期管护", "27000.00", "no"),
        ],
        "remainder": "keep",
        "loan_source": False,
        "income_tied": False,
    }
    subject = hands.carry_out(organisations, ADJUSTMENT_DRAFT, _COUNTY, facts).answer["adjustment"]
    yield office_hour(day + timedelta(days=1), 10, 50)
    papers = {str(each): each.label for each in REQUIRED}
    hands.attach(organisations, _COUNTY, papers, listing_id=subject)
    hands.carry_out(organisations, ADJUSTMENT_SUBMIT, _COUNTY, subject=subject)


def planned(category: str, item: str, amount: str, revitalisation: str) -> dict[str, str]:
    """One line of a plan of use."""
    return {
        "category": category,
        "item": item,
        "village": "演示村",
        "amount": amount,
        "revitalisation": revitalisation,
    }
