"""Processes (办事流程): each room that has cases says once what theirs are called and where they are shown."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from kernel.actors import Actor
from kernel.capabilities import Capability
from kernel.transparency import Told


@dataclass(frozen=True)
class Called:
    """What a case is called: its number, or which draft it is, and its title."""

    number: str
    title: str


@dataclass(frozen=True)
class Process:
    """One process, by its name in `Case.process`.

    `label` is what its cases are called in Chinese. `page(case_id)` is the address of a case's page for those who work
    on it, `public_page(case_id)` the one for everybody. `may_see(case_id, by)` decides who may know of a case,
    `may_amend(case_id, by)` whether it is the actor's own and its facts may still change. `called(case_ids)` says what
    its cases are called, each by its key. The office of the case's province that is able to `minded_by` is told when
    something about a case goes wrong. `hears(case_id, told, least)`: whether these may hear now of what is `told` so of
    a case.
    """

    name: str
    label: str
    page: Callable[[int], str]
    public_page: Callable[[int], str]
    may_see: Callable[[int, Actor], bool]
    called: Callable[[Collection[int]], dict[int, Called]]
    minded_by: Capability
    hears: Callable[[int, Told, Told], bool]
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
