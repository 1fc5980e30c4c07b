"""What a burden on quota leaves free, and when one may be registered (spec: common ground §2; price-and-risk §5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from kernel.errors import Code, Refusal


class BurdenType(StrEnum):
    """What a burden is (权利负担类型): code and Chinese name."""

    label: str

    def __new__(cls, code: str, label: str = "") -> "BurdenType":
        """One row; called with a code alone, the row of that code."""
        made = str.__new__(cls, code)
        made._value_, made.label = code, label
        return made

    LOAN = "loan", "质押"
    SEIZURE = "seizure", "查封"
    DISPUTE = "dispute", "权属争议"
    OTHER = "other", "其他"


@dataclass(frozen=True)
class Burden:
    """An open burden on one kind of what a holder has of a batch: its type, why, on how much; None for all of it."""

    type: BurdenType
    reason: str
    amount: Decimal | None


@dataclass(frozen=True)
class Held:
    """What a holder has of one kind of a batch."""

    available: Decimal
    frozen: Decimal

    @property
    def total(self) -> Decimal:
        """Frozen or not."""
        return self.available + self.frozen


def free_of(there: Decimal, burdens: Sequence[Burden]) -> Decimal:
    """What of an amount no burden lies on. Burdens add up; nothing where one lies on all, and never below zero."""
    amounts = [each.amount for each in burdens if each.amount is not None]
    if len(amounts) < len(burdens):
        return Decimal(0)
    return max(there - sum(amounts, Decimal(0)), Decimal(0))


def in_words(amounts: Iterable[tuple[QuotaKind, Decimal]]) -> str:
    """耕地数量300.0000亩、粮食产能18000公斤."""
    return "、".join(f"{kind.label}{Quantity(kind, amount)}{kind.unit}" for kind, amount in amounts)


def why_not_free(
    *, certificate_no: str, wanted: Quantity, there: Quantity, burdens: Sequence[Burden]
) -> Refusal | None:
    """`quota_encumbered` for more than what no burden lies on, naming the burden, its amount and what is free.

    `there` is what has to cover the burdens: what is available where quota is frozen or used, all that its holder has
    of the batch where what was frozen leaves.
    """
    kind, free = wanted.kind, Quantity(wanted.kind, free_of(there.amount, burdens))
    if not burdens or wanted <= free:
        return None
    first = next((each for each in burdens if each.amount is None), burdens[0])
    lies_on = there if first.amount is None else Quantity(kind, first.amount)
    figures = {
        "certificate_no": certificate_no,
        "reason": first.reason,
        "burden_type": str(first.type),
        "kind": str(kind),
        "burdened": str(lies_on),
        "free": str(free),
        "wanted": str(wanted),
    }
    said = f"{first.type.label}：{first.reason}"
    if first.amount is None:
        sentence = f"入库凭证“{certificate_no}”的指标存在权利负担（{said}），解除后方可办理。"
    else:
        in_all = sum((each.amount for each in burdens if each.amount is not None), Decimal(0))
        more = f"，共{len(burdens)}项合计{_shown(kind, in_all)}" if len(burdens) > 1 else ""
        sentence = (
            f"入库凭证“{certificate_no}”的{kind.label}存在权利负担（{said}，{_shown(kind, first.amount)}{more}），"
            f"可办理{_shown(kind, free.amount)}，本次{_shown(kind, wanted.amount)}，请减少数量或者待负担解除后办理。"
        )
    return Refusal(Code.QUOTA_ENCUMBERED, sentence, figures, words={str(first.type): first.type.label})


def _shown(kind: QuotaKind, amount: Decimal) -> str:
    return f"{amount:,.{kind.places}f}{kind.unit}"


def why_not_burden(
    *, reason: str, amounts: Mapping[QuotaKind, Decimal], held: Mapping[QuotaKind, Held], holder: str
) -> Refusal | None:
    """`invalid` without a reason, for a kind that the batch has not and for no amount of one; `quota_insufficient` for
    more than the holder has of it.

    `held` is of each kind of the batch, frozen or not: what a court seizes is registered whatever is frozen, and
    several burdens together may exceed what is there (轮候查封).
    """
    if not reason.strip():
        return Refusal(Code.INVALID, "请填写权利负担的内容。", {"field": "reason"})
    for kind, amount in amounts.items():
        refusal = _why_not_amount(kind, amount, held=held, holder=holder)
        if refusal is not None:
            return refusal
    return None


def _why_not_amount(
    kind: QuotaKind, amount: Decimal, *, held: Mapping[QuotaKind, Held], holder: str
) -> Refusal | None:
    figures = {"kind": str(kind), "wanted": str(Quantity(kind, amount))}
    if kind not in held:
        there = "、".join(each.label for each in held)
        return Refusal(
            Code.INVALID,
            f"本批次没有{kind.label}，只有{there}，请核对指标种类。",
            {"field": str(kind), **figures},
        )
    if amount <= 0:
        return Refusal(
            Code.INVALID,
            f"权利负担的{kind.label}须大于零；负担及于全部指标的，请不填写数量。",
            {"field": str(kind), **figures},
        )
    has = held[kind]
    if amount <= has.total:
        return None
    return Refusal(
        Code.QUOTA_INSUFFICIENT,
        f"{holder}持有本批次{kind.label}{_shown(kind, has.total)}，不足{_shown(kind, amount)}，请核对数量。",
        {
            **figures,
            "available": str(Quantity(kind, has.available)),
            "frozen": str(Quantity(kind, has.frozen)),
        },
    )
