"""Whole trades through a real worker that dies, forgets and is rung too often: the same result to the last byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.rehearsal import scenario as scenarios
from apps.rehearsal.channels import Direct
from apps.rehearsal.run import rehearse
from config import scratch
from tests.deadlines.worker import RealWorker, Trouble

CASES = Path(__file__).parent.parent / "cases"


def played_in_process(name: str, out: Path | None) -> str:
    """The case through the engine of this process, in a database of its own."""
    with scratch.scratch_database("reference") as database, scratch.point_at(database):
        result = rehearse(scenarios.read(CASES / f"{name}.json"), channel=Direct(), out=out)
    return in_json(result)


def in_json(result: dict[str, Any]) -> str:
    """The result as it is written to result.json."""
    return json.dumps(result, ensure_ascii=False, indent=1)


@pytest.mark.parametrize(
    ("trouble", "name", "with_papers"),
    [
        (Trouble.KILLED, "henan-448", True),
        (Trouble.KILLED, "hunan-89-default", False),
        (Trouble.NO_REDIS, "hunan-89-default", False),
    ],
)
def test_a_worker_in_trouble_comes_to_the_same_result_byte_for_byte(
    committed_db: str, tmp_path: Path, trouble: Trouble, name: str, with_papers: bool
) -> None:
    """With papers: the PDFs, too, have the hashes that they have without trouble."""
    case = scenarios.read(CASES / f"{name}.json")
    with RealWorker(committed_db, tmp_path, trouble).running() as worker:
        result = rehearse(
            case, channel=Direct(), engine=worker, out=tmp_path / "out" if with_papers else None
        )
    assert worker.kills + worker.losses >= 3
    assert in_json(result) == played_in_process(name, tmp_path / "reference" if with_papers else None)
    assert all(result["checks"].values())
