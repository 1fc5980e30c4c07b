"""Tasks for the generator of load: who bids on what, at which address."""

from typing import Any

from apps.live import tickets
from bench.processes import load
from bench.run import Run
from bench.world import START, STEP, Bidder
from kernel import clock

BODY = '{"unit_price": "%PRICE%", "request_id": "%ID%"}'
_seeds = iter(range(1, 10**9))


def at_live(listing_id: int, bidder: Bidder, *, place: int = 0) -> dict[str, Any]:
    """A bid at the live process, with a fresh ticket."""
    ticket = tickets.issue_bidding(
        listing_id=listing_id,
        person_id=bidder.person_id,
        organisation_id=bidder.organisation_id,
        password=bidder.password,
        now=clock.now(),
    )
    return {"path": f"/live/lots/{listing_id}/bids", "token": f"Ticket {ticket}", "lot": place, "body": BODY}


def at_api(listing_id: int, bidder: Bidder, *, place: int = 0) -> dict[str, Any]:
    """A bid at the API, with the bidder's token."""
    path = f"/api/v1/listings/{listing_id}/acts/bid.place/"
    return {"path": path, "token": bidder.token, "lot": place, "body": BODY}


def group(requests: list[dict[str, Any]], *, clients: int, **options: Any) -> dict[str, Any]:
    """Clients that bid higher than everybody before."""
    return {"name": "good", "clients": clients, "price": "rising", "requests": requests} | options


def task(
    run: Run, port: int, *groups: dict[str, Any], lots: int = 1, start: int = START - STEP, **options: Any
) -> dict[str, Any]:
    """A task for the generator; on each lot prices rise from `start`."""
    return {
        "port": port,
        "seconds": run.seconds,
        "warm_s": run.warm_s,
        "seed": next(_seeds),
        "lots": [{"price": start, "step": STEP}] * lots,
        "groups": list(groups),
    } | options


def bid(
    run: Run, port: int, *groups: dict[str, Any], lots: int = 1, **options: Any
) -> dict[str, dict[str, float]]:
    """Do it; gives for each group its rate of accepted bids, their p50 and p99 in ms, and what went otherwise."""
    found = load(task(run, port, *groups, lots=lots, **options))
    return {name: plain(said) for name, said in found.items()}


def plain(said: dict[str, Any]) -> dict[str, float]:
    """The figures of one group."""
    taken = said["accepted_ms"] or said["answered_ms"] or {"p50": 0.0, "p99": 0.0}
    return {
        "rate": said["rate"],
        "answered": said["answered"],
        "p50": taken["p50"],
        "p99": taken["p99"],
        "refused": float(sum(said["refused"].values())),
        "errors": float(sum(said["errors"].values())),
        "undecided": float(said["undecided"]),
    }
