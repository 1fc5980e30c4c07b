"""How proceeds of quota are shared (收益分配比例): who gets at least and at most which part of them.

At least 0.60 go to the farmers, at most 0.30 to the villages' public services, at most 0.10 to the township (S004). The
collective's own part lies within the villages' and is counted of the whole.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import model_validator

from apps.rulebook.declaring import Parameter, Strict, Unit
from apps.rulebook.exact import Rate

CATEGORY_LABELS: dict[str, str] = {
    "farmers": "农户补偿",
    "village": "村集体公共服务",
    "collective": "其中：村集体自用",
    "township": "乡镇统筹",
    "infrastructure": "基础设施建设",
    "aftercare": "管理与后期管护",
}
"""What proceeds are shared into, in the order of papers and pages."""


@dataclass(frozen=True)
class Share:
    """One share: the part of the whole that it is at least and at most. `within` names the share that it lies in."""

    category: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(1)
    within: str = ""
    called: str = ""

    @property
    def label(self) -> str:
        """Its Chinese name; a share that covers more than its category elsewhere is `called` so."""
        return self.called or CATEGORY_LABELS[self.category]


class ProceedsShares(Strict):
    """The limits of the shares. All but the farmers' may be nothing; what others leave is the farmers'."""

    farmers_least: Annotated[Rate, Parameter("农户补偿占收益的下限", Unit.SHARE, printed=True)] = Decimal(
        "0.60"
    )
    village_most: Annotated[Rate, Parameter("村集体公共服务占收益的上限", Unit.SHARE, printed=True)] = (
        Decimal("0.30")
    )
    collective_least: Annotated[Rate, Parameter("村集体自用占收益的下限", Unit.SHARE, printed=True)] = (
        Decimal("0.10")
    )
    collective_most: Annotated[Rate, Parameter("村集体自用占收益的上限", Unit.SHARE, printed=True)] = Decimal(
        "0.20"
    )
    township_most: Annotated[Rate, Parameter("乡镇统筹占收益的上限", Unit.SHARE, printed=True)] = Decimal(
        "0.10"
    )

    @model_validator(mode="after")
    def _can_be_kept(self) -> "ProceedsShares":
        if not self.collective_least <= min(self.collective_most, self.village_most):
            raise ValueError("村集体自用的下限不得高于其上限和村集体公共服务的上限。")
        if self.farmers_least + self.collective_least > 1:
            raise ValueError("农户补偿与村集体自用的下限合计不得高于1。")
        return self

    @property
    def rows(self) -> tuple[Share, ...]:
        """The shares, in the order of papers and pages."""
        return (
            Share("farmers", least=self.farmers_least),
            Share("village", most=self.village_most),
            Share("collective", self.collective_least, self.collective_most, within="village"),
            Share("township", most=self.township_most),
        )
