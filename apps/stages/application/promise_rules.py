"""What a county may promise of its lot's quality (质量提升承诺), by whom, and of each ground once."""

from collections.abc import Iterator
from decimal import Decimal

from apps.kinds.classes import ClassTerms
from apps.kinds.trade import FormTerms
from kernel.errors import Code, Refusal


def why_not_promise(*, may_promise: bool) -> Refusal | None:
    """`not_permitted` for a commitment that no county government signs (S001 §3.3)."""
    if may_promise:
        return None
    return Refusal(
        Code.NOT_PERMITTED, "质量提升承诺由县级人民政府签署，请由县级人民政府申请出让，或者不附承诺。"
    )


def wrong_with_promise(
    *,
    trade: FormTerms,
    terms: ClassTerms,
    made_of_project: bool,
    area: Decimal,
    sold: Decimal,
    there: Decimal,
    grade: int | None,
    target: int,
    sells_capacity: bool,
    proceeds_use: str,
) -> Iterator[Refusal]:
    """Each way in which a commitment is wrong for its lot, `invalid` but for more area than there is.

    `sold` is the lot's farmland (0 where it sells none), `there` the project's area of the lot's grade, both in 亩.
    """
    if not (trade.commitment and terms.commitment):
        yield Refusal(
            Code.INVALID,
            f"{trade.label}方式的{terms.title}不附质量提升承诺，请勿填写。",
            {"field": "target_grade"},
        )
        return
    if grade is None or target >= grade:
        yield Refusal(
            Code.INVALID,
            f"承诺等别须优于现状等别（{grade}等），请填写更小的等别。",
            {"field": "target_grade", "grade": str(grade)},
        )
    if not sells_capacity:
        yield Refusal(
            Code.INVALID, "附质量提升承诺的标的须含粮食产能，请在批次来源中列入。", {"field": "lines"}
        )
    if not proceeds_use.strip():
        yield Refusal(Code.INVALID, "请写明出让收益的用途。", {"field": "proceeds_use"})
    if not made_of_project:
        yield Refusal(
            Code.INVALID,
            "承诺涉及的原项目须是形成本标的指标的土地整治项目，请重新选择。",
            {"field": "commitment_project"},
        )
        return
    most = min(there, sold) if sold else there
    if not 0 < area <= most:
        yield Refusal(
            Code.AMOUNT_EXCEEDS,
            f"承诺提升面积须大于零，且不超过原项目{grade}等地块面积{there:,}亩"
            f"{f'和标的耕地数量{sold:,}亩' if sold else ''}，现为{area:,}亩，请核对。",
            {"field": "commitment_area", "there": str(there), "sold": str(sold), "wanted": str(area)},
        )


def why_not_promised_once(
    *, there: Decimal, elsewhere: Decimal, wanted: Decimal, project: str
) -> Refusal | None:
    """`amount_exceeds` when all lots together promise more of a project than there is of the grade."""
    if elsewhere + wanted <= there:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS,
        f"原项目“{project}”该等别的地块共{there:,}亩，其他标的已承诺提升{elsewhere:,}亩，本标的{wanted:,}亩，"
        f"超出{elsewhere + wanted - there:,}亩，同一土地不能重复承诺，请减少承诺提升面积。",
        {"there": str(there), "elsewhere": str(elsewhere), "wanted": str(wanted)},
    )
