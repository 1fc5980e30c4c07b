"""What is said of an application on the approval pages of its acts of two persons."""

from collections.abc import Sequence
from decimal import Decimal

from apps.crossprovince import queries, rules
from apps.crossprovince.models import Adjustment
from apps.crossprovince.rules import Amounts, PlanItem, Prices
from apps.crossprovince.states import LABELS, PLAN_CATEGORIES, REMAINDER_LABELS, Remainder
from apps.documents.incoming import as_entered
from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind
from apps.funds.ledger import Source
from apps.funds.queries import spent_by_plan_line
from apps.rulebook.cross_province import CrossProvinceParameters
from kernel import clock
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Fact, File
from kernel.errors import Refused, not_found
from kernel.money import ZERO, Yuan, ceil_fen, product

PLACES = 4
_LAND = {True: "高标准农田", False: "一般耕地及其他农用地"}


def found_for(adjustment_id: int) -> Adjustment:
    """One application with what its facts name. Refuses: not_found."""
    found = (
        Adjustment.objects.select_related("holder", "region", "case", "scheme")
        .filter(pk=adjustment_id)
        .first()
    )
    if found is None:
        raise not_found("跨省域调剂申请")
    return found


def mu(label: str, amount: Decimal) -> Fact:
    """An area in 亩, with four decimals."""
    return bound.quantity(label, amount, places=PLACES, unit="亩")


def facts_of(found: Adjustment) -> tuple[Fact, ...]:
    """Whose application it is, what it is called, where it stands."""
    return (
        bound.party("申请单位", found.holder.name),
        bound.text("申请", f"{found.case.number or '草稿'} {found.title}"),
        bound.text("行政区", f"{found.region.name}（{found.region_id}）"),
        bound.text("当前状态", LABELS[found.state]),
    )


def evidence_of(found: Adjustment, *, entering: Actor | None = None) -> tuple[File, ...]:
    """The papers handed in on it, first the one that `entering` would enter now. Copies of vouchers name natural
    persons: their sums are bound, not they."""
    papers = attachments_of(case_id=found.pk).exclude(kind=AttachmentKind.FUND_VOUCHER)
    return as_entered(papers, case_id=found.pk, by=entering)


def line_facts(found: Adjustment) -> tuple[Fact, ...]:
    """Every line with its class of land, and the sum."""
    lines = queries.lines_of(found)
    return (
        *(mu(f"{each.batch.certificate_no}（{_LAND[each.high_standard]}）", each.amount) for each in lines),
        mu("合计", sum((each.amount for each in lines), Decimal(0))),
    )


def plan_facts(items: Sequence[PlanItem]) -> tuple[Fact, ...]:
    """Every line of a plan, its sum, and how much of it is rural revitalisation."""
    whole = sum((each.amount for each in items), ZERO)
    counts = sum((each.amount for each in items if each.revitalisation), ZERO)
    return (
        *(
            bound.money(
                f"{place}. {PLAN_CATEGORIES[each.category]}：{each.item}（{each.village}"
                f"{'，用于乡村振兴' if each.revitalisation else ''}）",
                each.amount,
            )
            for place, each in enumerate(items, start=1)
        ),
        bound.money("资金使用方案合计", whole),
        bound.money("其中用于乡村振兴", counts),
    )


def expected_facts(found: Adjustment) -> tuple[Fact, ...]:
    """What it comes to at its own prices, and what of that its plan has to have for rural revitalisation, once its
    rules are fixed."""
    if found.rules is None:
        return ()
    return _expected(found, queries.parameters_of(found), queries.prices_of(found))


def foreseen_facts(found: Adjustment) -> tuple[Fact, ...]:
    """The same at the rules in force as one looks, for an application that is handed in the first time."""
    if found.rules is not None:
        return ()
    try:
        stored = queries.stored_rules(found, now=clock.now())
    except Refused:  # which the act itself says
        return ()
    prices = queries.prices_in(stored).of_county(found.region_id)
    return _expected(found, queries.parameters_in(stored), prices)


def _expected(found: Adjustment, book: CrossProvinceParameters, prices: Prices) -> tuple[Fact, ...]:
    wanted = queries.wanted_of(found)
    gross = rules.gross_of(wanted, prices)
    amounts = found.amounts
    allocated = (
        amounts.allocated if amounts else rules.allocated_of(gross, retained_share=book.retained_share)
    )
    least = ceil_fen(product(allocated.amount, book.revitalisation_least))
    given = sum((each.amount for each in queries.items_of(found) if each.revitalisation), ZERO)
    return (
        *(
            bound.price(f"调出价（{_LAND[land]}）", Yuan(prices.out_price(high_standard=land)), "元/亩")
            for land in sorted({each.high_standard for each in wanted})
        ),
        bound.money("按此价格的调出价款", gross),
        bound.money("预计下达", allocated),
        bound.money(f"用于乡村振兴不低于（{book.revitalisation_least:.0%}）", least),
        bound.money("方案用于乡村振兴", given),
    )


def plan_findings(found: Adjustment, items: Sequence[PlanItem]) -> tuple[str, ...]:
    """What a plan has more or less of than the money may be distributed to, once its rules are fixed."""
    if found.rules is None:
        return ()
    shares = queries.parameters_of(found).distribution.rows
    return tuple(rules.beyond_shares(items, allocated=queries.allocation_of(found), shares=shares))


def renamed(found: Adjustment, items: Sequence[PlanItem]) -> tuple[str, ...]:
    """What of an amended plan would call money that was spent something else."""
    spent = spent_by_plan_line(Source(found.holder_id, found.pk))
    return tuple(rules.renamed_after_spending(items, before=queries.items_of(found), spent=spent))


def statements(found: Adjustment) -> tuple[Fact, ...]:
    """What becomes of an unmatched rest, and the two statements against misuse."""
    said = {True: "是", False: "否"}
    return (
        bound.text("未匹配部分", REMAINDER_LABELS[Remainder(found.remainder)]),
        bound.text("收益已作质押或还款来源", said[found.loan_source]),
        bound.text("收益与企业分成或与其收入挂钩", said[found.income_tied]),
    )


def amounts_facts(found: Adjustment, amounts: Amounts) -> tuple[Fact, ...]:
    """What its scheme comes to."""
    return (
        bound.money("调入方缴款", amounts.price),
        bound.money("调出价款", amounts.gross),
        bound.money("中央留存", amounts.retained),
        bound.text("国家统筹差额", f"{amounts.margin:,}元"),
        bound.money(f"应下达{found.holder.name}", amounts.allocated),
    )
