"""Trying a case file on a drafted rulebook (试算): two rehearsals in child processes, and where they differ.

A rehearsal has a scratch database and a simulated clock of its own, so it never runs inside a process that serves
people: `rehearse` is called as a child with a time limit. One trial at a time in a province.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.parties.roles import Can
from apps.rehearsal import scenario as scenarios
from apps.rehearsal.models import Trial
from apps.rehearsal.names import RULEBOOK_TRY
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import in_force
from apps.rulebook.subjects import SUPPLEMENTARY
from kernel import clock, lanes
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found
from kernel.outbox import commands as outbox

MOST_BYTES = 512 * 1024
TIME_LIMIT_S = 240
_ABANDONED = timedelta(minutes=15)


class TrialStatus(StrEnum):
    """How a trial stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


STATUS_LABELS = {
    TrialStatus.QUEUED: "等待运行",
    TrialStatus.RUNNING: "正在运行",
    TrialStatus.DONE: "已完成",
    TrialStatus.FAILED: "未完成",
}
OPEN = (TrialStatus.QUEUED, TrialStatus.RUNNING)


@transaction.atomic
def ask(*, rulebook_id: int, case: dict[str, Any], by: Actor, now: datetime) -> Trial:
    """Ask for a case to be tried on a version, beside the rules in force.

    Refuses: not_permitted, not_found (a version of another province), invalid (no case file, too large), wrong_status
    (another trial is running).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    province = f"{by.region[:2]}0000"
    lanes.hold(lanes.PLATFORM, int(province))
    book = Rulebook.objects.filter(pk=rulebook_id, province=province).first()
    if book is None:
        raise not_found("规则版本")
    name = _checked(case)
    if running(province, now=now).exists():
        raise Refused.because(Code.WRONG_STATUS, "已有试算正在运行，请等它完成后再提交。")
    made = Trial.objects.create(
        rulebook=book,
        beside=in_force(province=province, subject=SUPPLEMENTARY, now=now),
        name=name,
        case=case,
        status=TrialStatus.QUEUED,
        asked_by_name=by.person_name,
        asked_at=now,
    )
    audit.record(verb=RULEBOOK_TRY, by=by, now=now, subject=book, after={"case": name, "trial": made.pk})
    outbox.enqueue(topic="trial", key=str(made.pk), payload={"trial_id": made.pk}, now=now)
    return made


def _checked(case: dict[str, Any]) -> str:
    text = json.dumps(case, ensure_ascii=False)
    if len(text) > MOST_BYTES:
        raise Refused.because(Code.INVALID, "案例文件超过512 KB。", field="case")
    try:
        return scenarios.parse(text).case
    except scenarios.BadScenario as bad:
        raise Refused.because(
            Code.INVALID, f"案例文件有误（位置“{bad.path}”）：{bad.reason}", field="case"
        ) from bad


def running(province: str, *, now: datetime) -> Any:
    """Trials of a province that wait or run; one that was left for a quarter of an hour does not count."""
    open_ones = Trial.objects.filter(rulebook__province=province, status__in=OPEN)
    return open_ones.filter(Q(asked_at__gt=now - _ABANDONED))


def play(*, trial_id: int) -> None:
    """Play a waiting trial to its end; harmless when somebody plays it already."""
    claimed = Trial.objects.filter(pk=trial_id, status=TrialStatus.QUEUED).update(
        status=TrialStatus.RUNNING, started_at=clock.now()
    )
    if not claimed:
        return
    trial = Trial.objects.select_related("rulebook", "beside").get(pk=trial_id)
    try:
        trial.result = _rehearsed(trial.case, trial.rulebook)
        if trial.beside is not None:
            trial.beside_result = _rehearsed(trial.case, trial.beside)
        trial.status = TrialStatus.DONE
    except _NotPlayed as no:
        trial.status, trial.error = TrialStatus.FAILED, str(no)
    trial.finished_at = clock.now()
    trial.save(update_fields=["result", "beside_result", "status", "error", "finished_at"])


class _NotPlayed(Exception):
    """A rehearsal did not come to its end; the sentence says why."""


def _rehearsed(case: dict[str, Any], book: Rulebook) -> dict[str, Any]:
    """The result of the case under a version's parameters, from a child process."""
    own = {**case, "rulebook": {"use": "baseline", "set": book.parameters}}
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        path = Path(folder) / "case.json"
        path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
        call = [sys.executable, "-m", "django", "rehearse", str(path), "--out", folder]
        env = dict(os.environ) | {
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
            "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
        }
        try:
            ended = subprocess.run(
                call, capture_output=True, text=True, timeout=TIME_LIMIT_S, env=env, cwd=folder, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise _NotPlayed(f"第{book.version}版：超过{TIME_LIMIT_S}秒未完成，已停止。") from error
        if ended.returncode == 2:
            raise _NotPlayed(f"第{book.version}版：案例不能演练。{ended.stderr.strip()[-300:]}")
        if ended.returncode != 0:
            raise _NotPlayed(f"第{book.version}版：演练未能完成（退出码{ended.returncode}）。")
        try:
            found: dict[str, Any] = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise _NotPlayed(f"第{book.version}版：演练没有留下结果。") from error
        return found


# --- where two results differ ---


@dataclass(frozen=True)
class Difference:
    """One figure of two results side by side."""

    section: str
    what: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether they differ."""
        return self.before != self.after


def compared(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    """Every figure of a trial beside the same one under the rules in force, in the order of the process."""
    old, new = _figures(before or {}), _figures(after)
    keys = list(dict.fromkeys([*new, *old]))
    return [
        Difference(section, what, old.get((section, what), "—"), new.get((section, what), "—"))
        for section, what in keys
    ]


def _figures(result: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    if not result:
        return {}
    found: dict[tuple[str, str], str] = {
        ("结果", f"{name}状态" if name != "listing" else "项目状态"): str(case["status"])
        for name, case in result["cases"].items()
    }
    award = result.get("award") or {}
    found["结果", "成交单价"] = str(award.get("unit_price", "—"))
    found["结果", "成交总价"] = str(award.get("total_price", "—"))
    found["结果", "竞得人"] = str(award.get("winner", "—"))
    found["结果", "竞价截止"] = str(result.get("closed_at") or "—")
    for place, line in enumerate(result["timeline"], start=1):
        said = f"{line['outcome']}{' ' + line['code'] if 'code' in line else ''}"
        found["办理", f"{place}. {line['do']}（{line['by']}）"] = said
    seen: dict[str, int] = {}
    for row in result["deadlines"]:
        name = f"{row['kind']}{'（' + row['of'] + '）' if row.get('of') else ''}"
        seen[name] = seen.get(name, 0) + 1
        found["期限", name if seen[name] == 1 else f"{name} 第{seen[name]}次"] = str(row["due_at"])
    for bidder, figures in result["money"]["deposits"].items():
        for name, amount in figures.items():
            found["保证金", f"{bidder}.{name}"] = str(amount)
    for name, amount in (result["money"]["price"] or {}).items():
        found["价款", name] = str(amount)
    return found
