"""What crosses provinces comes to, and when it may go on. Areas in 亩 with four decimals, money in yuan, exact."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from apps.crossprovince.states import LABELS, REVOCABLE, AdjustmentStatus, Outcome
from apps.funds.rules import least_of, most_of
from apps.rulebook.proceeds import Share
from kernel.clock import ended, written
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, ceil_fen, floor_fen, product, round_fen
from kernel.transitions import why_not_in


@dataclass(frozen=True)
class Prices:
    """The price rows of a case, in 元/亩: out by class of land, in by who takes it.

    Each by how the codes of the divisions begin that it is about, empty for all: the longest counts. `county` is the
    one that gives.
    """

    out: Mapping[str, Decimal]
    out_high_standard: Mapping[str, Decimal]
    into: Mapping[str, Decimal]
    addition: Decimal
    county: str = ""

    def of_county(self, code: str) -> "Prices":
        """The same for what a county gives."""
        return replace(self, county=code)

    def out_price(self, *, high_standard: bool) -> Decimal:
        """What a 亩 is given away for."""
        return _nearest(self.out_high_standard if high_standard else self.out, self.county)

    def in_price(self, province: str) -> Decimal:
        """What a 亩 costs the province that takes it, without the addition for planning scale."""
        return _nearest(self.into, province)


def _nearest(rows: Mapping[str, Decimal], code: str) -> Decimal:
    return rows[max((area for area in rows if code.startswith(area)), key=len)]


@dataclass(frozen=True)
class Wanted:
    """So many 亩 of a batch, of high-standard farmland or not."""

    batch_id: int
    high_standard: bool
    amount: Decimal


@dataclass(frozen=True)
class PlanItem:
    """One line of the plan of use: what for, where, how much, and whether it counts as rural revitalisation."""

    category: str
    item: str
    village: str
    amount: Yuan
    revitalisation: bool
    no: int = 0
    """Its number, which spending names and later versions keep; 0 before it has one."""

    def is_for_the_same(self, other: "PlanItem") -> bool:
        """Whether both say the same of what the money is for, however much it is."""
        return replace(self, amount=other.amount, no=other.no) == other


@dataclass(frozen=True)
class Row:
    """One row of the ministry's scheme (调剂方案), as its file says; prices without the addition."""

    row_no: str
    out_county: str
    in_province: str
    project_area_no: str
    area_mu: Decimal
    area_ha: Decimal
    high_standard: bool
    planning_scale: bool
    out_price: Yuan
    in_price: Yuan


@dataclass(frozen=True)
class Amounts:
    """P paid in, G gross out, R retained, M margin, A allocated."""

    price: Yuan
    gross: Yuan
    retained: Yuan
    margin: Yuan

    @property
    def allocated(self) -> Yuan:
        """A = P − R − M."""
        return self.price - self.retained - self.margin


def gross_of(lines: Iterable[Wanted], prices: Prices) -> Yuan:
    """G: each line's area × its out price, rounded half up to 分."""
    return sum(
        (_priced(each.amount, prices.out_price(high_standard=each.high_standard)) for each in lines), ZERO
    )


def _priced(area: Decimal, price: Decimal) -> Yuan:
    return round_fen(area * price)


def allocated_of(gross: Yuan, *, retained_share: Decimal) -> Yuan:
    """A as long as nobody has paid: G less what the centre retains."""
    return gross - gross.times(retained_share)


def amounts_of(rows: Iterable[Row], *, addition: Decimal, retained_share: Decimal, base: str) -> Amounts:
    """What a case's rows come to (spec: cross-province, "Money"): R and M by the base of the rules."""
    taken = list(rows)
    gross = sum((_priced(each.area_mu, each.out_price.amount) for each in taken), ZERO)
    price = sum((_priced(each.area_mu, _whole_in_price(each, addition)) for each in taken), ZERO)
    if base == "in_payment":
        return Amounts(price, gross, price.times(retained_share), ZERO)
    return Amounts(price, gross, gross.times(retained_share), price - gross)


