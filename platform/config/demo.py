"""`make demo`: the whole exchange on this machine, until Ctrl-C.

Servers of the checkout's own, a migrated database, a living market, then web, live, two workers, scheduler and beat as
children whose lines go to `.local/logs/`. Nothing is restarted silently: when one of them ends, the others are
stopped and the log to read is named. Kept free of Django itself, so that a second start shows its first page at once.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

from config import web
from config.env import LOCAL, ROOT
from config.servers import ServerFailed, ensure_postgres, ensure_valkey

_HOST = "127.0.0.1"
_LOGS = LOCAL / "logs"
# What an earlier start achieved, and which processes belong to the present one.
_ACHIEVED = LOCAL / "demo.json"
_RUNNING = LOCAL / "demo-processes.json"
_FIRST_PAGE_SECONDS = 90.0
_STOP_SECONDS = 15.0
# What `setup_database` ends with where the database was made by migrations that have been rewritten.
_REWRITTEN = 3


class Stopped(Exception):
    """Someone asked for the end."""


class GivenUp(Exception):
    """It cannot go on; the sentence says why and where to look."""


def main() -> int:
    """Run until asked to stop (0), or until something ends by itself (1)."""
    port = int(os.environ.get("PORT", "8000"))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        # Documents, codes and calendars print the address at which the pages are.
        os.environ |= {"PORT": str(port), "LIVE_PORT": str(_live_port(port))}
        _end_leftovers()
        _refuse_taken(port)
        _refuse_taken(_live_port(port))
        database = ensure_postgres().runtime
        ensure_valkey()
        _prepare(database)
        _serve(port, children)
        _watch(children)
    except Stopped:
        print("\n正在停止……", flush=True)
        return 0
    except (GivenUp, ServerFailed) as reason:
        print(f"\n{reason}", file=sys.stderr, flush=True)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _end(psutil.Process(child.pid) for child in reversed(children.values()) if child.poll() is None)
        _RUNNING.unlink(missing_ok=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _prepare(database: str) -> None:
    """Bring the tables up to date when the code has changed, and fill the market once for each database."""
    here = hashlib.sha256(database.encode()).hexdigest()
    achieved = json.loads(_ACHIEVED.read_text()) if _ACHIEVED.exists() else {}
    if achieved.get("database") != here:
        achieved = {"database": here}
    code = _state_of_the_code()
    if achieved.get("code") != code:
        print("正在建立或更新数据库……", flush=True)
        if not _set_up():
            print("演示数据库由旧版本建立，与当前代码不符，现重新建立；其中的演示数据不再保留。", flush=True)
            _manage("setup_database", "--anew", "--verbosity", "0")
            achieved = {"database": here}
        achieved["code"] = code
        _ACHIEVED.write_text(json.dumps(achieved))
    if not achieved.get("market"):
        _manage("seed_market")
        achieved["market"] = True
        _ACHIEVED.write_text(json.dumps(achieved))


def _serve(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Start the pages and the live streams, say where they are, then start workers, scheduler and beat."""
    programs = Path(sys.executable).parent
    _start(children, "web", *web.command(host=_HOST, port=port, workers=2))
    _start(children, "live", *web.live_command(host=_HOST, port=_live_port(port)))
    _wait_for_first_page(port, children["web"])
    print(f"\n  http://{_HOST}:{port}/\n", flush=True)
    celery = (str(programs / "celery"), "-A", "config")
    quiet = ("--loglevel", "INFO", "--without-gossip", "--without-mingle")
    _start(
        children,
        "worker",
        *celery,
        *("worker", "--pool", "prefork", "--concurrency", "2", "--hostname", "worker@%h"),
        *quiet,
    )
    # Trials take minutes, and must not keep a pulse waiting.
    _start(
        children,
        "trials",
        *celery,
        *("worker", "--pool", "solo", "--queues", "trials", "--hostname", "trials@%h"),
        *quiet,
    )
    _start(children, "scheduler", sys.executable, "manage.py", "deadlines", "watch")
    _start(children, "beat", *celery, "beat", "--schedule", str(LOCAL / "beat-schedule"), "--pidfile", "")
    _manage("demo_logins")
    print(f"\n日志在 {_LOGS.relative_to(ROOT)}/，按 Ctrl-C 停止。", flush=True)


