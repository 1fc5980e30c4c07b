"""What money comes of: each process whose cases have any says once how that is shared out, and until when."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.rulebook.proceeds import Share
from kernel.cases.models import Case
from kernel.deadlines.commands import Period


@dataclass(frozen=True)
class Terms:
    """By a case's own copy of the rules: its shares, how long after each arrival they are to be made, and how long
    after a finding its county's finance has to answer.
    """

    shares: tuple[Share, ...]
    to_distribute: Period
    to_answer: Period


_terms: dict[str, Callable[[int], Terms]] = {}


def register(process: str, terms_of_case: Callable[[int], Terms]) -> None:
    """Make a process known whose cases have money, when the site starts. The same name twice is a programming error."""
    if process in _terms:
        raise ValueError(f"money of process {process} is registered twice")
    _terms[process] = terms_of_case


def terms_of(case_id: int) -> Terms:
    """The terms of one case; KeyError for a case of a process that has no money."""
    return _terms[Case.objects.values_list("process", flat=True).get(pk=case_id)](case_id)


def processes_with_money() -> list[str]:
    """The names of the processes whose cases have money, in the order of registration."""
    return list(_terms)