def _whole_in_price(row: Row, addition: Decimal) -> Decimal:
    return row.in_price.amount + (addition if row.planning_scale else 0)


def scaled(items: Sequence[PlanItem], *, to: Yuan) -> list[PlanItem]:
    """The plan for another A: each line in proportion, rounded down; the first of revitalisation takes the rest.

    A line of which nothing is left falls away.
    """
    whole = sum((each.amount for each in items), ZERO)
    amounts = [floor_fen(product(each.amount.amount, to.amount) / whole.amount) for each in items]
    first = next((place for place, each in enumerate(items) if each.revitalisation), 0)
    amounts[first] += to - sum(amounts, ZERO)
    made = zip(items, amounts, strict=True)
    return [replace(each, amount=amount) for each, amount in made if amount > ZERO]


# --- applying ---


def why_not_lines(lines: Sequence[Wanted]) -> Refusal | None:
    """`invalid` for no quota, none of a batch, or one batch of one class of land twice."""
    if not lines:
        return _invalid("lines", "请至少填写一个批次的调剂数量。")
    if any(each.amount <= 0 for each in lines):
        return _invalid("lines", "调剂数量须大于零。")
    counted = Counter((each.batch_id, each.high_standard) for each in lines)
    twice = sorted({batch for (batch, _), count in counted.items() if count > 1})
    if twice:
        return _invalid("lines", f"批次{'、'.join(map(str, twice))}的同一地类填写了两次，请合并。")
    return None


def _invalid(field: str, sentence: str) -> Refusal:
    return Refusal(Code.INVALID, sentence, {"field": field})


def why_not_verified(*, certificate_no: str, surplus: bool, own: bool, circulation: str) -> Refusal | None:
    """`not_verified` for a batch that is no surplus quota, was not made by the county itself, or may not leave."""
    if not surplus:
        why = "不是经核定的节余指标"
    elif not own:
        why = "不是本县核定入库的指标，购入的指标不得跨省域调剂"
    elif circulation != "state":
        why = "登记证载明的流转权限不含跨省域调剂"
    else:
        return None
    return Refusal(
        Code.NOT_VERIFIED,
        f"“{certificate_no}”{why}，请改选其他批次。",
        {"certificate_no": certificate_no, "circulation": circulation},
    )


def why_not_high_standard(
    *, certificate_no: str, wanted: Decimal, elsewhere: Decimal, most: Decimal
) -> Refusal | None:
    """`amount_exceeds` for more high-standard farmland than the batch brings, other adjustments' share taken off."""
    left = most - elsewhere
    if wanted <= left:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"“{certificate_no}”可按高标准农田调剂{most:,}亩，其他申请已用{elsewhere:,}亩，尚余{left:,}亩，现填{wanted:,}亩，请减少数量。",
        {"most": str(most), "elsewhere": str(elsewhere), "left": str(left), "wanted": str(wanted)},
    )


def why_not_eligible(*, eligible: bool, county: str) -> Refusal | None:
    """`not_permitted` for a county that the rules do not take quota from."""
    if eligible:
        return None
    return Refusal(
        Code.NOT_PERMITTED, f"{county}不在现行规则可调出的县（市、区）名单内，不能申请跨省域调剂。"
    )


def why_not_declared(*, loan_source: bool, income_tied: bool) -> Refusal | None:
    """`use_banned` unless both statements against misuse are "no" (common ground, 7; S002, four (1) 3)."""
    if not loan_source and not income_tied:
        return None
    name, said = (
        ("loan_source", "收益已作质押或还款来源")
        if loan_source
        else ("income_tied", "收益与企业分成或与其收入挂钩")
    )
    return Refusal(
        Code.USE_BANNED,
        f"声明{said}，不得申请跨省域调剂；纠正后方可申请。",
        {"declaration": name},
        {name: said},
    )


