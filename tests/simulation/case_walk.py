"""A random walk through cases of one process that are no lots, with every invariant looked at after every step."""

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Generic, Protocol, Self, TypeVar

from django.db import models, transaction

from kernel.acts.perform import Done
from kernel.clock import BEIJING
from kernel.deadlines.runner import run_due
from kernel.errors import Refused

STEPS = 45
ASTRAY = 0.12
"""How often somebody does what is not their turn."""
_BEGINS = datetime(2026, 4, 1, 9, tzinfo=BEIJING)
_ENDS = datetime(2026, 12, 28, tzinfo=BEIJING)


class World(Protocol):
    """The people of a case, who act on it alone or by two."""

    def both(self, key: str, act: str, when: str, **data: Any) -> Done:
        """Two persons do it."""


W = TypeVar("W", bound=World)
M = TypeVar("M", bound=models.Model)
V = TypeVar("V", bound="CaseWalk[Any, Any]")
T = TypeVar("T")


@dataclass
class CaseWalk(ABC, Generic[W, M]):
    """One walk: what was done, refused and reached."""

    world: W
    of: type[M]
    rng: Random
    ended: Sequence[str]
    """Statuses in which a case is over."""
    faults: Sequence[Callable[[], list[Any]]]
    """What looks at the books after every step."""
    now: datetime = _BEGINS
    steps: int = STEPS
    paces: Sequence[float] = (1, 1, 5, 24, 24, 120)
    """Hours that may pass before a step."""
    numbers: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    statuses: set[str] = field(default_factory=set)
    trail: list[str] = field(default_factory=list)

    @abstractmethod
    def choose(self, key: int) -> None:
        """Let the world's people act on this case."""

    @property
    def when(self) -> str:
        """Now, as the people of the tests name it."""
        return f"{self.now:%m-%d %H:%M}"

    def number(self) -> str:
        """Another number of another document."""
        self.numbers += 1
        return f"来文〔2026〕{self.numbers}号"

    def both(self, key: str, act: str, **data: Any) -> None:
        """Two persons do it."""
        self.world.both(key, act, self.when, **data)

    def case(self) -> M | None:
        """One of the cases that are not over; the world's people act on it."""
        running = self.of._default_manager.exclude(status__in=self.ended)
        ids = list(running.order_by("pk").values_list("pk", flat=True))
        if not ids:
            return None
        chosen = self.rng.choice(ids)
        self.choose(chosen)
        return self.of._default_manager.get(pk=chosen)

    def wrong(self) -> list[Any]:
        """Everything that does not hold now."""
        return [each for given in self.faults for each in given()]

    def on(self, hours: float) -> None:
        """Time passes, and what falls due is done."""
        self.now += timedelta(hours=hours)
        with transaction.atomic():
            run_due(now=self.now)

    def take(self, step: Callable[[Self], object]) -> None:
        """A refusal changes nothing; any other error is a fault of ours."""
        name = name_of(step)
        try:
            with transaction.atomic():
                step(self)
        except Refused as no:
            self.refused[str(no.refusal.code)] += 1
            self.trail.append(f"{self.when} {name}: {no.refusal.code} {no.refusal.sentence}")
        except Exception as error:
            raise AssertionError(f"{name} broke after {self.trail}") from error
        else:
            self.done[name] += 1
            self.trail.append(f"{self.when} {name}")


def walked(walk: V, steps: Mapping[str, list[Callable[[V], object]]], begin: Callable[[V], object]) -> V:
    """Walk at random, mostly where it is somebody's turn; AssertionError with the way to whatever does not hold."""
    everything = sorted({step for given in steps.values() for step in given}, key=name_of)
    for _ in range(walk.steps):
        walk.on(walk.rng.choice(walk.paces))
        if walk.now >= _ENDS:
            break
        found = walk.case()
        turn = steps.get(found.status, []) if found is not None else [begin]
        if found is not None and (walk.rng.random() < ASTRAY or not turn):
            turn = [*everything, begin]
        walk.take(begin if found is None else walk.rng.choice(turn))
        walk.statuses |= set(walk.of.objects.values_list("status", flat=True))
        wrong = walk.wrong()
        assert not wrong, f"{wrong} after {walk.trail}"
    return walk


def seeds(*usual: int) -> Sequence[int]:
    """What a test walks: a few seeds that come everywhere between them; or the first so many, where SEEDS asks."""
    asked = os.environ.get("SEEDS")
    return range(int(asked)) if asked else usual


def together(walks: Iterator[CaseWalk[Any, Any]]) -> tuple[set[str], set[str], set[str]]:
    """What walks have done, were refused, and reached."""
    done, refused, statuses = set[str](), set[str](), set[str]()
    for each in walks:
        done |= set(each.done)
        refused |= set(each.refused)
        statuses |= each.statuses
    return done, refused, statuses


def undone(call: Callable[[], T]) -> T:
    """What a walk gives; its traces are taken back."""
    with transaction.atomic():
        made = call()
        transaction.set_rollback(True)
    return made


def name_of(step: Callable[..., object]) -> str:
    """What a step is called."""
    return str(getattr(step, "__name__", step))


def names(steps: Mapping[str, list[Any]]) -> Iterator[str]:
    """What the steps of a process are called."""
    for given in steps.values():
        yield from map(name_of, given)
