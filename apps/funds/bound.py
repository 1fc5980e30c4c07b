"""What the acts of two persons on proceeds bind: whose, of which lot, how much to whom."""

from collections.abc import Mapping
from typing import Any

from apps.funds import queries
from apps.funds.models import Account
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.cases.queries import named
from kernel.money import ZERO, parse_yuan


def distribute_bound(fund_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A pool that is distributed: what is in it, and what each share gets of it."""
    pool = queries.pool_for(fund_id, by=by)
    typed = {
        str(each.get("category", "")): each.get("amount", "")
        for each in data.get("shares") or ()
        if isinstance(each, Mapping)
    }
    shares = queries.shares_of(pool.source_id)
    told = "、".join(
        f"{each.label}{_figure(typed.get(each.category, ''))}元" for each in shares if not each.within
    )
    return Bound(
        facts=(
            *of_source(pool),
            bound.money("待分配收益", pool.balance),
            *(bound.typed_money(each.label, typed.get(each.category, "")) for each in shares),
        ),
        effect=f"{pool.holder.name}的收益{pool.balance:,}元全部分配：{told}。",
        button=f"分配收益{pool.balance:,}元",
    )


def of_source(account: Account) -> tuple[Fact, ...]:
    """Whose proceeds of which case."""
    source = named([account.source_id])[account.source_id]
    return (
        bound.party("收益所有单位", account.holder.name),
        bound.text("收益来源", f"{source.number} {source.title}"),
    )


def _figure(given: object) -> str:
    try:
        return f"{parse_yuan(str(given)):,}"
    except ValueError:
        return str(given) or f"{ZERO:,}"
