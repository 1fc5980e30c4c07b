"""What applying to list, and taking an application back, bind."""

import hashlib
from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound, attachments_of
from apps.kinds.quantities import QuotaKind
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
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
    if listing.ceiling is not None:
        facts.append(bound.price("最高限价", listing.ceiling, unit))
    if listing.sealed_reserve:
        commitment = hashlib.sha256(listing.sealed_reserve.encode()).hexdigest()
        facts.append(bound.sealed("保留价", commitment))
    else:
        facts.append(bound.text("保留价", "无"))
    return tuple(facts)


def _account(listing: Listing) -> Fact:
    """Where the price goes."""
    into = listing.fiscal_account
    if into is None:
        return bound.text("收款账户", "未指定：签约时取本单位最近核验的账户")
    return bound.account("收款账户", name=into.name, bank=into.bank, number=into.number)


def _evidence(listing: Listing) -> tuple[File, ...]:
    return as_bound(attachments_of(case_id=listing.pk).filter(organisation_id=listing.seller_id))


def submit_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Applying: the lot, what it is drawn from, prices, the sealed reserve by its commitment, numbers, evidence."""
    listing = listing_bound(listing_id)
    return Bound(
        facts=(
            *lot_facts(listing),
            *_lines(listing),
            *_prices(listing),
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
            f"以{listing.seller.name}名义申请出让{named(listing)}：起始价{listing.starting_price}{listing.unit.label}，"
            "所列指标即行冻结，进入三重审查。"
        ),
        button=f"提交{listing.seller.name}的出让申请，起始价{listing.starting_price}{listing.unit.label}",
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