def why_not_plan(items: Sequence[PlanItem], *, allocated: Yuan, least_share: Decimal) -> Refusal | None:
    """`totals_mismatch` unless the plan is A to the 分; `share_out_of_range` for too little revitalisation.

    The missing amount is named. Source: S002, step 2.
    """
    total = sum((each.amount for each in items), ZERO)
    if total != allocated:
        difference = abs(total - allocated)
        hint = (
            "，疑将万元数填入元栏，请乘以10000后填报"
            if product(total.amount, 10_000) == allocated.amount
            else ""
        )
        return Refusal(
            Code.TOTALS_MISMATCH,
            f"资金使用方案合计{total:,}元，应为预计下达的{allocated:,}元，相差{difference:,}元{hint}，请核对各行金额。",
            {"total": str(total), "allocated": str(allocated), "difference": str(difference)},
        )
    least = ceil_fen(product(allocated.amount, least_share))
    given = sum((each.amount for each in items if each.revitalisation), ZERO)
    if given >= least:
        return None
    missing = least - given
    return Refusal(
        Code.SHARE_OUT_OF_RANGE,
        f"用于乡村振兴的{given:,}元，低于规则规定的{least:,}元（{least_share:%}），尚缺{missing:,}元，请调整方案。",
        {"revitalisation": str(given), "least": str(least), "missing": str(missing)},
    )


def beyond_shares(items: Sequence[PlanItem], *, allocated: Yuan, shares: Sequence[Share]) -> Iterator[str]:
    """Of each category that a plan has more or less of than A may be distributed to: the sentence, with the figures.

    No reason to refuse: a plan may be amended before the money comes. But what it has beyond a share cannot be spent
    so, for each payment leaves its share, on a line of the plan. Source: S002, three (2) 2.
    """
    for each in shares:
        planned = sum((item.amount for item in items if item.category == each.category), ZERO)
        least, most = least_of(each, allocated), most_of(each, allocated)
        if least <= planned <= most:
            continue
        word, limit, part = ("低于", least, each.least) if planned < least else ("高于", most, each.most)
        yield (
            f"方案中“{each.label}”合计{planned:,}元，{word}收益分配规则规定的{limit:,}元（下达{allocated:,}元的{part:.0%}），"
            f"相差{abs(planned - limit):,}元，分配后无法按方案支出"
        )


def numbered(items: Sequence[PlanItem], *, highest: int) -> list[PlanItem]:
    """The lines of a plan, those without a number numbered: 1, 2, … of a first plan, above `highest` of a later one."""
    last = highest if any(each.no for each in items) else 0
    found = []
    for each in items:
        last += not each.no
        found.append(each if each.no else replace(each, no=last))
    return found


def why_not_numbers(items: Sequence[PlanItem], *, known: Iterable[int]) -> Refusal | None:
    """`invalid` for a line that names a number of no line of the plan in force, or one twice."""
    named, there = [each.no for each in items if each.no], set(known)
    wrong = sorted({no for no in named if no not in there or named.count(no) > 1})
    if not wrong:
        return None
    return _invalid(
        "plan", f"方案行号{'、'.join(map(str, wrong))}重复或不在现行方案中；新增的行请不要填写行号。"
    )


def why_not_shrink(
    items: Sequence[PlanItem], *, before: Sequence[PlanItem], spent: Mapping[int, Yuan]
) -> Refusal | None:
    """`amount_exceeds` for a line that shrinks below what was spent on it, `invalid` for one of another category."""
    now, was = {each.no: each for each in items}, {each.no: each for each in before}
    for no, amount in sorted(spent.items()):
        found, planned = now.get(no), now[no].amount if no in now else ZERO
        if planned < amount:
            return Refusal(
                Code.AMOUNT_EXCEEDS,
                f"方案第{no}行已支出{amount:,}元，变更后为{planned:,}元，不足{amount - planned:,}元，请增加该行金额。",
                {
                    "no": str(no),
                    "spent": str(amount),
                    "planned": str(planned),
                    "missing": str(amount - planned),
                },
            )
        if found is not None and no in was and found.category != was[no].category:
            return _invalid("plan", f"方案第{no}行已有支出，不能改变类别。")
    return None


