"""Whole trades through a real worker that dies, forgets and is rung too often: the same result to the last byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.process.rehearsal import case as cases
from apps.process.rehearsal.channels import Direct
from apps.process.rehearsal.run import rehearse
from config import scratch
from tests.deadlines.worker import RealWorker, Trouble

CASES = Path(__file__).parent.parent / "cases"
NAMES = ("henan-448", "hunan-89-default")


def played_in_process(name: str, out: Path) -> str:
    """The case through the engine of this process, in a database of its own."""
    with scratch.scratch_database("reference") as database, scratch.point_at(database):
        result = rehearse(cases.read(CASES / f"{name}.json"), channel=Direct(), out=out)
    return in_json(result)


def in_json(result: dict[str, Any]) -> str:
    """The result as it is written to result.json."""
    return json.dumps(result, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("trouble", [Trouble.KILLED, Trouble.NO_REDIS], ids=["killed", "no redis"])
def test_a_worker_in_trouble_comes_to_the_same_result_byte_for_byte(
    committed_db: str, tmp_path: Path, name: str, trouble: Trouble
) -> None:
    with RealWorker(committed_db, tmp_path, trouble).running() as worker:
        result = rehearse(
            cases.read(CASES / f"{name}.json"), channel=Direct(), engine=worker, out=tmp_path / "out"
        )
    assert worker.kills + worker.losses >= 3
    assert in_json(result) == played_in_process(name, tmp_path / "reference")
    assert all(result["checks"].values())
