"""When a verification (节余指标核定) may go on: what of its land, its papers and its people is refused, and why.

Areas are in 亩 with four decimals.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.surplus.formulas import Account, PartFacts, Stated
from apps.surplus.states import LABELS, Origin, Outcome, VerificationStatus
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

_HECTARE_SHARE = Decimal("0.1")
MOST_EXPORTED = 50
MOST_EXPORTED_PARCELS = 20_000
MOST_EXPORTED_MB = 100
"""So many cases, parcels of them and megabytes of papers go into one export of several; one case always goes."""


@dataclass(frozen=True)
class Tolerances:
    """How far a stated area may be from the drawn one (spec: land data, "Tolerances").

    Of one parcel `of_parcel` (a share), at least `floor_mu`; of all together `of_sum`, from `from_parts` parcels on:
    errors cancel each other, padding does not.
    """

    of_parcel: Decimal
    floor_mu: Decimal
    of_sum: Decimal
    from_parts: int


def why_not_parts(parts: Sequence[PartFacts], *, numbers: Sequence[str]) -> Refusal | None:
    """`invalid` for no parts, a parcel number twice, farmland without a grade, a grade on anything else."""
    if not parts:
        return _invalid("parts", "请至少填报一个复垦地块。")
    twice = sorted(each for each, count in Counter(numbers).items() if each and count > 1)
    if twice:
        return _invalid("parts", f"地块编号{'、'.join(twice[:5])}重复，每个地块编号只能出现一次。")
    for place, part in enumerate(parts):
        named = numbers[place] or f"第{place + 1}个地块"
        if part.after.is_farmland and part.grade is None:
            return _invalid("parts", f"地块{named}复垦为{part.after.label}，请填写复垦后质量等别（1至15）。")
        if not part.after.is_farmland and (part.grade is not None or part.high_standard):
            return _invalid(
                "parts", f"地块{named}复垦为{part.after.label}，不填质量等别，也不能是高标准农田。"
            )
    return None


def why_not_high_standard(*, said: str, number: str, named: str) -> Refusal | None:
    """`missing_document` for high-standard farmland without its acceptance number, `invalid` for a number of none."""
    if said == "yes" and not number:
        return Refusal(
            Code.MISSING_DOCUMENT,
            f"地块{named}填报为高标准农田，缺少验收文号，请填写高标准农田验收文号，不是高标准农田的请选“否”。",
            {"field": "parts", "missing": "high_standard_no"},
        )
    if said == "no" and number:
        return _invalid(
            "parts", f"地块{named}填报为非高标准农田，却填写了验收文号{number}，请改选“是”或删去验收文号。"
        )
    return None


def _invalid(field: str, sentence: str) -> Refusal:
    return Refusal(Code.INVALID, sentence, {"field": field})


def why_not_total(*, declared: Decimal, parts: Decimal) -> Refusal | None:
    """`totals_mismatch` when the declared reclaimed area is not the sum of its parts, with the difference."""
    if declared == parts:
        return None
    difference = abs(declared - parts)
    return Refusal(
        Code.TOTALS_MISMATCH,
        f"填报复垦为农用地面积{declared:,}亩，各地块合计{parts:,}亩，相差{difference:,}亩，请核对后重新填报。",
        {"declared": str(declared), "parts": str(parts), "difference": str(difference)},
    )


def why_not_stated(account: Account, stated: Stated) -> Refusal | None:
    """`invalid` for what is below zero: B, V, S, or N because resettlement is larger than what was reclaimed."""
    for field, label, amount in (
        ("resettlement", "安置区建设用地", stated.resettlement),
        ("returned", "归还周转指标", stated.returned),
        ("reserved", "村内预留", stated.reserved),
    ):
        if amount < 0:
            return _invalid(field, f"{label}不得小于零，现为{amount:,}亩。")
    if account.surplus < 0:
        return _invalid(
            "resettlement",
            f"安置区建设用地{stated.resettlement:,}亩超过复垦面积{account.reclaimed:,}亩，节余指标为负，请核对。",
        )
    return None


def why_not_tradeable(account: Account) -> Refusal | None:
    """`invalid` when nothing is left to book (T ≤ 0)."""
    if account.tradeable > 0:
        return None
    return Refusal(
        Code.INVALID,
        f"节余指标{account.surplus:,}亩扣除归还周转指标和村内预留后为{account.tradeable:,}亩，可交易指标须大于零。",
        {"field": "reserved", "tradeable": str(account.tradeable)},
    )


def why_not_as_large(
    *, stated_mu: Decimal, drawn_mu: Decimal, named: str, within: Tolerances
) -> Refusal | None:
    """`invalid` when a drawn parcel is not as large as stated, by more than is let pass.

    Hectares given as 亩 are told apart: the figure is less than a tenth of the drawn area, and × 15 fits.
    """
    allowed = max(stated_mu * within.of_parcel, within.floor_mu)
    difference = abs(stated_mu - drawn_mu)
    if difference <= allowed:
        return None
    hint = ""
    if (
        stated_mu < drawn_mu * _HECTARE_SHARE
        and abs(stated_mu * 15 - drawn_mu) <= drawn_mu * within.of_parcel
    ):
        hint = f"填报数乘以15为{stated_mu * 15:,}亩，与界址相符，疑为公顷，请换算成亩（×15）后填报。"
    return Refusal(
        Code.INVALID,
        f"地块{named}填报{stated_mu:,}亩，界址面积{drawn_mu:,}亩，相差{difference:,}亩，超过允许误差{allowed:,.4f}亩。{hint}",
        {"field": "parts", "stated": str(stated_mu), "drawn": str(drawn_mu), "difference": str(difference)},
    )


def why_not_together(
    *, stated_mu: Decimal, drawn_mu: Decimal, count: int, within: Tolerances
) -> Refusal | None:
    """`totals_mismatch` when all parts together are stated too far from what is drawn."""
    allowed = drawn_mu * within.of_sum
    difference = abs(stated_mu - drawn_mu)
    if count < within.from_parts or difference <= allowed:
        return None
    return Refusal(
        Code.TOTALS_MISMATCH,
        f"{count}个地块填报合计{stated_mu:,}亩，界址面积合计{drawn_mu:,}亩，相差{difference:,.4f}亩，"
        f"超过允许误差{allowed:,.4f}亩（{within.of_sum * 100:f}%），请核对是否普遍多报或少报。",
        {"difference": f"{difference:.4f}", "allowed_mu": f"{allowed:.4f}"},
    )


def why_not_measurer(*, ties: Sequence[str]) -> Refusal | None:
    """`self_dealing` when the measurer and the county share a superior, a contact, an address or an account."""
    if not ties:
        return None
    return Refusal(
        Code.SELF_DEALING,
        f"受托核定机构与申报方{'、'.join(ties)}，不得承担本项目核定，请另行委托。",
        {"ties": "、".join(ties)},
    )


def why_not_dated(
    *, label: str, on: date, not_before: date | None, today: date, field: str
) -> Refusal | None:
    """`invalid` for a date in the future, or before what it follows."""
    if on > today:
        return _invalid(field, f"{label}{on:%Y-%m-%d}晚于今日{today:%Y-%m-%d}，请核对。")
    if not_before is not None and on < not_before:
        return _invalid(field, f"{label}{on:%Y-%m-%d}早于{not_before:%Y-%m-%d}，请核对。")
    return None


def why_not_opinion(*, outcome: Outcome, reason: str) -> Refusal | None:
    """`invalid` for an unfavourable opinion without reasons."""
    if outcome is not Outcome.PASS and not reason.strip():
        return _invalid("reason", "不通过或退回补正须写明理由，申报方据此补正。")
    return None


def why_not_at(status: VerificationStatus, allowed: Iterable[VerificationStatus]) -> Refusal | None:
    """`wrong_status` unless the verification stands where the act is done."""
    return why_not_in(status, sorted(allowed, key=list(VerificationStatus).index), labels=LABELS)


def why_not_reported(*, origin: str) -> Refusal | None:
    """`text_changed` when the newest parcels are the county's own and not a measurer's: a report has to follow."""
    if origin == Origin.REPORT:
        return None
    return Refusal(
        Code.TEXT_CHANGED,
        "申报地块在核定报告之后改动过，须由受托机构重新出具核定报告后提交。",
        {"newest": origin},
    )


def why_not_reason(reason: str) -> Refusal | None:
    """`invalid` for an end without a reason."""
    return None if reason.strip() else _invalid("reason", "请写明理由，理由记入本项目档案。")


def why_not_unfavourable(*, unfavourable: bool) -> Refusal | None:
    """`wrong_status` while no opinion of the round is unfavourable: nothing is to be returned."""
    if unfavourable:
        return None
    return Refusal(Code.WRONG_STATUS, "本轮尚无不通过或退回补正的意见，不能退回，请先出具意见。")


def why_not_return(*, unfavourable: bool, reason: str) -> Refusal | None:
    """`wrong_status` while no opinion is unfavourable; `invalid` without written reasons."""
    return why_not_unfavourable(unfavourable=unfavourable) or why_not_reason(reason)


def why_not_region(*, region: str, holder_region: str, holder: str) -> Refusal | None:
    """`invalid` for land of another county than the holder's."""
    if region == holder_region:
        return None
    return _invalid("region", f"项目所在行政区{region}不属于{holder}，请核对。")


