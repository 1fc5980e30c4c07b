"""What an agreement (协议转让) tells later stages of its award."""

from typing import Any

from apps.stages.agreement.models import Notice
from apps.stages.award.methods import SaleMethod
from apps.stages.award.models import Award
from kernel.acts.bound import Fact, instant, text


def facts(award: Award) -> tuple[Fact, ...]:
    """Since when and until when the agreement was on the portal."""
    notice = Notice.objects.get(listing_id=award.listing_id)
    return (
        text("成交方式", "协议转让，未经竞价"),
        instant("协议公示开始", notice.started_at),
        *((instant("协议公示期满", notice.ended_at),) if notice.ended_at else ()),
    )


def found_by(award: Award) -> dict[str, Any]:
    """By the agreement of both: there is no paddle, no count and no hash."""
    return {"decided_by": f"{award.listing.trade.printed}，经协议公示"}


def record(award: Award) -> list[dict[str, Any]]:
    """Nobody bid: there is no bid history."""
    return []


METHOD = SaleMethod("agreement", facts, found_by, record)
