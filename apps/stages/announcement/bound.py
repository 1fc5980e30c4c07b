"""What an announcement, a supplement and the note of the portal bind: every announced fact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.documents.queries import as_bound
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.stages.consent.bound import agreement_facts
from apps.stages.consent.queries import papers_of
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.clock import beijing
from kernel.web.fields import InstantInput

MOMENTS = {
    "registration_closes": "报名截止",
    "deposit_cutoff": "保证金到账截止",
    "bidding_opens": "竞价开始",
    "bidding_closes": "竞价截止",
}


def _instant(given: Any) -> datetime | None:
    """A moment of the form as it came in; None where there is none or it cannot be read, which the act refuses."""
    if given in (None, ""):
        return None
    try:
        read: datetime = InstantInput().run_validation(given)
    except serializers.ValidationError:
        return None
    return read


def _lot(listing: Listing) -> tuple[Fact, ...]:
    unit = listing.unit.label
    facts = [*lot_facts(listing), bound.price("起始价", listing.starting_price, unit)]
    facts.append(bound.money("起始总价", listing.total(listing.starting_price)))
    if listing.increment is not None:
        facts.append(bound.price("加价幅度", listing.increment, unit))
    if listing.named_ceiling is not None:
        facts.append(bound.price("出让方设定的最高限价", listing.named_ceiling, unit))
    if listing.announced_at is not None and listing.ceiling is not None:
        facts.append(bound.price("最高限价", listing.ceiling, unit))
    if listing.deposit_amount is not None:
        facts.append(bound.money("竞买保证金", listing.deposit_amount))
    facts.append(bound.text("保留价", "设有（密封）" if listing.has_reserve else "不设"))
    return tuple(facts)


def _said(at: datetime | None) -> str:
    return f"{beijing(at):%Y年%m月%d日 %H:%M}" if at else "未填写"


def _bidding(listing: Listing, given: Mapping[str, datetime | None]) -> str:
    """When bids are taken, in words."""
    opens = _said(given["bidding_opens"])
    if listing.trade.rounds_from_opening:
        return f"自{opens}起逐轮进行"
    return f"{opens}至{_said(given['bidding_closes'])}"


def publish_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Publishing: the lot with all its prices, the timetable, whom to ask."""
    listing = listing_bound(listing_id)
    given = {name: _instant(data.get(name)) for name in MOMENTS}
    given["deposit_cutoff"] = given["deposit_cutoff"] or given["bidding_opens"]
    if not listing.trade.has("bidding"):
        return _agreement_bound(listing, contact=data.get("contact") or listing.contact or "无")
    return Bound(
        facts=(
            *_lot(listing),
            *(bound.instant(label, at) for name, label in MOMENTS.items() if (at := given[name]) is not None),
            bound.text("联系人及电话", data.get("contact") or listing.contact or "无"),
        ),
        effect=(
            f"发布{listing.seller.name}的{named(listing)}交易公告：起始价{listing.starting_price}{listing.unit.label}，"
            f"报名至{_said(given['registration_closes'])}，竞价{_bidding(listing, given)}；发布后交易事实不得修改。"
        ),
        button=f"发布{listing.seller.name}{listing.number}交易公告，起始价{listing.starting_price}{listing.unit.label}",
        moving=(bound.text("发布时间、公告编号、验证码", "审核通过之时"),),
    )


def _agreement_bound(listing: Listing, *, contact: str) -> Bound:
    """The notice of an agreement: who takes what, for how much, how long it is on the portal."""
    taker = listing.counterparty.name if listing.counterparty else ""
    total = listing.total(listing.starting_price)
    return Bound(
        facts=(*lot_facts(listing), *agreement_facts(listing), bound.text("联系人及电话", contact)),
        evidence=as_bound(papers_of(listing)),
        effect=(
            f"发布{listing.seller.name}将{named(listing)}以总价{total:,}元协议转让给{taker}的公示；"
            "公示期内无人报名，期满无异议即成交；发布后交易事实不得修改。"
        ),
        button=f"发布{listing.seller.name}与{taker}的协议公示（{total:,}元）",
        moving=(bound.text("发布时间、公示期满、文号、验证码", "审核通过之时"),),
    )


def amend_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A supplement: what it says, and each moment before and after."""
    listing = listing_bound(listing_id)
    stored = {
        "registration_closes": listing.registration_closes_at,
        "deposit_cutoff": listing.deposit_cutoff_at,
        "bidding_opens": listing.opens_at,
        "bidding_closes": listing.closes_at,
    }
    facts = [*_lot(listing), bound.text("补充公告内容", data.get("text", ""))]
    for name, label in MOMENTS.items():
        before, after = stored[name], _instant(data.get(name))
        if before is not None:
            facts.append(bound.instant(f"原{label}", before))
        if after is not None:
            facts.append(bound.instant(f"改为{label}", after))
    if data.get("contact"):
        facts.append(bound.text("改为联系人及电话", data["contact"]))
    return Bound(
        facts=tuple(facts),
        effect=f"就{listing.seller.name}的{named(listing)}发布补充公告，并通知已报名的竞买人；剩余公告期不足的，时间顺延。",
        button=f"发布{listing.seller.name}{listing.number}补充公告",
        moving=(bound.text("发布时间、顺延后的各项时间", "审核通过之时计算"),),
    )


def note_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The portal's note: where, since when, the screenshot's digest."""
    listing = listing_bound(listing_id)
    published = _instant(data.get("published_at"))
    return Bound(
        facts=(
            *lot_facts(listing),
            bound.text("门户网址", data.get("address", "")),
            *((bound.instant("门户发布时间", published),) if published else ()),
            bound.digest("页面截图摘要", str(data.get("screenshot_sha256", ""))),
        ),
        effect=(
            f"登记{listing.seller.name}的{named(listing)}公告已于{_said(published)}在省级自然资源主管部门门户发布；"
            "公告期自较晚者起算，剩余不足的各项时间顺延。"
        ),
        button=f"登记{listing.seller.name}{listing.number}门户发布情况",
        moving=(bound.text("顺延后的各项时间", "审核通过之时计算"),),
    )