def renamed_after_spending(
    items: Sequence[PlanItem], *, before: Sequence[PlanItem], spent: Mapping[int, Yuan]
) -> Iterator[str]:
    """Of each line that was spent on and is to be for something else now: the sentence, with what was paid for what.

    What was paid, and perhaps audited, for one purpose would be called another afterwards.
    """
    was = {each.no: each for each in before}
    for each in items:
        old = was.get(each.no)
        if old is not None and spent.get(each.no) and not each.is_for_the_same(old):
            yield (
                f"方案第{each.no}行已按“{old.item}”（{old.village}）支出{spent[each.no]:,}元，"
                f"现改为“{each.item}”（{each.village}），改变了已支出资金的用途说明"
            )


# --- deciding ---


def why_not_at(status: AdjustmentStatus, allowed: Iterable[AdjustmentStatus]) -> Refusal | None:
    """`wrong_status` unless the adjustment stands where the act is done."""
    return why_not_in(status, sorted(allowed, key=list(AdjustmentStatus).index), labels=LABELS)


def why_not_opinion(*, outcome: Outcome, reason: str, decided: bool) -> Refusal | None:
    """`duplicate_request` for a second opinion in a round, `invalid` for an unfavourable one without reasons."""
    if decided:
        return Refusal(Code.DUPLICATE_REQUEST, "本轮意见已出具，如需改变请先退回补正。")
    if outcome is not Outcome.PASS and not reason.strip():
        return _invalid("reason", "不通过或退回补正须写明理由，申报方据此补正。")
    return None


def why_not_return(*, unfavourable: bool, reason: str) -> Refusal | None:
    """`wrong_status` while the opinion is not unfavourable; `invalid` without written reasons."""
    if not unfavourable:
        return Refusal(Code.WRONG_STATUS, "本轮尚无不通过或退回补正的意见，不能退回，请先出具意见。")
    return why_not_reason(reason)


def why_not_reason(reason: str) -> Refusal | None:
    """`invalid` without a reason."""
    return None if reason.strip() else _invalid("reason", "请写明理由，理由记入本项目档案。")


def why_not_consent(*, on: date, passed_on: date) -> Refusal | None:
    """`invalid` for a consent that is dated before the department passed it."""
    if on >= passed_on:
        return None
    return _invalid("document_date", f"同意文件日期{on:%Y-%m-%d}早于厅审通过的{passed_on:%Y-%m-%d}，请核对。")


# --- the scheme ---

_HALF_A_DIGIT = Decimal("0.00005")
MU_A_HECTARE = 15


def why_not_hectares(row: Row) -> Refusal | None:
    """`totals_mismatch` when 公顷 does not agree with 亩 within half its last digit: 亩 rules (800 亩 is 53.3333)."""
    difference = abs(row.area_mu - row.area_ha * MU_A_HECTARE)
    if difference <= _HALF_A_DIGIT * MU_A_HECTARE:
        return None
    hint = "，疑将公顷填入亩数栏，请换算（×15）后填报" if row.area_mu == row.area_ha else ""
    return Refusal(
        Code.TOTALS_MISMATCH,
        f"方案第{row.row_no}行{row.area_mu:,}亩与{row.area_ha:,}公顷不符，相差{difference:,}亩{hint}，请核对方案文件。",
        {
            "row_no": row.row_no,
            "area_mu": str(row.area_mu),
            "area_ha": str(row.area_ha),
            "difference": str(difference),
        },
    )


def why_not_prices(row: Row, prices: Prices) -> Refusal | None:
    """`price_mismatch` when a row's out or in price is not the case's; both figures are named."""
    known = (
        ("out_price", "调出价", row.out_price, Yuan(prices.out_price(high_standard=row.high_standard))),
        ("in_price", "调入价", row.in_price, Yuan(prices.in_price(row.in_province))),
    )
    for field, label, given, expected in known:
        if given != expected:
            return Refusal(
                Code.PRICE_MISMATCH,
                f"方案第{row.row_no}行{label}{given:,}元/亩，本案适用的价格为{expected:,}元/亩，请与部里核对。",
                {"row_no": row.row_no, "field": field, "given": str(given), "expected": str(expected)},
            )
    return None


