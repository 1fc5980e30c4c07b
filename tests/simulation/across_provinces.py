"""Random walks through quota that crosses provinces, on both sides, with every invariant looked at after every step."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from apps.crossprovince.demand_faults import demand_faults
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import DemandStatus
from apps.crossprovince.models import Adjustment, Plan, Scheme
from apps.crossprovince.queries import faults as across_faults
from apps.crossprovince.states import AdjustmentStatus, Settlement
from apps.funds.faults import faults as fund_faults
from apps.funds.pay_ins import paid_of
from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from apps.quota.queries import faults as quota_faults
from apps.surplus.queries import faults as surplus_faults
from kernel.money import Yuan
from tests.factories.across import COUNTY, PROVINCE, Across
from tests.factories.taking import Taking
from tests.simulation.case_walk import ASTRAY, CaseWalk, walked

_AREAS = {"800.0000": "53.3333", "500.0000": "33.3333", "300.0000": "20.0000", "150.0000": "10.0000"}
"""亩 and what a scheme says of them in 公顷."""
_FEN = Decimal("0.01")

World = Across | Taking


@dataclass
class Walk(CaseWalk[World, Adjustment | Demand]):
    """A walk on one of the two sides; the world's people act on whichever case was chosen."""

    @property
    def subject(self) -> int:
        """The case that the world's people act on."""
        return self.world.adjustment_id if isinstance(self.world, Across) else self.world.demand_id

    def choose(self, key: int) -> None:
        """Let them act on this one."""
        if isinstance(self.world, Across):
            self.world.adjustment_id = key
        else:
            self.world.demand_id = key

    def incoming(self, key: str, act: str, **data: Any) -> None:
        """Two persons do it by a document of outside."""
        self.world.incoming(key, act, self.when, self.number(), **data)


Step = Callable[[Walk], object]
_ENDED = ("withdrawn", "closed")
_FAULTS = (across_faults, demand_faults, fund_faults, quota_faults, surplus_faults)


# --- what the province, the public and the ministry do, on both sides ---


def _of(walk: Walk, act: str) -> str:
    return f"{'adjustment' if walk.of is Adjustment else 'demand'}.{act}"


def decide(walk: Walk) -> None:
    """The province reviews."""
    outcome = walk.rng.choice(("pass", "pass", "pass", "correct"))
    walk.both(PROVINCE, _of(walk, "decide"), outcome=outcome, reason="" if outcome == "pass" else "资料不全")


def send_back(walk: Walk) -> None:
    """It returns what it did not pass."""
    walk.world.alone(PROVINCE, _of(walk, "return"), walk.when, reason="资料不全")


def review(walk: Walk) -> None:
    """What is next of its review."""
    found = walk.of.objects.get(pk=walk.subject)
    said = found.opinions.filter(review_round=found.review_round).exists()
    (send_back if said else decide)(walk)


def reopen(walk: Walk) -> None:
    """A body outside sends it back."""
    walk.incoming(PROVINCE, _of(walk, "reopen"), reason="资料不全")


def report(walk: Walk) -> None:
    """It goes to the ministry."""
    walk.both(PROVINCE, _of(walk, "report"))


def acknowledge(walk: Walk) -> None:
    """The ministry gives its number."""
    walk.incoming(PROVINCE, _of(walk, "acknowledge"), receipt_no=walk.number())


def unmatch(walk: Walk) -> None:
    """It finds nobody."""
    walk.incoming(PROVINCE, _of(walk, "unmatch"))


def withdraw(walk: Walk) -> None:
    """Its holder gives it up."""
    walk.both(COUNTY, _of(walk, "withdraw"), reason="另有安排")


def match(walk: Walk) -> None:
    """The ministry's scheme is imported."""
    area, ha = walk.rng.choice(sorted(_AREAS.items()))
    more = {"scheme_no": f"部调剂{walk.number()}"}
    if walk.rng.random() < ASTRAY:
        more["in_price"] = "1"
    walk.incoming(PROVINCE, "scheme.import", subject=0, rows=[walk.world.row(area, ha, **more)])


def publish(walk: Walk) -> None:
    """The newest scheme is published."""
    newest = Scheme.objects.order_by("pk").last()
    walk.both(PROVINCE, "scheme.publish", subject=newest.pk if newest else 0)


def objects(walk: Walk) -> None:
    """Somebody objects."""
    walk.world.object(walk.when)


def _last_objection() -> int:
    found = Objection.objects.order_by("pk").last()
    return found.pk if found else 0


