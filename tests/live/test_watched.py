"""The live process is watched as the pages are: its log of requests, its numbers."""

import json
import urllib.error
import urllib.request
from pathlib import Path

from apps.stages.bidding.queries import highest_price
from tests.factories.deal import A, Deal
from tests.live.process import LiveProcess
from tests.live.test_bids import ticket_of


def test_the_live_process_logs_bids_and_streams_and_tells_its_numbers(
    database: str, market: Deal, tmp_path: Path
) -> None:
    variables = {"METRICS_TOKEN": "let-me-see", "LOG_FOLDER": str(tmp_path / "logs")}
    process = LiveProcess(database, tmp_path, clock="machine", variables=variables)
    lot = market.listing_id
    with process.running():
        with process.open(f"/live/lots/{lot}") as stream:
            stream.next()
            ticket = ticket_of(market, A, lot)
            status, _, _ = process.post(
                f"/live/lots/{lot}/bids", {"unit_price": "1"}, Authorization=f"Ticket {ticket}"
            )
            text = _metrics(process, "let-me-see")
        assert _metrics(process, "another") == ""
    assert "exchange_streams_open 1" in text
    assert f'exchange_requests_total{{method="POST",status="{status // 100}xx"}} 1' in text
    lines = [
        json.loads(line)
        for path in (tmp_path / "logs").glob("access-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    opened = next(line for line in lines if line.get("opens"))
    assert (opened["path"], opened["address"]) == (f"/live/lots/{lot}", "127.0.0.1")
    bid = next(line for line in lines if line["path"].endswith("/bids"))
    assert (bid["method"], bid["status"], bid["address"]) == ("POST", status, "127.0.0.1")
    assert bid["milliseconds"] >= 0
    assert "let-me-see" not in json.dumps(lines)
    assert ticket not in json.dumps(lines)
    assert highest_price(lot) is None


def _metrics(process: LiveProcess, token: str) -> str:
    """What the process tells whoever shows this token; empty where there is nothing for it."""
    shown = {"Authorization": f"Bearer {token}"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(process.address("/live/metrics"), headers=shown), timeout=5
        ) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as no:
        with no:
            return "" if no.code == 404 else f"answered {no.code}"
