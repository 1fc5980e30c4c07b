"""Whether parts add up, and whether quota is there to be moved."""

from decimal import Decimal

from kernel.errors import Code, Refusal
from kernel.quantity import Quantities, Quantity, QuotaKind


def why_not_book(*, parts: Quantities, declared: Quantities) -> Refusal | None:
    """`totals_mismatch` when the parts of a project do not add up to the total that is declared, kind by kind.

    A kind without any part is taken as declared (grain capacity follows from grades, not from parts).
    """
    for kind in QuotaKind:
        added, total = parts.of(kind), declared.of(kind)
        if added and added != total:
            difference = Quantity(kind, abs(added.amount - total.amount))
            return Refusal(
                Code.TOTALS_MISMATCH,
                f"{kind.label}各部分合计{added.text}，与申报总数{total.text}相差{difference.text}，请核对后重新登记。",
                {
                    "kind": str(kind),
                    "parts": str(added),
                    "declared": str(total),
                    "difference": str(difference),
                },
            )
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
            f"{what}的{kind.label}可用{figures['available']}{kind.unit}，另有{figures['frozen']}{kind.unit}已被其他挂牌项目冻结，"
            "请减少数量或待其解冻。",
            figures,
        )
    return Refusal(
        Code.QUOTA_INSUFFICIENT,
        f"{what}的{kind.label}可用{figures['available']}{kind.unit}，不足{figures['wanted']}{kind.unit}，请减少数量。",
        figures,
    )


def shortfall_share(*, sold: Quantity, retested: Quantity) -> Decimal:
    """The share by which a retest falls short of what was sold, from 0 to 1, exact."""
    return (sold.amount - retested.amount) / sold.amount
