"""Processes (办事流程): each room that has cases says once what theirs are called and where they are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from kernel.actors import Actor


@dataclass(frozen=True)
class Process:
    """One process, by its name in `Case.process`.

    `label` is what its cases are called in Chinese. `page(case_id)` is the address of a case's page for those who work
    on it, `public_page(case_id)` the one for everybody. `may_see(case_id, by)` decides who may know of a case,
    `may_amend(case_id, by)` whether it is the actor's own and its facts may still change.
    """

    name: str
    label: str
    page: Callable[[int], str]
    public_page: Callable[[int], str]
    may_see: Callable[[int, Actor], bool]
    may_amend: Callable[[int, Actor], bool] = lambda _case_id, _by: False


_processes: dict[str, Process] = {}


def register_process(process: Process) -> None:
    """Make a process known, when the site starts. The same name twice is a programming error."""
    if process.name in _processes:
        raise ValueError(f"process {process.name} is registered twice")
    _processes[process.name] = process


def process_called(name: str) -> Process:
    """The process of that name; KeyError when there is none."""
    return _processes[name]


def all_processes() -> list[Process]:
    """Every process, in the order of registration."""
    return list(_processes.values())