def accept(walk: Walk) -> None:
    """The last objection is accepted or refused."""
    yes = walk.rng.random() < 0.7
    walk.world.alone(
        PROVINCE, "objection.accept", walk.when, subject=_last_objection(), accepted=yes, reason="" if yes else "无关"
    )  # fmt: skip


def settle_objection(walk: Walk) -> None:
    """It is found right or wrong."""
    upheld = walk.rng.random() < 0.5
    walk.both(PROVINCE, "objection.decide", subject=_last_objection(), upheld=upheld, reason="经核实")


def dispute(walk: Walk) -> None:
    """The scheme is disputed."""
    walk.both(PROVINCE, _act_on_scheme(walk, "dispute"), reason="报部复核")


def settle(walk: Walk) -> None:
    """The ministry settles it."""
    settlement = walk.rng.choice(list(Settlement))
    walk.incoming(PROVINCE, _act_on_scheme(walk, "settle"), settlement=str(settlement))


def revoke(walk: Walk) -> None:
    """The ministry takes it back."""
    walk.incoming(PROVINCE, _act_on_scheme(walk, "revoke"), reason="调整计划")


def _act_on_scheme(walk: Walk, act: str) -> str:
    return f"{'scheme' if walk.of is Adjustment else 'demand'}.{act}"


def answer(walk: Walk) -> None:
    """The province does what is next on the last objection, and on the scheme that it was right about."""
    last = Objection.objects.order_by("pk").last()
    if last is None or last.status == ObjectionStatus.UPHELD:
        dispute(walk)
    elif last.status == ObjectionStatus.RAISED:
        accept(walk)
    else:
        settle_objection(walk)


_PUBLICISED: list[Step] = [objects, *[answer] * 6, accept, settle_objection, dispute, revoke]


# --- the side that gives ---


def _across(walk: Walk) -> Across:
    assert isinstance(walk.world, Across)
    return walk.world


def draft_giving(walk: Walk) -> None:
    """The county applies for some of what it has, sometimes for more."""
    area = walk.rng.choice(["900.0000", *_AREAS])
    remainder = walk.rng.choice(("keep", "release"))
    _across(walk).draft(walk.when, amount=area, remainder=remainder)


def submit_giving(walk: Walk) -> None:
    """It hands it in, sometimes without its papers."""
    if walk.rng.random() < ASTRAY:
        walk.both(COUNTY, "adjustment.submit")
    else:
        _across(walk).submit(walk.when)


def consent(walk: Walk) -> None:
    """The provincial government consents."""
    walk.incoming(PROVINCE, "adjustment.consent", body="贵州省人民政府")


def _decimal(amount: Yuan) -> Decimal:
    return Decimal(str(amount))


def _amount(walk: Walk, whole: Decimal) -> str:
    """All of an amount, a part of it, or a fen too much."""
    part = (whole / 2).quantize(_FEN)
    return f"{walk.rng.choice((whole, whole, part, whole + _FEN)):.2f}"


def allocate(walk: Walk) -> None:
    """The centre allocates."""
    found = _across(walk).adjustment
    owed = _decimal(found.amounts.allocated) if found.amounts is not None else _FEN
    number, when = walk.number(), walk.when
    _across(walk).allocate(_amount(walk, owed), when, number)


def transfer(walk: Walk) -> None:
    """The quota leaves."""
    _across(walk).transfer(walk.when)


def distribute(walk: Walk) -> None:
    """The county's finance shares out what came."""
    balance = Decimal(_across(walk).funds().get("pool", "0"))
    if not balance:
        return  # there is no page to do it from
    farmers = (balance * Decimal("0.6")).quantize(_FEN)
    rest = balance - farmers
    aftercare = (balance * Decimal("0.1")).quantize(_FEN) if walk.rng.random() < 0.8 else Decimal(0)
    _across(walk).distribute(f"{farmers:.2f}", f"{rest - aftercare:.2f}", f"{aftercare:.2f}", walk.when)


def spend(walk: Walk) -> None:
    """It pays out of a share, on a line of the plan."""
    category, line = walk.rng.choice(
        (("farmers", 1), ("infrastructure", 2), ("aftercare", 2), ("farmers", 7))
    )
    funds = _across(walk).funds()
    if not any(each.startswith("share:") for each in funds):
        return  # there is no page to do it from
    share = Decimal(funds.get(f"share:{category}", "0.02"))
    _across(walk).spend(category, _amount(walk, share), line, walk.when)


