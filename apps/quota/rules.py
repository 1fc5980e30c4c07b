"""Whether parts add up, and whether quota is there to be moved."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from apps.kinds.classes import ClassTerms
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from kernel.clock import iso, written
from kernel.errors import Code, Refusal


def why_not_void(*, voided: bool, booked: Quantities, reason: str) -> Refusal | None:
    """A project is given up once, with a reason, while nothing of it is booked."""
    if voided:
        return Refusal(Code.WRONG_STATUS, "该项目已撤销登记，不能重复办理。", {"status": "voided"})
    if not booked.is_zero:
        return Refusal(
            Code.WRONG_STATUS,
            "该项目已有指标入库，不能撤销登记；确有错误的请以相反分录更正。",
            booked.as_strings(),
        )
    if not reason.strip():
        return Refusal(Code.INVALID, "请写明撤销登记的理由。", {"field": "reason"})
    return None


def why_not_book(*, made: Quantities, booked: Quantities, wanted: Quantities) -> Refusal | None:
    """`totals_mismatch` when more of a kind would be booked than a project's parts make; figures: booked, wanted, left.

    Several batches may be booked of one project, and a batch may leave a kind out.
    """
    for kind in wanted.amounts:
        total, before, more = made.of(kind), booked.of(kind), wanted.of(kind)
        left = total - before
        if more > left:
            return Refusal(
                Code.TOTALS_MISMATCH,
                f"{kind.label}：项目各地块合计{total.text}，已入库{before.text}，尚可入库{left.text}，"
                f"本次{more.text}超出{(more - left).text}，请核对后重新办理。",
                {
                    "kind": str(kind),
                    "parts": str(total),
                    "booked": str(before),
                    "wanted": str(more),
                    "left": str(left),
                    "difference": str(more - left),
                },
            )
    return None


def why_not_grade(*, made: int, stated: int) -> Refusal | None:
    """`totals_mismatch` when a batch states another grade than its project's parts have on average."""
    if made == stated:
        return None
    return Refusal(
        Code.TOTALS_MISMATCH,
        f"质量等别按各地块面积加权平均为{made}等，申报{stated}等，请核对后重新办理。",
        {"field": "grade", "parts": str(made), "declared": str(stated)},
    )


def why_not_use(
    *, yearly: bool, project_name: str, project_approval_no: str, year: int | None, this_year: int
) -> Refusal | None:
    """Use names a construction project, or a year that has begun; which, the rules say."""
    if not yearly:
        if not project_name.strip() or not project_approval_no.strip():
            return Refusal(Code.INVALID, "请填写建设项目名称和建设用地批准文号。", {"field": "project_name"})
        if year is not None:
            return Refusal(Code.INVALID, "现行规则按建设项目挂钩，不填写核销年度。", {"field": "year"})
        return None
    if year is not None and year > this_year:
        return Refusal(Code.INVALID, f"核销年度不得晚于{this_year}年。", {"field": "year"})
    return None


def why_not_year_open(*, year: int, closed: bool) -> Refusal | None:
    """`too_late` for a year that the province has closed."""
    if closed:
        return Refusal(
            Code.TOO_LATE, f"{year}年已结清，不能再记入该年度，请记入本年度。", {"year": str(year)}
        )
    return None


def why_not_close(*, yearly: bool, year: int, this_year: int, closed: bool) -> Refusal | None:
    """A year is closed once, after its end, where the rules keep a yearly account."""
    if not yearly:
        return Refusal(Code.WRONG_STATUS, "现行规则按建设项目挂钩，不作年度结清。", {"use_mode": "project"})
    if year >= this_year:
        return Refusal(
            Code.TOO_EARLY, f"{year}年尚未结束，最早于{year + 1}年1月1日办理年度结清。", {"year": str(year)}
        )
    if closed:
        return Refusal(Code.DUPLICATE_REQUEST, f"{year}年已结清，不能重复办理。", {"year": str(year)})
    return None


def why_not_draw(
    *, kind: QuotaKind, wanted: Decimal, available: Decimal, frozen: Decimal, what: str
) -> Refusal | None:
    """`quota_frozen` when other listings hold what is wanted, `quota_insufficient` when it is not there at all."""
    if wanted <= available:
        return None
    figures = {
        "kind": str(kind),
        "wanted": str(Quantity(kind, wanted)),
        "available": str(Quantity(kind, available)),
        "frozen": str(Quantity(kind, frozen)),
    }
    if wanted <= available + frozen:
        return Refusal(
            Code.QUOTA_FROZEN,
            f"{what}的{kind.label}可用{available:,.{kind.places}f}{kind.unit}，另有{frozen:,.{kind.places}f}{kind.unit}已被其他挂牌项目冻结，"
            "请减少数量或待其解冻。",
            figures,
        )
    return Refusal(
        Code.QUOTA_INSUFFICIENT,
        f"{what}的{kind.label}可用{available:,.{kind.places}f}{kind.unit}，不足{wanted:,.{kind.places}f}{kind.unit}，请减少数量。",
        figures,
    )


