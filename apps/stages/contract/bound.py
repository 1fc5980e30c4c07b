"""What signing binds: the text with its parties, price, accounts and special terms."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.listings.bound import commitment_facts
from apps.listings.models import Listing
from apps.money import accounts
from apps.parties.roles import Can
from apps.stages.contract.models import Contract
from apps.stages.contract.queries import contract_of, valid_signatures
from apps.stages.contract.states import PARTY_LABELS, Party
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, account, money, party, price, text
from kernel.acts.bound import digest as sha256_of
from kernel.errors import Code, Refused, not_found
from kernel.money import Yuan


def sign_bound(listing_id: int, _: Mapping[str, Any], by: Actor) -> Bound:
    """The present text, for one of its three parties."""
    contract = _contract(listing_id, by=by)
    winner, total = contract.winner.name, contract.total_price
    signed = "、".join(PARTY_LABELS[each] for each in Party if each in valid_signatures(contract))
    return Bound(
        facts=_facts(contract),
        effect=f"{by.organisation_name}签署{contract.listing.seller.name}与{winner}的三方合同，"
        f"成交总价{total:,}元；三方签齐后合同生效。",
        button=f"签署与{_other(contract, by=by)}的合同（{total:,}元）",
        moving=(text("已签署", signed or "尚无"),),
    )


def account_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Another account of the seller in the contract."""
    contract = _contract(listing_id, by=by)
    given = str(data.get("fiscal_account", ""))
    chosen = accounts.own(
        int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0,
        organisation_id=by.organisation_id,
    )
    before = contract.terms.get("fiscal_account") or {}
    return Bound(
        facts=(
            text("项目", str(contract.listing)),
            party(contract.listing.trade.taker, contract.winner.name),
            money("成交总价", contract.total_price),
            *([account("原收款账户", **before)] if before else []),
            account("新收款账户", name=chosen.name, bank=chosen.bank, number=chosen.number),
        ),
        effect=f"{contract.total_price:,}元价款改付“{chosen.name} {chosen.bank} {chosen.number}”；"
        "合同文本随之变更，三方须重新签署。",
        button=f"改付账户{chosen.number}（{contract.total_price:,}元）",
        findings=("收款账户与原合同文本不同。",) if before else (),
    )


def _contract(listing_id: int, *, by: Actor) -> Contract:
    contract = contract_of(listing_id)
    if contract is None:
        if not Listing.objects.filter(pk=listing_id).exists():
            raise not_found("三方合同")
        raise Refused.because(Code.WRONG_STATUS, "成交确认后方形成合同，当前尚无可签署的合同。")
    parties = (contract.listing.seller_id, contract.winner_id, contract.centre_id)
    if by.organisation_id not in parties and not by.can(Can.RUN_TRADES):
        raise not_found("三方合同")
    return contract


def _other(contract: Contract, *, by: Actor) -> str:
    if by.organisation_id == contract.winner_id:
        return contract.listing.seller.name
    return contract.winner.name


def _facts(contract: Contract) -> tuple[Fact, ...]:
    terms, listing = contract.terms, contract.listing
    into = terms.get("fiscal_account") or {}
    paid = account(
        "付款子账户",
        name=terms["payment_account_name"],
        bank=terms["payment_account_bank"],
        number=terms["payment_account"],
    )
    return (
        text("项目", f"{listing.number} {listing.title}"),
        party("出让方", terms["seller"]),
        party(listing.trade.taker, terms["winner"]),
        party("交易机构", contract.centre.name),
        text("标的", listing.lines_text()),
        *commitment_facts(listing),
        price("成交单价", Yuan(terms["unit_price"]), listing.unit.label),
        money("成交总价", contract.total_price),
        *([money("保证金抵作价款", Yuan(terms["deposit"]))] if listing.trade.has("deposit") else []),
        paid,
        *([account("出让方收款账户", **into)] if into else []),
        text("付款期限", f"合同生效后{terms['payment_wd']}个工作日"),
        text("违约金", f"每日{(Decimal(terms['late_fee_daily']) * 100).normalize():f}%"),
        text("特别约定", terms["special"] or "无"),
        text("文本版次", f"第{contract.revision}版"),
        sha256_of("文本摘要（SHA-256）", contract.text_sha256),
    )
