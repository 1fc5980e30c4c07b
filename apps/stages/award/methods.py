"""What a method of sale tells later stages of an award: they ask here and know no method."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.stages.award.models import Award
from kernel.acts.bound import Fact


@dataclass(frozen=True)
class SaleMethod:
    """A method of sale as its own room declares it.

    `code` is what forms of trade name it by (`apps.kinds.trade`). `facts` is what the confirmation shows and binds
    beside winner and price; `found_by` is what the printed one states of how the winner was found
    (`AwardConfirmationFacts`); `record` is the record of the sale (交易记录) as the dossier keeps it, line by line.
    """

    code: str
    facts: Callable[[Award], tuple[Fact, ...]]
    found_by: Callable[[Award], dict[str, Any]]
    record: Callable[[Award], list[dict[str, Any]]]


_declared: dict[str, SaleMethod] = {}


def register(*methods: SaleMethod) -> None:
    """Declare methods of sale, when the process is assembled. The same one twice is a programming error."""
    for each in methods:
        if each.code in _declared:
            raise ValueError(f"method {each.code} is declared twice")
        _declared[each.code] = each


def method_of(award: Award) -> SaleMethod:
    """The method by which a lot was sold."""
    return _declared[award.method]


def all_methods() -> list[SaleMethod]:
    """Every method, in the order in which they were declared."""
    return list(_declared.values())
