"""Deciding bids that wait, one after the other, on what was read under their lanes. Touches nothing outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from apps.parties.roles import Can
from apps.stages.bidding import rules
from apps.stages.bidding.snapshot import BidderState, BidRequest, LotSnapshot
from kernel.actors import Actor
from kernel.deadlines.runner import Unsettled
from kernel.errors import Refusal, not_found
from kernel.money import Yuan


class Receipt(Struct, frozen=True):
    """What a bidder gets for an accepted bid; `repeated` when the same request was accepted before."""

    listing_id: int
    sequence: int
    unit_price: Yuan
    paddle: int
    received_at: datetime
    hash: str
    previous_hash: str
    closes_at: datetime
    repeated: bool = False


Answer = Receipt | Refusal | Unsettled


class AcceptedBid(Struct, frozen=True):
    """An accepted bid, as it is to be written."""

    ask: BidRequest
    actor: Actor
    certificate_id: int
    timed_round: int
    bid_id: int
    receipt: Receipt


@dataclass
class Decision:
    """Bids decided at one instant, in their order: the answer to each, and how each lot stands after them."""

    at: datetime
    places: dict[int, LotSnapshot]
    answers: list[Answer] = field(default_factory=list)
    taken: list[AcceptedBid] = field(default_factory=list)
    refused: list[tuple[BidRequest, Actor, Refusal]] = field(default_factory=list)
    _requests: dict[tuple[int, str], Receipt] = field(default_factory=dict)
    _at_ceiling: set[int] = field(default_factory=set)

    def decide(self, asks: Sequence[BidRequest], askers: Sequence[BidderState]) -> None:
        """Answer every ask, with everything before it counted."""
        for ask, asker in zip(asks, askers, strict=True):
            answer = self._answer(ask, asker)
            self.answers.append(answer)
            if isinstance(answer, Refusal) and asker.actor is not None:
                self.refused.append((ask, asker.actor, answer))

    def extended(self) -> Iterator[tuple[int, rules.Lot]]:
        """The lots whose timed round began again, as they stand now."""
        for listing_id in dict.fromkeys(each.ask.listing_id for each in self.taken):
            lot = self.places[listing_id].lot
            if lot is not None and lot.timed_round:
                yield listing_id, lot

    def _answer(self, ask: BidRequest, asker: BidderState) -> Answer:
        place = self.places.get(ask.listing_id)
        actor = asker.actor
        # A ticket's word about a password that was changed since opens nothing.
        if actor is None or not actor.can(Can.BUY) or not asker.credential.startswith(ask.credential):
            return rules.NO_RIGHT
        if place is None or not (place.announced or place.seller_id == ask.organisation_id):
            return not_found("挂牌项目").refusal
        if place.unsettled:
            return Unsettled(ask.listing_id, self.at)
        if place.lot is None:
            return rules.NOT_ANNOUNCED
        return (
            self._first_answer(ask, asker, place.lot)
            or self._why_not(ask, asker, place.lot)
            or self._take(ask, actor, asker, place, place.lot)
        )

    def _first_answer(self, ask: BidRequest, asker: BidderState, lot: rules.Lot) -> Receipt | Refusal | None:
        """What the same request was answered with when it was taken, be it a moment ago."""
        if not ask.request_id or asker.certificate_id is None:
            return None
        known = self._requests.get((asker.certificate_id, ask.request_id)) or asker.known
        if known is None:
            return None
        if known.unit_price != ask.unit_price:
            return rules.another_request(ask.request_id, unit_price=known.unit_price)
        return Receipt(
            listing_id=ask.listing_id,
            sequence=known.sequence,
            unit_price=known.unit_price,
            paddle=asker.paddle,
            received_at=known.received_at,
            hash=known.hash,
            previous_hash=known.previous_hash,
            closes_at=lot.closes_at,
            repeated=True,
        )

    def _why_not(self, ask: BidRequest, asker: BidderState, lot: rules.Lot) -> Refusal | None:
        bidder = asker.bidder
        if asker.certificate_id in self._at_ceiling:
            bidder = replace(bidder, at_ceiling=True)
        no = rules.why_not_bid(
            lot=lot,
            bidder=bidder,
            unit_price=ask.unit_price,
            seen_price=ask.seen_price,
            saw_none=ask.saw_none,
            at=self.at,
        )
        return no or (rules.NO_CERTIFICATE if asker.certificate_id is None else None)

    def _take(
        self, ask: BidRequest, actor: Actor, asker: BidderState, place: LotSnapshot, lot: rules.Lot
    ) -> Receipt:
        if asker.certificate_id is None:
            raise ValueError("a bid without a certificate was not refused")
        previous = place.hash
        place.sequence += 1
        place.hash = rules.bid_hash(
            listing=place.number,
            sequence=place.sequence,
            paddle=asker.paddle,
            unit_price=ask.unit_price,
            received_at=self.at,
            previous=previous,
        )
        place.lot = rules.after_bid(lot, unit_price=ask.unit_price, at=self.at)
        receipt = Receipt(
            listing_id=ask.listing_id,
            sequence=place.sequence,
            unit_price=ask.unit_price,
            paddle=asker.paddle,
            received_at=self.at,
            hash=place.hash,
            previous_hash=previous,
            closes_at=place.lot.closes_at,
        )
        self.taken.append(
            AcceptedBid(ask, actor, asker.certificate_id, lot.timed_round, asker.bid_id, receipt)
        )
        if ask.request_id:
            self._requests[asker.certificate_id, ask.request_id] = receipt
        if ask.unit_price == lot.ceiling:
            self._at_ceiling.add(asker.certificate_id)
        return receipt
