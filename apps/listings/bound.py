"""What acts on a listing bind: the lot in words, and the reasons for stopping or ending it."""

from collections.abc import Mapping
from typing import Any

from apps.listings.commands import UNSAID
from apps.listings.models import Listing
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.errors import not_found


def listing_bound(listing_id: int) -> Listing:
    """The listing with its seller, as stored. Refuses not_found."""
    found = Listing.objects.select_related("seller").filter(pk=listing_id).first()
    if found is None:
        raise not_found("挂牌项目")
    return found


def lot_facts(listing: Listing) -> tuple[Fact, ...]:
    """The lot as every approval names it: number, title, seller, quantities, grade."""
    return (
        bound.text("项目编号", listing.number or "申请提交后编号"),
        bound.text("标的名称", listing.title),
        bound.text("交易方式", listing.trade.label),
        bound.party("出让方", listing.seller.name),
        *(
            bound.quantity(kind.label, amount, places=kind.places, unit=kind.unit)
            for kind, amount in listing.quantities.items()
        ),
        *((bound.text("质量等别", f"{listing.grade}等"),) if listing.grade is not None else ()),
        *_planning(listing),
        *commitment_facts(listing),
    )


def commitment_facts(listing: Listing) -> tuple[Fact, ...]:
    """What is promised of a lot's quality; nothing where nothing is."""
    promised = listing.promised
    if promised is None:
        return ()
    return (
        bound.text(
            "质量提升承诺", f"划转后{promised.days}日内由{listing.grade}等提升至{promised.target_grade}等"
        ),
        bound.quantity("承诺提升面积", promised.area, places=4, unit="亩"),
        bound.quantity("承诺产能", promised.promise.capacity, places=0, unit="公斤"),
        bound.text("承诺涉及的原项目", promised.project.name),
        bound.text("收益用途", promised.proceeds_use),
    )


def _planning(listing: Listing) -> tuple[Fact, ...]:
    """The planning scale that comes with a lot."""
    if listing.planning_mu is None:
        return ()
    return (
        bound.text("规划规模确认文号", listing.planning_no),
        bound.quantity("该文号确认的规划规模", listing.planning_mu, places=4, unit="亩"),
    )


def named(listing: Listing) -> str:
    """The lot in a sentence: number and title."""
    return f"{listing.number or '（未编号）'}“{listing.title}”"


def _reasons(data: Mapping[str, Any]) -> tuple[Fact, ...]:
    reason = str(data.get("reason", ""))
    return (
        bound.text("内部理由", reason),
        bound.text("公开理由", str(data.get("public_reason") or "").strip() or UNSAID),
    )


def suspend_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Suspending: the lot and both reasons."""
    listing = listing_bound(listing_id)
    return Bound(
        facts=(*lot_facts(listing), *_reasons(data)),
        effect=f"中止{named(listing)}：不再接受报价，各项期限停止计算，中止公告即在门户发布。",
        button=f"中止{listing.number}",
        moving=(bound.text("中止时间", "审核通过之时"),),
    )


def resume_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Resuming: the lot and the suspension that ends."""
    listing = listing_bound(listing_id)
    running = listing.suspensions.filter(ended_at=None).first()
    stopped = (
        (
            bound.instant("中止开始", running.began_at),
            bound.text("中止理由", running.internal_reason),
            bound.text("公开理由", running.public_reason),
        )
        if running
        else ()
    )
    return Bound(
        facts=(*lot_facts(listing), *stopped),
        effect=f"恢复{named(listing)}：各项期限按中止时间顺延，恢复公告即在门户发布。",
        button=f"恢复{listing.number}",
        moving=(bound.text("恢复时间、顺延后的各项时间", "审核通过之时计算"),),
    )


def terminate_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Terminating: the lot and both reasons."""
    listing = listing_bound(listing_id)
    return Bound(
        facts=(*lot_facts(listing), *_reasons(data)),
        effect=f"终止{named(listing)}：指标解冻退回{listing.seller.name}，保证金和已付价款退还，不可恢复。",
        button=f"终止{listing.number}",
        findings=("终止后不可恢复",),
        moving=(bound.text("终止时间", "审核通过之时"),),
    )
