"""What operators watch: every number that a rule or a dashboard names is told."""

import json
import os
import re
import tempfile
from pathlib import Path

import pytest
import yaml

from config import health, live_metrics, meters, watch, watchdog
from config.env import ROOT
from kernel import clock
from kernel.availability.commands import beat

_FOLDER = ROOT / "platform" / "config" / "monitoring"
_NAME = re.compile(r"exchange_[a-z_]+")


def _asked_for() -> set[str]:
    """The metrics that rules and dashboard name."""
    rules = yaml.safe_load((_FOLDER / "alerts.yml").read_text())
    texts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((_FOLDER / "dashboard.json").read_text())
    texts += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(texts) > 15
    return {re.sub(r"_(bucket|sum|count)$", "", name) for text in texts for name in _NAME.findall(text)}


@pytest.mark.django_db
def test_every_number_of_a_rule_or_a_dashboard_is_told() -> None:
    beat(now=clock.now())
    meters.count("GET", 200, 0.01)
    lines = [*health._described(health._gauges()), *meters.lines(), *live_metrics._streams(0)]
    told = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert _asked_for() <= told, _asked_for() - told
    assert told <= _asked_for(), "what nobody looks at"


def test_the_scraper_asks_where_the_numbers_are() -> None:
    jobs = yaml.safe_load((_FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert [job["metrics_path"] for job in jobs] == ["/metrics", "/live/metrics"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for job in jobs:
        name, _, port = job["static_configs"][0]["targets"][0].partition(":")
        assert name in compose
        assert port in ("8000", "8001")
    assert "location = /live/metrics" in (ROOT / "platform/config/compose/nginx.conf").read_text()


def test_counts_of_all_workers_are_told_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scraper reaches one worker of several: by turns it would read counters that fall."""
    monkeypatch.setattr(meters, "folder", lambda: tmp_path)
    before = _total()
    (tmp_path / "1.json").write_text(
        json.dumps({"requests": {"GET 2xx": 5}, "within": {"0.01": 5}, "sum_s": 0.01})
    )
    assert _total() == before + 5
    (tmp_path / "2.json").write_text("half a line")
    assert _total() == before + 5


def test_counts_lie_in_the_folder_of_the_server_that_its_watchdog_makes_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name that another account could take first, and nothing of an earlier server."""
    monkeypatch.setenv(watch.FOLDER, str(tmp_path))
    monkeypatch.setattr(meters, "_left_at_s", -10.0)
    meters.count("GET", 200, 0.01)
    assert meters.folder() == tmp_path / "meters"
    [left] = (tmp_path / "meters").iterdir()
    assert left.name == f"{os.getpid()}.json"
    assert (tmp_path / "meters").stat().st_mode & 0o777 == 0o700
    dog = watchdog.Watchdog(tmp_path, "web", request_s=1, still_s=1)
    assert dog.look() == [], "a folder is no worker"


def test_without_a_watchdog_a_process_tells_its_own_counts_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(watch.FOLDER, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(meters, "_left_at_s", -10.0)
    before = _total()
    meters.count("GET", 200, 0.01)
    assert _total() == before + 1
    assert list(tmp_path.rglob("*")) == []


def _total() -> int:
    [line] = [each for each in meters.lines() if each.startswith("exchange_request_seconds_count")]
    return int(line.split()[1])