def why_not_matched(
    *, project_area_no: str, high_standard: bool, matched: Decimal, applied: Decimal
) -> Refusal | None:
    """`amount_exceeds` when rows come to more of a line than was applied for."""
    if matched <= applied:
        return None
    of = "高标准农田" if high_standard else "一般耕地及其他农用地"
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"方案中“{project_area_no}”{of}合计{matched:,}亩，申请{applied:,}亩，"
        f"超出{matched - applied:,}亩，请核对方案文件。",
        {"matched": str(matched), "applied": str(applied), "difference": str(matched - applied)},
    )


def why_not_published_so_long(*, ends_at: datetime, least: datetime) -> Refusal | None:
    """`announcement_too_short` for a publication that ends before the least period is over."""
    if ends_at >= least:
        return None
    return Refusal(
        Code.ANNOUNCEMENT_TOO_SHORT,
        f"方案公示于{ended(ends_at)}截止，短于规则规定的公示期（至{ended(least)}），请核对部里的公示日期。",
        {"ends_at": ends_at.isoformat(), "least": least.isoformat()},
    )


def takes_effect(*, published: bool, ended: bool, holds: int, unanswered: int, upheld: bool) -> bool:
    """The publication is over, each objection was accepted or refused, none is open, and none was found right."""
    return published and ended and not (holds or unanswered or upheld)


def why_not_object(status: AdjustmentStatus, *, ended: bool) -> Refusal | None:
    """`wrong_status` unless its scheme is in publication, and also once that is over though an objection holds it."""
    return why_not_at(status, {AdjustmentStatus.PUBLICISED}) or why_not_after(ended=ended)


def why_not_after(*, ended: bool) -> Refusal | None:
    """`wrong_status` once a publication is over, of either side: one objects while it lasts."""
    return Refusal(Code.WRONG_STATUS, "方案公示期已满，不能再提出异议。") if ended else None


def why_not_dispute(*, status: AdjustmentStatus, upheld: bool) -> Refusal | None:
    """`wrong_status` unless an objection to the published scheme was found right."""
    return why_not_at(status, {AdjustmentStatus.PUBLICISED}) or why_not_upheld(upheld=upheld)


def why_not_upheld(*, upheld: bool) -> Refusal | None:
    """`wrong_status` unless an objection to a published scheme was found right, on either side."""
    if upheld:
        return None
    return Refusal(Code.WRONG_STATUS, "公示期间没有经处理成立的异议，不能登记方案存在争议，请先处理异议。")


def why_not_revoke(*, status: AdjustmentStatus, allocated: Yuan) -> Refusal | None:
    """`wrong_status` before a scheme, or once money of it was allocated."""
    refusal = why_not_at(status, REVOCABLE)
    if refusal is None and allocated:
        refusal = Refusal(
            Code.WRONG_STATUS,
            f"本方案已下达资金{allocated:,}元，不能收回方案，请先与下达单位核对。",
            {"allocated": str(allocated)},
        )
    return refusal


# --- money and quota ---


def why_not_allocate(*, status: AdjustmentStatus, holds: int) -> Refusal | None:
    """`objection_open` while objections hold the scheme; `wrong_status` before it is implemented."""
    if status is AdjustmentStatus.PUBLICISED and holds:
        return Refusal(
            Code.OBJECTION_OPEN,
            f"方案公示期间的{holds}件异议尚未办结，暂不能登记资金下达，请先办结异议。",
            {"holds": str(holds)},
        )
    return why_not_at(status, {AdjustmentStatus.IMPLEMENTING})


