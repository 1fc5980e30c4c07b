"""What money comes of: each process whose cases have any says once how that is shared out, and until when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apps.funds.states import BUCKET_LABELS, said_of_spent, share_of, spent_on
from apps.rulebook.proceeds import CATEGORY_LABELS, Share
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
    refunds_buyers: bool
    categories: Mapping[str, str]
    buckets: Mapping[str, str]


_money: dict[str, _Money] = {}


def register(
    process: str,
    terms_of_case: Callable[[int], Terms],
    *,
    plan: Callable[[int], tuple[PlannedLine, ...]] = _unplanned,
    is_closed: Callable[[int], bool] = _never_closed,
    refunds_buyers: bool = True,
    called: Mapping[str, str] | None = None,
) -> None:
    """Make a process known whose cases have money, when the site starts. The same name twice is a programming error.

    `plan(case_id)` is the plan of use in force, where spending follows one; of a case that `is_closed` nothing is
    distributed or spent any more. Where no buyer has paid (`refunds_buyers`), the province's finance
    alone is given money back. `called` are the categories that the process has names of its own for.
    """
    if process in _money:
        raise ValueError(f"money of process {process} is registered twice")
    own = dict(called or {})
    buckets = {
        **{share_of(each): label for each, label in own.items()},
        **{spent_on(each): said_of_spent(label) for each, label in own.items()},
    }
    _money[process] = _Money(
        terms_of_case, plan, is_closed, refunds_buyers, CATEGORY_LABELS | own, BUCKET_LABELS | buckets
    )


def category_labels(process: str) -> Mapping[str, str]:
    """What the categories are called where money comes of a process: by plan, voucher, ledger and report alike."""
    found = _money.get(process)
    return found.categories if found else CATEGORY_LABELS


def bucket_labels(process: str) -> Mapping[str, str]:
    """The buckets by the same names, in the order in which pages show them."""
    found = _money.get(process)
    return found.buckets if found else BUCKET_LABELS


def every_label() -> set[str]:
    """Every such name, of all processes."""
    return {
        label for each in _money.values() for label in (*each.categories.values(), *each.buckets.values())
    }


def _of(case_id: int) -> _Money:
    return _money[Case.objects.values_list("process", flat=True).get(pk=case_id)]


def terms_of(case_id: int) -> Terms:
    """The terms of one case; KeyError for a case of a process that has no money."""
    return _of(case_id).terms(case_id)


def plan_of(case_id: int) -> tuple[PlannedLine, ...]:
    """The plan of use that spending of one case follows; empty where there is none."""
    return _of(case_id).plan(case_id)


def refunds_buyers(case_id: int) -> bool:
    """Whether buyers have paid for a case, who may be given their price back."""
    return _of(case_id).refunds_buyers


def is_closed(case_id: int) -> bool:
    """Whether nothing of a case's money is distributed or spent any more."""
    return _of(case_id).is_closed(case_id)


def is_closed_case(case: Case) -> bool:
    """The same of a case that was read before."""
    return _money[case.process].is_closed(case.pk)


def processes_with_money() -> list[str]:
    """The names of the processes whose cases have money, in the order of registration."""
    return list(_money)