def shortfall_share(*, sold: Quantity, retested: Quantity) -> Decimal:
    """The share by which a retest falls short of what was sold, from 0 to 1, exact."""
    return (sold.amount - retested.amount) / sold.amount


_REACH = {"county": 6, "city": 4, "province": 2, "state": 2}
"""By how many digits of its division quota may go; to other provinces only by their own process."""


def why_not_circulate(*, rights: Collection[str], made_in: str, to: str) -> Refusal | None:
    """`not_permitted` outside the circulation right (流转权限) of a certificate; an empty right limits nothing.

    `made_in` and `to` are codes of divisions (GB/T 2260).
    """
    digits = max((_REACH[right] for right in rights if right), default=0)
    if to[:digits] == made_in[:digits]:
        return None
    reach = {6: "本县（市、区）内", 4: "本市（州）内", 2: "本省（区、市）内"}[digits]
    return Refusal(
        Code.NOT_PERMITTED,
        f"登记证载明本批指标只能在{reach}流转，贵单位所在行政区不在此范围内，不能竞买。",
        {"made_in": made_in, "to": to},
    )


def why_not_land_use(land_use: str, *, terms: ClassTerms) -> Refusal | None:
    """`use_banned` for what quota of the class must not be used for, `invalid` where a use is to be named or is not.

    Source: S004; spec: surplus, "Sale in the province", use.
    """
    allowed = "、".join(terms.land_uses.values())
    if land_use in terms.banned_uses:
        return Refusal(
            Code.USE_BANNED,
            f"{terms.title}不得用于{terms.banned_uses[land_use]}，只能用于{allowed}。",
            {"land_use": land_use},
        )
    if terms.land_uses and land_use not in terms.land_uses:
        return Refusal(Code.INVALID, f"请选择{terms.title}的用途：{allowed}。", {"field": "land_use"})
    if land_use and not terms.land_uses:
        return Refusal(Code.INVALID, f"{terms.title}不填写用途。", {"field": "land_use"})
    return None


def why_not_in_term(*, kind: QuotaKind, wanted: Decimal, within: Decimal, ended: datetime) -> Refusal | None:
    """`too_late` when what is wanted is there only in batches whose term of use is over."""
    if wanted <= within:
        return None
    return Refusal(
        Code.TOO_LATE,
        f"{kind.label}在使用期限内的只有{Quantity(kind, within).text}，不足{Quantity(kind, wanted).text}；其余指标的"
        f"使用期限已于{written(ended)}届满，不能再使用，确需使用的请向省级主管部门申请延长。",
        {"within": str(Quantity(kind, within).amount), "wanted": str(wanted), "term_ended": iso(ended)},
    )


def why_not_extend(*, days: int, most: int, extended: bool, reason: str) -> Refusal | None:
    """`duplicate_request` for a second time, `invalid` for more days than the rules allow, or without a reason."""
    if extended:
        return Refusal(Code.DUPLICATE_REQUEST, "该使用期限已延长过一次，不能再次延长。")
    if not 1 <= days <= most:
        return Refusal(
            Code.INVALID,
            f"使用期限最多延长{most}日，现填写{days}日，请核对。",
            {"field": "days", "most": str(most)},
        )
    if not reason.strip():
        return Refusal(Code.INVALID, "请写明延长使用期限的理由。", {"field": "reason"})
    return None


def why_not_reduce(
    *, amount: Decimal, booked: Decimal, before: Decimal, number: str, again: bool
) -> Refusal | None:
    """`duplicate_request` for a finding entered before, `invalid` for nothing, `amount_exceeds` beyond the booked."""
    if again:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"核减决定“{number}”已办理，不能重复核减，请核对文号。",
            {"finding_no": number},
        )
    if amount <= 0:
        return Refusal(Code.INVALID, "核减数量须大于零。", {"field": "amount"})
    left = booked - before
    if amount <= left:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"本证核定入库{booked:,}亩，此前已决定核减{before:,}亩，最多再核减{left:,}亩，现为{amount:,}亩，请核对。",
        {"booked": str(booked), "before": str(before), "left": str(left), "wanted": str(amount)},
    )


def why_not_settled(claim: tuple[str, Decimal] | None) -> Refusal | None:
    """`quota_encumbered` while a re-check's finding, named with what is left of it in 亩, is not written off whole."""
    if claim is None:
        return None
    number, left = claim
    return Refusal(
        Code.QUOTA_ENCUMBERED,
        f"核减决定“{number}”尚有{left:,}亩未核减完毕，核减完毕前出让方不能申请出让、继续交易该类指标。",
        {"finding_no": number, "left": str(left)},
    )
