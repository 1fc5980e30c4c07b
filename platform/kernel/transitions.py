"""A table of allowed moves between statuses, and the refusal of every other."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from kernel.errors import Code, Refusal

S = TypeVar("S", bound=StrEnum)


class Moves(Generic[S]):
    """Which status may follow which. A move that is not listed does not exist."""

    def __init__(self, table: Mapping[S, Iterable[S]]) -> None:
        self._table = {source: frozenset(targets) for source, targets in table.items()}

    def allows(self, source: S, target: S) -> bool:
        """Whether `target` may follow `source`."""
        return target in self._table.get(source, frozenset())

    def targets(self, source: S) -> frozenset[S]:
        """Everything that may follow `source`; empty at an end."""
        return self._table.get(source, frozenset())

    def pairs(self) -> list[tuple[str, str]]:
        """All moves, sorted, as the database's own table holds them."""
        return sorted((str(a), str(b)) for a, targets in self._table.items() for b in targets)


def why_not_in(status: S, allowed: Iterable[S], *, labels: Mapping[S, str]) -> Refusal | None:
    """`wrong_status` when `status` is none of `allowed`, naming where the thing stands and where it must be."""
    wanted = list(allowed)
    if status in wanted:
        return None
    names = "、".join(labels[each] for each in wanted)
    return Refusal(
        Code.WRONG_STATUS,
        f"当前状态为“{labels[status]}”，此操作仅限“{names}”状态办理。",
        {"status": str(status), "allowed": ",".join(sorted(str(each) for each in wanted))},
        {str(each): labels[each] for each in (status, *wanted)},
    )
