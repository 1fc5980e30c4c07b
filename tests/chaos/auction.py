"""The auction that runs meanwhile: lots that open and close all the time, and bidders who keep what they were told."""

import itertools
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from apps.live import tickets
from apps.parties.models import Person
from kernel import clock
from tests.chaos.exchange import Exchange
from tests.factories.actors import enrol, token_for
from tests.factories.deal import A, B, Deal
from tests.factories.journey import OPENS, announced, twins

BIDDERS = (A, B, "c", "d", "e")
BY_API = frozenset({B, "d"})
"""They bid at the API's address, the others at the live process's."""
STEP = 5_000
_PATIENCE_S = 60.0
_DEFINITE = frozenset({200, 400, 403, 404, 409})


@dataclass(frozen=True)
class Told:
    """A bid that was acknowledged, as its bidder was told."""

    listing_id: int
    organisation_id: int
    request_id: str
    sequence: int
    unit_price: str
    hash: str


@dataclass
class Auction:
    """Lots and bidders on one exchange. Threads write; everybody reads."""

    exchange: Exchange
    seed: int
    lots_s: float
    """For how long a lot is open, at most."""
    deal: Deal = field(default_factory=Deal)
    lots: dict[int, datetime] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    tops: dict[int, int] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def set_up(self) -> None:
        """One lot in bidding with five qualified bidders; all others are its copies."""
        self.deal = bidding_lot_of_five()
        self.members = {key: self.deal.people[key][0] for key in BIDDERS}
        self.tokens = {key: _token(each.person_id) for key, each in self.members.items()}
        self.secrets = {key: each.person.password for key, each in self.members.items()}

    def open_lots(self, count: int, rng: random.Random) -> None:
        """Further lots, each closing within the next `lots_s`."""
        for _ in range(count):
            closes = clock.now() + timedelta(seconds=rng.uniform(8, self.lots_s))
            [lot] = twins(self.deal, 1, bidders=BIDDERS, closes_at=closes, listing_period_ends_at=closes)
            self.tops[lot] = 45_000
            self.lots[lot] = closes

    def still_open(self) -> list[int]:
        """Lots that have some seconds left."""
        now = clock.now()
        return [lot for lot, closes in self.lots.items() if closes > now]

    def begin(self) -> None:
        """The bidders bid from now on."""
        for number, key in enumerate(BIDDERS):
            thread = threading.Thread(
                target=self._bid_on, args=(key, random.Random(self.seed * 100 + number))
            )
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        """They finish what they began, and stop."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _bid_on(self, key: str, rng: random.Random) -> None:
        names = (f"{key}-{number}" for number in itertools.count())
        mine: list[tuple[int, dict[str, Any], Told]] = []
        with httpx.Client(timeout=20) as client:
            while not self._over.is_set():
                lots = [*self.lots][-6:]
                if not lots:
                    time.sleep(0.1)
                    continue
                lot = rng.choice(lots)
                body = {"unit_price": str(self.tops[lot] + STEP), "request_id": next(names)}
                told = self._definite(client, key, lot, body)
                if told is not None:
                    mine.append((lot, body, told))
                # The same request again, at once or long after: the answer is the first receipt.
                if mine and rng.random() < 0.1:
                    self._again(client, key, rng.choice(mine[-50:]))
                time.sleep(rng.uniform(0.0, 0.06))

    def _definite(self, client: httpx.Client, key: str, lot: int, body: dict[str, Any]) -> Told | None:
        """Ask until there is a definite yes or no, always as the same request."""
        gives_up = time.monotonic() + _PATIENCE_S
        while True:
            status, said = self._ask(client, key, lot, body)
            if status in _DEFINITE:
                return self._heard(key, lot, body, status, said)
            if time.monotonic() > gives_up:
                self._breach(
                    f"no definite answer for {body['request_id']} on lot {lot} within {_PATIENCE_S:.0f} s"
                )
                return None
            time.sleep(0.1)

    def _ask(
        self, client: httpx.Client, key: str, lot: int, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        address, leave = self._way_in(key, lot)
        try:
            answer = client.post(address, json=body, headers={"Authorization": leave})
        except httpx.HTTPError:
            self._count("cut off")
            return 0, {}
        try:
            said = answer.json()
        except ValueError:
            said = {}
        code = str(said.get("code", ""))
        self._count(f"{answer.status_code} {code}".strip())
        clean = answer.status_code < 500 or (answer.status_code == 503 and code == "unavailable")
        # Granian itself answers 503 without a body while a worker of the pages starts.
        if not clean and not (answer.status_code == 503 and not answer.content):
            self._breach(f"unclean answer {answer.status_code}: {answer.text[:300]}")
        return answer.status_code, said

    def _way_in(self, key: str, lot: int) -> tuple[str, str]:
        """The address that a bidder bids at, and the header that opens it."""
        if key in BY_API:
            return (
                f"{self.exchange.origin}/api/v1/listings/{lot}/acts/bid.place/",
                f"Token {self.tokens[key]}",
            )
        ticket = tickets.issue_bidding(
            listing_id=lot,
            person_id=self.members[key].person_id,
            organisation_id=self.members[key].organisation_id,
            password=self.secrets[key],
            now=clock.now(),
        )
        return f"{self.exchange.live}/live/lots/{lot}/bids", f"Ticket {ticket}"

    def _heard(
        self, key: str, lot: int, body: dict[str, Any], status: int, said: dict[str, Any]
    ) -> Told | None:
        if status == 200:
            detail = said["detail"]
            told = Told(
                lot,
                self.members[key].organisation_id,
                body["request_id"],
                int(detail["sequence"]),
                detail["unit_price"],
                detail["hash"],
            )
            with self._lock:
                self.told.append(told)
                self.tops[lot] = max(self.tops[lot], int(float(detail["unit_price"])))
            return told
        lowest = said.get("detail", {}).get("lowest_valid")
        if lowest:
            self.tops[lot] = max(self.tops[lot], int(float(lowest)) - STEP)
        elif said.get("code") == "not_found":
            self._breach(f"lot {lot} was not found: {said}")
        return None

    def _again(self, client: httpx.Client, key: str, one: tuple[int, dict[str, Any], Told]) -> None:
        lot, body, first = one
        told = self._definite(client, key, lot, body)
        if told is not None and told != first:
            self._breach(f"the same request was answered differently: {first} and {told}")

    def _count(self, what: str) -> None:
        with self._lock:
            self.answers[what] = self.answers.get(what, 0) + 1

    def _breach(self, what: str) -> None:
        with self._lock:
            self.breaches.append(what)


def bidding_lot_of_five() -> Deal:
    """A lot in bidding, whose five bidders hold paddles."""
    deal = announced()
    for key, name, region in (
        ("c", "登封市", "410185"),
        ("d", "巩义市", "410181"),
        ("e", "洛龙区", "410311"),
    ):
        enrol(deal, key, f"{name}人民政府", region=region)
        deal.register(key)
    deal.run(OPENS)
    return deal


def _token(person_id: int) -> str:
    return token_for(Person.objects.get(pk=person_id))
