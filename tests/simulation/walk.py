"""One random walk through the process: who did what when, and what came of it."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.listings.models import Listing
from apps.money.models import Exceptional
from kernel.actors import PUBLIC, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Done, digest_waiting, perform
from kernel.clock import SimulatedClock, beijing
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Refused
from tests.simulation.cast import Cast

TWISTS = ("stranger", "skipped", "half", "astray", "twice", "keyed", "garbled")
"""How a sensible step goes wrong: by somebody else, unprepared, unreleased, on another subject, doubled, misspelt."""

NOBODY = "nobody"
"""Who is not signed in."""

_SPANS = (
    timedelta(microseconds=1),
    timedelta(seconds=30),
    timedelta(minutes=4),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=8),
)


class Broken(AssertionError):
    """Something that must always hold did not."""


@dataclass
class Seen:
    """What walks have reached: statuses of lots, acts that were done, codes of refusals, deadlines that fired."""

    statuses: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    deadlines: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Seen") -> None:
        """Count another walk's as well."""
        self.statuses += other.statuses
        self.acts += other.acts
        self.codes += other.codes
        self.deadlines += other.deadlines


class Walk:
    """A clock, a cast, some lots, and a source of chance that nothing else draws from."""

    def __init__(self, cast: Cast, moved: SimulatedClock, chance: random.Random) -> None:
        self.cast = cast
        self.clock = moved
        self.chance = chance
        self.lots: list[int] = []
        self.trace: list[str] = []
        self.seen = Seen()
        self.twist = ""
        self.settled = False
        self._number = 0

    @property
    def now(self) -> datetime:
        """The walk's present."""
        return self.clock.now()

    def fresh(self, stem: str) -> str:
        """A name that was not used before in this walk."""
        self._number += 1
        return f"{stem}-{self._number}"

    def note(self, said: str) -> None:
        """Write one line of the trace."""
        self.trace.append(f"{beijing(self.now):%Y-%m-%d %H:%M:%S.%f} {said}")

    def likely(self, share: float) -> bool:
        """True with that probability."""
        return self.chance.random() < share

    # --- acts

    def act(
        self, name: str, who: str, subject: int = 0, data: dict[str, Any] | None = None, *, number: int, key: str = ""
    ) -> Done | None:  # fmt: skip
        """One act by one person; None when it was refused. Anything else that goes wrong is a fault."""
        by = PUBLIC if who == NOBODY else self.cast.people[who][number]
        data = dict(data or {})
        said = f"{who}{number} {name} {subject} {data}{f' key {key}' if key else ''}"
        self.settled = False
        try:
            seen = digest_waiting(act_called(name), subject_id=subject, data=data, by=by)
            done = perform(
                act_called(name), subject_id=subject, data=data, by=by, now=self.now, key=key, seen=seen
            )
        except Refused as no:
            self.seen.codes[str(no.refusal.code)] += 1
            self.note(f"{said}: {no.refusal.code}")
            return None
        except Exception as error:
            self.note(f"{said}: {type(error).__name__}")
            raise Broken(f"an act ended in {type(error).__name__}: {error}") from error
        if done.outcome == "done":
            self.seen.acts[name] += 1
            if name in ("money.cover", "money.decide"):
                # Lines count when their statement closes: what is wrong with them is listed then, and told to nobody.
                noted = Exceptional.objects.filter(noted_at=self.now)
                self.seen.codes.update(noted.order_by("id").values_list("code", flat=True))
        self.note(f"{said}: {done.outcome}")
        return done

    def do(
        self, name: str, who: str, subject: int = 0, data: dict[str, Any] | None = None, *, number: int = 1
    ) -> Done | None:
        """One act as it should be done, prepared and released where it takes two; or with the twist of this step."""
        twist, self.twist = self.twist, ""
        data = dict(data or {})
        if twist == "stranger":
            who = self.chance.choice(sorted(self.cast.people))
        elif twist == "astray":
            subject = self.chance.choice([*self.lots, subject + 1, 0, 10**9])
        elif twist == "garbled" and data:
            self._garble(data)
        if not act_called(name).two_persons:
            return self._alone(name, who, subject, data, twist)
        if twist != "skipped":
            self.act(name, who, subject, data, number=0)
        if twist == "half":
            return None
        done = self.act(name, who, subject, data, number=number)
        if twist in ("twice", "keyed"):
            self.act(name, who, subject, data, number=number)
        return done

    def _alone(self, name: str, who: str, subject: int, data: dict[str, Any], twist: str) -> Done | None:
        number = 1 if twist in ("skipped", "half") else 0
        key = self.fresh("key") if twist == "keyed" else ""
        done = self.act(name, who, subject, data, number=number, key=key)
        if twist == "twice":
            self.act(name, who, subject, data, number=number)
        elif twist == "keyed" and done is not None:
            again = self.act(name, who, subject, data, number=number, key=key)
            if not act_called(name).anonymous and (again is None or again.answer != done.answer):
                raise Broken("the same request under the same key was not answered as the first time")
            self.act(name, who, subject, {**data, "reason": "另一份请求"}, number=number, key=key)
        return done

    def _garble(self, data: dict[str, Any]) -> None:
        name = self.chance.choice(sorted(data))
        wrong: list[Any] = [
            "",
            None,
            "-1",
            "0",
            "1e9",
            "9" * 40,
            "不是数",
            [],
            {"a": 1},
            "2026-02-30T10:00:00+08:00",
        ]
        if self.likely(0.3):
            del data[name]
        else:
            data[name] = self.chance.choice(wrong)

    def who(self, key: str, duty: Duty) -> int:
        """The number of the one who prepares, or of one of those who release."""
        return 0 if duty is Duty.OPERATOR else self.chance.randint(1, 3)

    # --- time

    def pass_to(self, at: datetime, *, pulses: int = 1) -> None:
        """The clock goes on to `at`, if that lies ahead; then the engine is rung `pulses` times, or not at all."""
        self.clock.move_to(max(at, self.now))
        self.note(f"the clock moves, {pulses} pulses")
        for _ in range(pulses):
            self.pulse()

    def pulse(self) -> None:
        """Everything due on the walk's lots comes about."""
        for lot in self.lots:
            runner.run_due(now=self.now, case_id=lot)
        self.settled = True

    def pulse_out_of_order(self) -> None:
        """Single deadlines are delivered in any order, some of them twice, some before they are due."""
        ids = [each.pk for each in self.pending()]
        self.chance.shuffle(ids)
        for deadline_id in ids + ids[: len(ids) // 2]:
            runner.run_one(deadline_id=deadline_id, now=self.now)
        self.note("deadlines are delivered out of order")

    def pending(self, lot: int | None = None) -> list[Deadline]:
        """Open deadlines of one lot or of all the walk's, the nearest first."""
        lots = self.lots if lot is None else [lot]
        found = Deadline.objects.filter(case_id__in=lots, status=DeadlineStatus.PENDING)
        return list(found.order_by("due_at", "id"))

    def a_while(self) -> timedelta:
        """Some time: a moment, an hour, a day, a week."""
        unit = self.chance.choice(_SPANS)
        return unit * self.chance.randint(1, 3)

    def listing(self, lot: int) -> Listing:
        """A lot as it stands."""
        return Listing.objects.select_related("seller").get(pk=lot)
