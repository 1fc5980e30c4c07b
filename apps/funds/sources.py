"""What money comes of: each process whose cases have any says once how that is shared out, and until when."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.rulebook.proceeds import Share
from kernel.cases.models import Case
from kernel.deadlines.commands import Period
from kernel.money import Yuan


@dataclass(frozen=True)
class Terms:
    """By a case's own copy of the rules: its shares, how long after each arrival they are to be made, and how long
    after a finding its county's finance has to answer.
    """

    shares: tuple[Share, ...]
    to_distribute: Period
    to_answer: Period


@dataclass(frozen=True)
class PlannedLine:
    """One line of a case's plan of use (资金使用方案) that spending names by its number; `label` says what it is."""

    no: int
    category: str
    amount: Yuan
    label: str


def _unplanned(case_id: int) -> tuple[PlannedLine, ...]:
    return ()


def _never_closed(case_id: int) -> bool:
    return False


@dataclass(frozen=True)
class _Money:
    terms: Callable[[int], Terms]
    plan: Callable[[int], tuple[PlannedLine, ...]]
    is_closed: Callable[[int], bool]


_money: dict[str, _Money] = {}


def register(
    process: str,
    terms_of_case: Callable[[int], Terms],
    *,
    plan: Callable[[int], tuple[PlannedLine, ...]] = _unplanned,
    is_closed: Callable[[int], bool] = _never_closed,
) -> None:
    """Make a process known whose cases have money, when the site starts. The same name twice is a programming error.

    `plan(case_id)` is the plan of use in force, where spending follows one; of a case that `is_closed` nothing is
    distributed or spent any more.
    """
    if process in _money:
        raise ValueError(f"money of process {process} is registered twice")
    _money[process] = _Money(terms_of_case, plan, is_closed)


def _of(case_id: int) -> _Money:
    return _money[Case.objects.values_list("process", flat=True).get(pk=case_id)]


def terms_of(case_id: int) -> Terms:
    """The terms of one case; KeyError for a case of a process that has no money."""
    return _of(case_id).terms(case_id)


def plan_of(case_id: int) -> tuple[PlannedLine, ...]:
    """The plan of use that spending of one case follows; empty where there is none."""
    return _of(case_id).plan(case_id)


def is_closed(case_id: int) -> bool:
    """Whether nothing of a case's money is distributed or spent any more."""
    return _of(case_id).is_closed(case_id)


def processes_with_money() -> list[str]:
    """The names of the processes whose cases have money, in the order of registration."""
    return list(_money)