def why_not_amount(*, amount: Yuan, before: Yuan, allocated: Yuan) -> Refusal | None:
    """`invalid` for nothing; `amount_exceeds` when the notices come to more than A."""
    if amount <= ZERO:
        return _invalid("amount", "下达金额须大于零。")
    left = allocated - before
    if amount <= left:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"应下达{allocated:,}元，已下达{before:,}元，尚余{left:,}元，"
        f"本次{amount:,}元超出{amount - left:,}元，请核对下达文件。",
        {
            "allocated": str(allocated),
            "allocated_before": str(before),
            "left_to_allocate": str(left),
            "amount": str(amount),
        },
    )


def why_not_arrived_so(*, arrived_at: datetime, now: datetime, since: datetime) -> Refusal | None:
    """`invalid` for money that arrived in the future, or before the scheme was implemented."""
    if arrived_at > now:
        return _invalid("arrived_at", f"到账时间{written(arrived_at)}晚于现在，请核对。")
    if arrived_at < since:
        return _invalid(
            "arrived_at", f"到账时间{written(arrived_at)}早于方案公示结束的{written(since)}，请核对。"
        )
    return None


def why_not_all_allocated(*, before: Yuan, given_back: Yuan, allocated: Yuan) -> Refusal | None:
    """`wrong_status` while A is not allocated in full, or some of it was taken back."""
    if given_back:
        return Refusal(
            Code.WRONG_STATUS,
            f"已下达的资金中有{given_back:,}元已退回，追回并冲回退回记录后方可划转指标。",
            {"allocated": str(allocated), "given_back": str(given_back)},
        )
    if before == allocated:
        return None
    return Refusal(
        Code.WRONG_STATUS,
        f"应下达{allocated:,}元，已下达{before:,}元，尚缺{allocated - before:,}元，足额下达后方可划转指标。",
        {"allocated": str(allocated), "allocated_before": str(before), "missing": str(allocated - before)},
    )


def why_not_every_row(*, wanted: Sequence[str], given: Sequence[str]) -> Refusal | None:
    """`invalid` unless the receipt names every row of the case, each once, and no other."""
    twice = sorted(row for row, count in Counter(given).items() if count > 1)
    missing, other = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    for rows, said in ((twice, "重复"), (missing, "缺少"), (other, "不属于本案")):
        if rows:
            return _invalid("rows", f"国家系统回执{said}方案第{'、'.join(rows)}行，请核对回执。")
    return None


# --- closing ---


def why_not_close(
    *,
    status: AdjustmentStatus,
    left: Mapping[str, str],
    audited: bool,
    audits: int,
    findings: int,
    owed: int,
) -> Refusal | None:
    """`wrong_status` before the quota has left, with money left, while an audit, a finding or a debt is open."""
    refusal = why_not_at(status, {AdjustmentStatus.TRANSFERRED})
    if refusal is not None:
        return refusal
    if left:
        return Refusal(Code.WRONG_STATUS, "待分配或各项收益尚有结余，全部支出或退回后方可办结。", dict(left))
    if findings or owed:
        return Refusal(
            Code.WRONG_STATUS,
            f"尚有{findings}项审计意见未作结论、{owed}笔追缴未收回，办理完毕后方可办结。",
            {"open_findings": str(findings), "open_debts": str(owed)},
        )
    if audits:
        return Refusal(
            Code.WRONG_STATUS,
            f"尚有{audits}项已抽取的审计未完成，全部审计完成后方可办结。",
            {"audits": str(audits)},
        )
    if not audited:
        return Refusal(Code.WRONG_STATUS, "决算审计尚未以符合规定结束，审计完成后方可办结。")
    return None


def why_not_acknowledge(receipt_no: str, *, before: str | None, used: bool) -> Refusal | None:
    """`duplicate_request` where the case has a receipt number of the ministry, or another case has this one."""
    if before:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"本办件已登记部受理号“{before}”，不能再登记“{receipt_no}”，请核对来文。",
            {"receipt_no": before},
        )
    if used:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"部受理号“{receipt_no}”已登记在另一办件，请核对来文。",
            {"receipt_no": receipt_no},
        )
    return None
