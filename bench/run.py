"""What a section is given, and how its figures are gathered over the rounds."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench import report
from bench.servers import FOLDER, Servers
from bench.world import World


@dataclass
class Run:
    """One run of the bench: the servers, the world, and how long to look."""

    servers: Servers
    world: World
    rounds: int
    quick: bool
    folder: Any = FOLDER

    @property
    def seconds(self) -> float:
        """How long one measurement counts."""
        return 2.0 if self.quick else 5.0

    @property
    def warm_s(self) -> float:
        """How long it runs before it counts."""
        return 0.5 if self.quick else 1.0

    def each_round(self) -> Iterator[int]:
        """The rounds, said aloud."""
        for number in range(1, self.rounds + 1):
            report.say(f"  round {number} of {self.rounds}")
            yield number


@dataclass
class Gathered:
    """Figures by subject and size, one for each round."""

    figures: dict[tuple[str, Any], list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, subject: str, size: Any, found: dict[str, float]) -> None:
        """One more."""
        self.figures[subject, size].append(found)
        told = ", ".join(f"{name} {report.shown(value)}" for name, value in found.items())
        report.say(f"    {subject} {size}: {told}")

    def median(self, subject: str, size: Any, name: str) -> float:
        """The middle of the rounds."""
        return report.median(each[name] for each in self.figures[subject, size])

    def total(self, subject: str, name: str) -> float:
        """The sum over all sizes and rounds."""
        return sum(each[name] for (who, _), found in self.figures.items() if who == subject for each in found)

    def curve(self, subject: str, name: str) -> list[tuple[float, float]]:
        """(size, figure), for a plot."""
        return [
            (float(size), self.median(subject, size, name)) for who, size in self.figures if who == subject
        ]


Measure = Callable[[Run], list[report.Row]]
