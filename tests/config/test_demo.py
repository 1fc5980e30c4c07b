"""The demonstration ends what it started, and says so when something ends by itself."""

import inspect
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config import demo, web
from config.env import ROOT, Environment

_SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
_FAMILY = (
    sys.executable,
    "-c",
    "import subprocess, sys, time;"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up', flush=True); time.sleep(60)",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Notes and logs of these tests lie apart from a demonstration that may be running."""
    monkeypatch.setattr(demo, "_LOGS", tmp_path / "logs")
    monkeypatch.setattr(demo, "_ACHIEVED", tmp_path / "demo.json")
    monkeypatch.setattr(demo, "_RUNNING", tmp_path / "demo-processes.json")
    return tmp_path


def _ended(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _wait_for(path: Path, text: str) -> None:
    ends = time.monotonic() + 10
    while text not in path.read_text() and time.monotonic() < ends:
        time.sleep(0.02)


def test_the_end_of_one_child_is_the_end_and_its_log_is_named() -> None:
    children: dict[str, subprocess.Popen[bytes]] = {}
    demo._start(children, "web", *_SLEEP)
    demo._start(children, "worker", sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(demo.GivenUp, match=r"worker 已退出（代码 3），见 .*worker\.log"):
        demo._watch(children)
    demo._end(psutil.Process(child.pid) for child in children.values() if child.poll() is None)
    assert _ended(children["web"].pid)
    children["web"].wait()


def test_children_are_ended_with_their_own_children(folder: Path) -> None:
    children: dict[str, subprocess.Popen[bytes]] = {}
    demo._start(children, "worker", *_FAMILY)
    _wait_for(folder / "logs" / "worker.log", "up")
    family = [
        children["worker"].pid,
        *(child.pid for child in psutil.Process(children["worker"].pid).children()),
    ]
    assert len(family) == 2
    demo._end(iter([psutil.Process(children["worker"].pid)]))
    psutil.wait_procs(map(psutil.Process, filter(psutil.pid_exists, family)), timeout=5)
    assert all(_ended(pid) for pid in family)
    children["worker"].wait()


def test_what_a_killed_demonstration_left_is_ended_by_the_next(folder: Path) -> None:
    children: dict[str, subprocess.Popen[bytes]] = {}
    demo._start(children, "web", *_SLEEP)
    notes = json.loads((folder / "demo-processes.json").read_text())
    notes["self"] = [notes["self"][0], 0]
    (folder / "demo-processes.json").write_text(json.dumps(notes))
    demo._end_leftovers()
    assert _ended(children["web"].pid)
    children["web"].wait()
    assert not (folder / "demo-processes.json").exists()


def test_a_second_demonstration_is_refused_while_the_first_lives() -> None:
    children: dict[str, subprocess.Popen[bytes]] = {}
    demo._start(children, "web", *_SLEEP)
    with pytest.raises(demo.GivenUp, match=f"演示已在运行（进程 {os.getpid()}）"):
        demo._end_leftovers()
    assert children["web"].poll() is None
    demo._end(iter([psutil.Process(children["web"].pid)]))
    children["web"].wait(5)


def test_a_process_that_only_has_the_number_of_an_old_one_is_left_alone() -> None:
    with subprocess.Popen(_SLEEP) as stranger:
        assert list(demo._living({str(stranger.pid): psutil.Process(stranger.pid).create_time() - 100})) == []
        stranger.kill()


def test_a_taken_port_is_refused_with_a_way_out() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(demo.GivenUp, match="PORT=8001 make demo"),
    ):
        demo._refuse_taken(taken.getsockname()[1])


def test_a_page_that_never_comes_names_the_log() -> None:
    with subprocess.Popen((sys.executable, "-c", "raise SystemExit(2)")) as server:
        server.wait()
        with pytest.raises(demo.GivenUp, match=r"web 未能启动（代码 2）"):
            demo._wait_for_first_page(1, server)


def test_child_processes_find_both_source_roots() -> None:
    found = web.variables()["PYTHONPATH"].split(os.pathsep)
    assert found[:2] == [str(ROOT / "platform"), str(ROOT)]


def test_the_web_server_answers_as_many_requests_as_it_has_connections_for() -> None:
    line = web.command(host="127.0.0.1", port=8000, workers=2)
    assert line[line.index("--interface") + 1] == "wsgi"
    assert line[line.index("--workers") + 1] == "2"
    assert line[-1] == "config.wsgi:application"


def test_live_streams_come_from_one_process_on_the_next_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIVE_PORT", raising=False)
    assert demo._live_port(8000) == 8001
    monkeypatch.setenv("LIVE_PORT", "9000")
    assert demo._live_port(8000) == 9000
    line = web.live_command(host="127.0.0.1", port=8001)
    assert line[line.index("--port") + 1] == "8001"
    assert "--workers" not in line
    assert line[line.index("config.live_server") + 1] == "config.live:application"


def test_the_demonstration_answers_with_two_web_workers_and_each_server_is_watched() -> None:
    assert "workers=2" in inspect.getsource(demo._serve)
    for line in (
        web.command(host="127.0.0.1", port=8000, workers=2),
        web.live_command(host="127.0.0.1", port=8001),
    ):
        assert line[1:3] == ["-m", "config.watchdog"]


def test_printed_addresses_follow_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another port than 8000 the demonstration printed codes and calendars that led nowhere."""
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.delenv("SITE_URL", raising=False)
    assert Environment(_env_file=None).address == "http://127.0.0.1:8123"
    monkeypatch.setenv("SITE_URL", "https://jy.example.gov.cn")
    assert Environment(_env_file=None).address == "https://jy.example.gov.cn"


def test_celery_starts_in_a_fresh_checkout_and_its_nodes_have_names() -> None:
    """As documented, without a variable set; two nodes of one name answer for each other."""
    bare = {name: value for name, value in web.variables().items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("celery")), "-A", "config", "report"],
        cwd=ROOT, env=bare, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    started = inspect.getsource(demo._serve)
    compose = (ROOT / "docker-compose.yml").read_text()
    for name in ("worker@%h", "trials@%h"):
        assert f'"--hostname", "{name}"' in started
        assert f'"--hostname", "{name}"' in compose
