"""One seed, played: faults at random moments of a running auction, some proof after each, and all of it at the end."""

import random
import sys
import time
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connections

from kernel import clock
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import lag
from kernel.deadlines.states import DeadlineStatus
from kernel.outbox.queries import unsent
from tests.chaos import proof
from tests.chaos.auction import Auction
from tests.chaos.exchange import Exchange
from tests.chaos.faults import Faults

_EVERY = 8
"""After so many kills comes one of the other faults."""
_LOTS = 3
_MOST_BREACHES = 20


class Run:
    """One seed on one exchange."""

    def __init__(self, exchange: Exchange, *, seed: int, back_s: float, lots_s: float) -> None:
        self.exchange, self.back_s = exchange, back_s
        self.rng = random.Random(seed)
        self.auction = Auction(exchange, seed, lots_s)
        self.faults = Faults(exchange, self.rng)
        self.kills = self.lost = 0
        self.done: list[str] = []
        self.backs: list[float] = []
        self._found: list[str] = []

    @property
    def breaches(self) -> list[str]:
        """Everything that did not hold, once each."""
        return list(dict.fromkeys([*self._found, *self.auction.breaches]))

    def play(self, *, kills: int, minutes: float, only: list[str]) -> None:
        """Play so many kills with other faults between them; or as many faults, those in `only` in turn."""
        self.auction.set_up()
        self.exchange.open()
        self.auction.open_lots(_LOTS, self.rng)
        self.auction.begin()
        try:
            self.exchange.until(self._is_back, "it serves and handles deadlines")
            self._suffer(kills, ends=time.monotonic() + minutes * 60, only=only)
        except AssertionError as stuck:
            self._found.append(str(stuck))
        finally:
            self.auction.end()
        self._finish()

    def _suffer(self, kills: int, *, ends: float, only: list[str]) -> None:
        others = list(self.faults.others())
        for number in range(1, kills + 1):
            if time.monotonic() > ends or len(self.breaches) > _MOST_BREACHES:
                return
            if only:
                self._befall(only[(number - 1) % len(only)])
                continue
            self._befall("kill")
            if number % _EVERY == 0:
                self._befall(others[number // _EVERY % len(others)])

    def _befall(self, name: str) -> None:
        time.sleep(self.rng.uniform(0.1, 1.2))
        fault = self.faults.kill if name == "kill" else self.faults.others()[name]
        what = fault()
        self.kills += name == "kill"
        back = self.exchange.until(self._is_back, "it is back")
        self.done.append(what)
        self.backs.append(back)
        if back > self.back_s:
            self._found.append(f"back only after {back:.1f} s: {what}")
        self._prove(what)
        sys.stdout.write(
            f"{len(self.done):>4} {what}; back after {back:.1f} s, {len(self.auction.told)} bids told\n"
        )
        sys.stdout.flush()
        missing = _LOTS - len(self.auction.still_open())
        if missing > 0:
            self.auction.open_lots(missing, self.rng)

    def _is_back(self) -> bool:
        """Pages and streams answer, and a deadline that falls due is handled."""
        try:
            return self.exchange.serves() and self._handles_deadlines()
        except (OperationalError, InterfaceError):
            connections.close_all()
            return False

    def _handles_deadlines(self) -> bool:
        now = clock.now()
        canary = deadlines.set_at(
            kind="bar_end", case_id=None, concerns_id=1, subject_id=time.monotonic_ns(), due_at=now, now=now
        )
        gives_up = time.monotonic() + 6
        while time.monotonic() < gives_up:
            if Deadline.objects.get(pk=canary.pk).status == DeadlineStatus.HANDLED:
                return True
            # A supervisor starts what has ended at once; it does not wait until somebody misses it.
            self.exchange.see_to_it()
            time.sleep(0.05)
        return False

    def _prove(self, what: str) -> None:
        told = list(self.auction.told)
        found = proof.after_each(told, list(self.auction.lots)) + proof.closed_early()
        self.lost += sum(each.startswith("acknowledged and lost") for each in found)
        self._found += [f"{each} (after {what})" for each in found]

    def _finish(self) -> None:
        """All lots come to their ends; then everything is looked at."""
        last = max(self.auction.lots.values())
        rest = (last - clock.now()).total_seconds()
        time.sleep(max(rest, 0) + 1)
        try:
            self.exchange.until(
                self._is_at_rest, "nothing is overdue and all messages have left", patience_s=120
            )
        except AssertionError as stuck:
            self._found.append(str(stuck))
        self._prove("all")
        self._found += proof.at_the_end(list(self.auction.lots))

    def _is_at_rest(self) -> bool:
        try:
            behind = lag(now=clock.now() - timedelta(seconds=1))
            backing_off = Deadline.objects.filter(
                case_id__in=list(self.auction.lots),
                kind="bidding_close",
                status__in=[DeadlineStatus.PENDING, DeadlineStatus.FAILED],
            ).exists()
            return not behind.overdue and not backing_off and not unsent()
        except (OperationalError, InterfaceError):
            connections.close_all()
            return False
