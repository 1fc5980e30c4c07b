"""Lots of surplus quota (节余指标): drawn from what the first county had certified, and told like every other lot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from apps.demo.histories import Aside, Plan, Teller
from apps.demo.organisations import Organisations
from apps.kinds.classes import class_terms
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from apps.money.accounts import open_accounts
from apps.quota.batch_models import Batch, Source
from apps.rulebook.subjects import Subject
from apps.rulebook.surplus import SURPLUS
from apps.stages.application.names import LISTING_DRAFT
from kernel.clock import beijing
from kernel.clock import now as clock_now

_SELLER = "seller1"
_FIRST_NUMBER = 701
_ORDINALS = "一二三四五"


@dataclass
class CertifiedTeller(Teller):
    """Tells of a lot drawn from its seller's certified quota; with `planning_mu` 亩 of planning scale, or without."""

    planning_mu: str = ""
    subject: ClassVar[Subject] = SURPLUS

    def _book(self) -> None:
        """Nothing is booked: the certificate was issued long before."""
        plan, seller = self.plan, self.organisations.by_key[self.plan.seller]
        batch = Batch.objects.filter(owner=seller, source=Source.VERIFICATION).earliest("pk")
        place, sign = seller.region.name, self.organisations.province.sign
        planning_no = (
            f"演示{sign}规〔{beijing(clock_now()).year}〕{plan.number}号" if self.planning_mu else ""
        )
        lot = {
            "title": f"{place}{plan.area}节余指标（演示）",
            "lines": [
                {"batch": batch.pk, "kind": str(kind), "amount": str(plan.quantities.of(kind))}
                for kind, _ in plan.quantities.items()
            ],
            "starting_price": plan.starting_price,
            "price_unit": plan.unit,
            "fiscal_account": open_accounts(seller.pk)[0].pk,
            "contact": f"{place}自然资源局 演示联系人",
            "planning_no": planning_no,
            "planning_mu": self.planning_mu or None,
            **dict.fromkeys(class_terms(plan.quantities.quota_class).declared, False),
        }
        self.listing_id = self._do(LISTING_DRAFT, plan.seller, lot, subject=0).answer["listing"]


def certified_tellers(organisations: Organisations, *, now: datetime) -> list[CertifiedTeller]:
    """Of each province one lot that was sold, one that takes bids, one announced, one under review, one in draft."""
    return [
        CertifiedTeller(
            plan, organisations, planning_mu="10.0000" if plan.turn == "" and not plan.asides else ""
        )
        for plan in _plans(now)
    ]


def _plans(now: datetime) -> Iterator[Plan]:
    today = beijing(now).replace(hour=10, minute=30, second=0, microsecond=0)
    told: tuple[tuple[str, str, datetime, str, tuple[str, ...]], ...] = (
        ("8.0000", "210000.00", today - timedelta(days=62), "", ("bidder3", "bidder2")),
        ("5.0000", "215000.00", now + timedelta(hours=5), "live", ("bidder2", "bidder4")),
        ("4.0000", "208000.00", today + timedelta(days=9), "", ("bidder4", "bidder3")),
        ("3.0000", "220000.00", today + timedelta(days=18), "under_review", ()),
        ("2.0000", "212000.00", today + timedelta(days=21), "draft", ()),
    )
    for place, (amount, price, closes_at, turn, bidders) in enumerate(told):
        yield Plan(
            number=_FIRST_NUMBER + place,
            seller=_SELLER,
            quantities=Quantities.only(Quantity(QuotaKind.CONSTRUCTION_AREA, amount)),
            grade=0,
            starting_price=price,
            unit=PriceUnit.YUAN_PER_MU,
            closes_at=closes_at,
            bidders=bidders,
            bids=2 * len(bidders),
            turn=turn,
            area=f"城关片区第{_ORDINALS[place]}宗",
            asides=frozenset() if place else frozenset({Aside.USED}),
        )
