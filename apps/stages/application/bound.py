"""What applying to list, and taking an application back, bind."""

import hashlib
from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound, attachments_of
from apps.kinds.table import QuotaKind
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.prices.queries import newest_for
from apps.stages.consent.bound import agreement_facts
from apps.stages.consent.queries import papers_of
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact, File


def _lines(listing: Listing) -> tuple[Fact, ...]:
    """What is drawn from which certificate, of which project."""
    return tuple(
        bound.quantity(
            f"取自入库凭证{line.batch.certificate_no}的{QuotaKind(line.kind).label}",
            line.amount,
            places=QuotaKind(line.kind).places,
            unit=QuotaKind(line.kind).unit,
        )
        for line in listing.lines.select_related("batch").order_by("id")
    )


def _prices(listing: Listing) -> tuple[Fact, ...]:
    unit = listing.unit.label
    facts = [bound.price("起始价", listing.starting_price, unit)]
    facts.append(bound.money("起始总价", listing.total(listing.starting_price)))
    if listing.increment is not None:
        facts.append(bound.price("加价幅度", listing.increment, unit))
    if listing.named_ceiling is not None:
        facts.append(bound.price("最高限价", listing.named_ceiling, unit))
    if listing.sealed_reserve:
        commitment = hashlib.sha256(listing.sealed_reserve.encode()).hexdigest()
        facts.append(bound.sealed("保留价", commitment))
    else:
        facts.append(bound.text("保留价", "无"))
    return tuple(facts)


def _guide(listing: Listing) -> tuple[Fact, ...]:
    """The computed guide price that comes with the application: both prices, what for, by which norms."""
    if listing.grade is None:
        return ()
    found = newest_for(listing.pk, kind=listing.priced.kind, grade=listing.grade)
    if found is None:
        return (bound.text("测算指导价", "未附"),)
    prices = {"成本标准": found.price_by_norms, "项目预算": found.price_by_budget}
    return (
        *(
            bound.price(f"测算指导价（按{by_what}）", price, found.unit.label)
            for by_what, price in prices.items()
            if price is not None
        ),
        bound.text("指导价测算条件", found.conditions),
        bound.instant("指导价测算时间", found.computed_at),
    )


def _account(listing: Listing) -> Fact:
    """Where the price goes."""
    into = listing.fiscal_account
    if into is None:
        return bound.text("收款账户", "未指定：签约时取本单位最近核验的账户")
    return bound.account("收款账户", name=into.name, bank=into.bank, number=into.number)


def _evidence(listing: Listing) -> tuple[File, ...]:
    own = attachments_of(case_id=listing.pk).filter(organisation_id=listing.seller_id)
    others = [each for each in papers_of(listing) if each.organisation_id != listing.seller_id]
    return as_bound([*own, *others])


def _asked(listing: Listing) -> str:
    """At what price, and to whom where somebody is named."""
    price = f"{listing.starting_price}{listing.unit.label}"
    if listing.counterparty is None:
        return f"起始价{price}"
    return f"协议转让给{listing.counterparty.name}，单价{price}"


def submit_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Applying: the lot, what it is drawn from, prices, the sealed reserve by its commitment, numbers, evidence."""
    listing = listing_bound(listing_id)
    return Bound(
        facts=(
            *lot_facts(listing),
            *_lines(listing),
            *(_prices(listing) if listing.trade.has("bidding") else agreement_facts(listing)),
            *_guide(listing),
            _account(listing),
            bound.text("联系人及电话", listing.contact or "无"),
            *(
                bound.text(label, getattr(listing, name) or "未填写")
                for name, label in listing.terms.numbers.items()
            ),
            *(
                bound.text(f"声明：{label}", "是" if listing.declared.get(name) else "否")
                for name, label in listing.terms.declared.items()
            ),
        ),
        evidence=_evidence(listing),
        effect=(
            f"以{listing.seller.name}名义申请出让{named(listing)}：{_asked(listing)}，"
            "所列指标即行冻结，进入三重审查。"
        ),
        button=f"提交{listing.seller.name}的出让申请，{_asked(listing)}",
        moving=(bound.text("项目编号、审查期限", "首次提交时确定"),),
    )


def withdraw_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Taking back: the lot, what becomes free again."""
    listing = listing_bound(listing_id)
    return Bound(
        facts=(
            *lot_facts(listing),
            *_lines(listing),
            bound.price("起始价", listing.starting_price, listing.unit.label),
        ),
        effect=f"撤回{listing.seller.name}的{named(listing)}：冻结的指标退回可用，审查终止，不可恢复。",
        button=f"撤回{listing.seller.name}的出让申请",
        findings=("撤回后不可恢复，再次出让须重新申请",),
    )
