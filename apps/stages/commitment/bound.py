"""What deciding a commitment binds: what was promised and reported, what is found, what moves of money and quota."""

from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound, attachments_of
from apps.listings.bound import listing_bound, lot_facts, named
from apps.stages.award.queries import awarded
from apps.stages.commitment import queries
from apps.stages.commitment.queries import Outcome
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.errors import not_found


def decide_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Deciding: the report as it lies there, the grade, each amount that follows from it."""
    listing = listing_bound(listing_id)
    if listing.province[:2] != by.region[:2]:
        raise not_found("挂牌项目")
    found = queries.require_open(listing)
    grade = _whole(data.get("grade"))
    outcome, winner = queries.outcome_of(listing, grade=grade), awarded(listing_id).winner.name
    file = attachments_of(case_id=listing_id).filter(pk=found.attachment_id)
    money = outcome.money
    return Bound(
        facts=(
            *lot_facts(listing),
            bound.party("受让方", winner),
            bound.text("报告等别", f"{found.grade}等"),
            bound.text("复评机构", found.measurer),
            bound.text("复评情况", found.findings),
            bound.instant("报告时间", found.reported_at),
            bound.text("认定等别", _said(outcome, grade=grade)),
            bound.text("认定意见", str(data.get("reason", ""))),
            *_amounts(outcome),
        ),
        evidence=as_bound(file),
        effect=(
            f"认定{listing.seller.name}就{named(listing)}的质量提升承诺达到{outcome.grade}等：退还{winner}{money.refund:,}元"
            f"（留存价款{money.from_held_back:,}元，出让方另行退还{money.owed:,}元），向出让方划付{money.remitted:,}元，"
            f"向{winner}新增粮食产能{outcome.issued:,.0f}公斤。认定后不可更改。"
        ),
        button=f"认定{listing.seller.name}达到{outcome.grade}等，退还{winner}{money.refund:,}元",
        findings=_findings(outcome, grade=grade, reported=found.grade),
        moving=(bound.text("认定时间、认定书文号、新增产能的凭证号", "审核通过之时"),),
    )


def _amounts(outcome: Outcome) -> tuple[Fact, ...]:
    money = outcome.money
    return (
        bound.quantity("承诺产能", outcome.promise.capacity, places=0, unit="公斤"),
        bound.quantity("达到产能", outcome.achieved, places=0, unit="公斤"),
        bound.quantity("向受让方新增产能", outcome.issued, places=0, unit="公斤"),
        bound.money("应退价款", money.refund),
        bound.money("从留存价款退还", money.from_held_back),
        bound.money("出让方另行退还", money.owed),
        bound.money("留存价款划付出让方", money.remitted),
    )


def _said(outcome: Outcome, *, grade: int) -> str:
    better = f"（实测{grade}等，优于承诺，按承诺计）" if grade < outcome.grade else ""
    return f"{outcome.grade}等{better}"


def _findings(outcome: Outcome, *, grade: int, reported: int) -> tuple[str, ...]:
    found = []
    if grade != reported:
        found.append(f"认定等别（{grade}等）与出让方报告的{reported}等不同，请核对。")
    if grade > outcome.promise.now:
        found.append(f"认定等别劣于出让时的{outcome.promise.now}等，受让方现有的相应产能一并核减。")
    return tuple(found)


def _whole(given: Any) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else 0