def _live_port(port: int) -> int:
    """Live streams come from the next port, or from LIVE_PORT."""
    return int(os.environ.get("LIVE_PORT") or port + 1)


def _start(children: dict[str, subprocess.Popen[bytes]], name: str, *command: str) -> None:
    _LOGS.mkdir(parents=True, exist_ok=True)
    with (_LOGS / f"{name}.log").open("wb") as log:
        children[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches this process alone, which then ends its children in order.
            start_new_session=True,
        )
    notes = {str(child.pid): psutil.Process(child.pid).create_time() for child in children.values()}
    _RUNNING.write_text(
        json.dumps({"self": [os.getpid(), psutil.Process().create_time()], "children": notes})
    )


def _watch(children: dict[str, subprocess.Popen[bytes]]) -> NoReturn:
    """Wait; the end of any child is the end of the demonstration."""
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                raise GivenUp(
                    f"{name} 已退出（代码 {child.returncode}），见 {_LOGS / f'{name}.log'}；其余进程一并停止"
                )
        time.sleep(0.5)


def _wait_for_first_page(port: int, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _FIRST_PAGE_SECONDS
    while time.monotonic() < ends:
        if server.poll() is not None:
            raise GivenUp(f"web 未能启动（代码 {server.returncode}），见 {_LOGS / 'web.log'}")
        try:
            with urllib.request.urlopen(f"http://{_HOST}:{port}/healthz", timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise GivenUp(f"web 在 {_FIRST_PAGE_SECONDS:.0f} 秒内未应答，见 {_LOGS / 'web.log'}")


def _set_up() -> bool:
    """Bring the database up to date; False where it was made by migrations that have been rewritten."""
    return _manage("setup_database", "--verbosity", "0", but=_REWRITTEN) == 0


def _manage(*command: str, but: int = 0) -> int:
    """Run a command; GivenUp for every exit code other than 0 and `but`."""
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=_environment(), check=False)
    if done.returncode not in (0, but):
        raise GivenUp(f"manage.py {command[0]} 未成功（代码 {done.returncode}）")
    return done.returncode


def _environment() -> dict[str, str]:
    # The clock is the one kept in the database: visitors of a demonstration move it.
    return {"DJANGO_SETTINGS_MODULE": "config.settings.local", "CLOCK": "shared"} | web.variables()


def _refuse_taken(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as reason:
            raise GivenUp(
                f"端口 {port} 不可用（{reason.strerror}）：可用 PORT=8001 make demo 换一个"
            ) from reason


def _end_leftovers() -> None:
    """End what a killed demonstration left running; refuse while another one lives."""
    if not _RUNNING.exists():
        return
    notes = json.loads(_RUNNING.read_text())
    pid, since = notes["self"]
    if list(_living({str(pid): since})):
        raise GivenUp(f"演示已在运行（进程 {pid}）")
    _end(_living(notes["children"]))
    _RUNNING.unlink()


def _living(notes: dict[str, float]) -> Iterator[psutil.Process]:
    for pid, since in notes.items():
        try:
            process = psutil.Process(int(pid))
            if abs(process.create_time() - since) < 1:
                yield process
        except psutil.NoSuchProcess:
            continue


def _end(processes: Iterator[psutil.Process]) -> None:
    """Ask each to end and wait for it; then end by force what is left of it and of its own children."""
    asked, families = [], []
    for process in processes:
        try:
            families += [process, *process.children(recursive=True)]
            process.terminate()
            asked.append(process)
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(asked, timeout=_STOP_SECONDS)
    for process in families:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _state_of_the_code() -> str:
    digest = hashlib.sha256((ROOT / "requirements-dev.lock").read_bytes())
    for folder in ("platform", "apps"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".json", ".csv"}:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