def amend_plan(walk: Walk) -> None:
    """The county wants its plan otherwise."""
    found = _across(walk).adjustment
    owed = _decimal(found.amounts.allocated) if found.amounts is not None else Decimal(100)
    farmers = (owed * Decimal("0.75")).quantize(_FEN)
    lines = [
        {"no": 1, "category": "farmers", "item": "补偿", "village": "村", "amount": f"{farmers:.2f}",
         "revitalisation": "yes"},
        {"no": 2, "category": "infrastructure", "item": "道路", "village": "村", "amount": f"{owed - farmers:.2f}",
         "revitalisation": "no"},
    ]  # fmt: skip
    walk.both(COUNTY, "plan.amend", plan=lines)


def accept_plan(walk: Walk) -> None:
    """The province accepts it."""
    newest = Plan.objects.filter(adjustment_id=_across(walk).adjustment_id).order_by("version").last()
    walk.both(PROVINCE, "plan.accept", version=newest.version if newest else 1)


def quarter(walk: Walk) -> None:
    """The county reports a quarter."""
    walk.both(COUNTY, "adjustment.quarter")


_G = AdjustmentStatus
GIVING: dict[str, list[Step]] = {
    _G.DRAFT: [*[submit_giving] * 6, withdraw],
    _G.PROVINCE_REVIEW: [*[review] * 8, decide, send_back, withdraw],
    _G.RETURNED: [*[submit_giving] * 6, withdraw],
    _G.PASSED: [*[consent] * 6, reopen],
    _G.CONSENTED: [*[report] * 6, reopen],
    _G.WITH_MINISTRY: [acknowledge, *[match] * 5, unmatch, reopen],
    _G.UNMATCHED: [*[report] * 4, withdraw],
    _G.MATCHED: [publish, publish, publish, revoke],
    _G.PUBLICISED: _PUBLICISED,
    _G.DISPUTED: [settle, settle, revoke],
    _G.IMPLEMENTING: [allocate, allocate, distribute, transfer, transfer, revoke],
    _G.TRANSFERRED: [allocate, distribute, spend, spend, spend, amend_plan, accept_plan, quarter],
}


def give(seed: int, world: Across) -> Walk:
    """Walk the side that gives."""
    walk = Walk(world, Adjustment, Random(seed), ended=_ENDED, faults=_FAULTS)
    return walked(walk, GIVING, draft_giving)


# --- the side that takes ---


def _taking(walk: Walk) -> Taking:
    assert isinstance(walk.world, Taking)
    return walk.world


def draft_taking(walk: Walk) -> None:
    """A county needs some."""
    _taking(walk).draft(
        walk.when, amount=walk.rng.choice(sorted(_AREAS)), remainder=walk.rng.choice(("keep", "release"))
    )


def submit_taking(walk: Walk) -> None:
    """It hands it in, sometimes without its papers."""
    if walk.rng.random() < ASTRAY:
        walk.both(COUNTY, "demand.submit")
    else:
        _taking(walk).submit(walk.when)


def pay_in(walk: Walk) -> None:
    """Finance enters a payment."""
    found = _taking(walk).demand
    left = _decimal(found.price) - _decimal(paid_of(found.pk)) if found.price is not None else _FEN
    _taking(walk).pay(_amount(walk, max(left, _FEN)), walk.number(), walk.when)


def receive(walk: Walk) -> None:
    """The quota comes."""
    _taking(walk).receive(walk.when)


def close(walk: Walk) -> None:
    """All is done."""
    _taking(walk).close(walk.when)


_T = DemandStatus
TAKING: dict[str, list[Step]] = {
    _T.DRAFT: [*[submit_taking] * 6, withdraw],
    _T.PROVINCE_REVIEW: [*[review] * 8, decide, send_back, withdraw],
    _T.RETURNED: [*[submit_taking] * 6, withdraw],
    _T.PASSED: [*[report] * 6, reopen],
    _T.WITH_MINISTRY: [acknowledge, *[match] * 5, unmatch, reopen],
    _T.UNMATCHED: [*[report] * 4, withdraw],
    _T.MATCHED: [publish, publish, publish, revoke],
    _T.PUBLICISED: _PUBLICISED,
    _T.DISPUTED: [settle, settle, revoke],
    _T.PAYING: [pay_in, pay_in, pay_in, revoke],
    _T.PAID_IN: [receive],
    _T.RECEIVED: [close],
}


def take(seed: int, world: Taking) -> Walk:
    """Walk the side that takes."""
    walk = Walk(world, Demand, Random(seed), ended=_ENDED, faults=_FAULTS)
    return walked(walk, TAKING, draft_taking)


__all__ = ["GIVING", "TAKING", "Walk", "give", "take"]