def why_not_prefecture(*, region: str, of: str) -> Refusal | None:
    """`not_permitted` for a city's office of another prefecture."""
    if region == prefecture_of(of):
        return None
    return Refusal(Code.NOT_PERMITTED, "市级初审由项目所在市的自然资源主管部门办理。")


def prefecture_of(region: str) -> str:
    """The prefecture above a county (GB/T 2260: the first four digits)."""
    return f"{region[:4]}00"


def why_not_again(*, decided: bool) -> Refusal | None:
    """`duplicate_request` for a second opinion of one level in one round."""
    if not decided:
        return None
    return Refusal(Code.DUPLICATE_REQUEST, "本轮意见已出具，如需改变请先退回补正。")


def why_not_new_report(*, sha256: str, earlier: Iterable[str]) -> Refusal | None:
    """`missing_document` when the newest paper is an earlier report's: other figures have a paper of their own."""
    if sha256 not in set(earlier):
        return None
    return Refusal(
        Code.MISSING_DOCUMENT,
        "上次核定报告所附的《核定报告》不能再次使用，请上传本次核定报告后再提交。",
        {"missing": "measurement_report"},
    )


def why_not_awaited(*, office: str | None, level: str, place: str) -> Refusal | None:
    """`invalid` when the review that a submission goes to has nobody to give it: it would wait for ever."""
    if office is not None:
        return None
    return _invalid(
        "region",
        f"{place}没有登记办理{level}的自然资源主管部门，暂不能提交，请联系省级主管部门登记后再提交。",
    )


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it holds, in words; one that `bars` refuses the certificate with `code`."""

    name: str
    holds: bool
    text: str
    bars: bool = True
    code: Code = Code.NOT_VERIFIED


def why_not_certify(found: Iterable[Finding]) -> Refusal | None:
    """The first finding that bars the certificate, by its own code."""
    for each in found:
        if each.bars and not each.holds:
            return Refusal(
                each.code,
                f"自动核对未通过：{each.text}。不能发证入库，请由省级主管部门撤销本项目核定，更正后重新申报。",
                {"finding": each.name},
            )
    return None


def why_not_export(*, count: int, parcels: int = 0, paper_bytes: int = 0) -> Refusal | None:
    """`invalid` for an export of nothing, or of more than it holds; of a single case never."""
    if not count:
        return _invalid("cases", "请至少勾选一个待报部备案的核定项目。")
    megabytes = -(-paper_bytes // 2**20)
    limits = (
        (f"{MOST_EXPORTED}个核定项目，所选为{count}个", count > MOST_EXPORTED),
        (f"{MOST_EXPORTED_PARCELS}个地块，所选为{parcels}个", parcels > MOST_EXPORTED_PARCELS),
        (f"{MOST_EXPORTED_MB}MB材料，所选为{megabytes}MB", megabytes > MOST_EXPORTED_MB),
    )
    over = [said for said, is_over in limits if is_over and count > 1]
    if not over:
        return None
    return _invalid("cases", f"一次至多导出{'；至多'.join(over)}。请按县筛选，或少勾选几个，分次导出。")


def why_not_recorded(*, on: date, passed_on: date) -> Refusal | None:
    """`invalid` for a record (部备案) that is dated before the province passed it."""
    if on >= passed_on:
        return None
    return Refusal(
        Code.INVALID,
        f"备案日期{on:%Y-%m-%d}早于省级终审通过的{passed_on:%Y-%m-%d}，请核对。",
        {"field": "document_date"},
    )
