"""Rows of the table, and how they are written: Markdown, JSON and plots."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

HEAD = "| what | ours | beside it | ratio | wanted | met |\n|---|--:|---|--:|---|---|\n"


@dataclass(frozen=True)
class Row:
    """One line: a figure of ours, what was measured beside it, and whether that is what was wanted.

    `met` is None where nothing was wanted, or where it could not be measured (`beside` says why).
    """

    section: str
    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    wanted: str = ""
    met: bool | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """As a line of a Markdown table."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return f"| {self.what} | {self.ours} | {self.beside} | {ratio} | {self.wanted} | {met} |\n"


def compare(
    section: str,
    what: str,
    ours: float,
    beside: float,
    unit: str,
    name: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    note: str = "",
) -> Row:
    """Ours over what stands beside it; `at_least` or `at_most` is the ratio wanted."""
    ratio = ours / beside if beside else float("inf")
    wanted, met = _judged(ratio, at_least, at_most, unit="x")
    text = f"{shown(ours)} {unit}" + (f" ({note})" if note else "")
    return Row(
        section,
        what,
        text,
        f"{name}: {shown(beside)} {unit}",
        ratio,
        wanted,
        met,
        {"ours": ours, "beside": beside},
    )


def figure(
    section: str,
    what: str,
    ours: float,
    *,
    unit: str,
    at_least: float | None = None,
    at_most: float | None = None,
    note: str = "",
) -> Row:
    """One figure of ours against a fixed one."""
    wanted, met = _judged(ours, at_least, at_most, unit=f" {unit}")
    return Row(section, what, f"{shown(ours)} {unit}", note, None, wanted, met, {"ours": ours})


def missing(section: str, what: str, why: str) -> Row:
    """A row that could not be measured here."""
    return Row(section, what, "–", why)


def _judged(
    value: float, at_least: float | None, at_most: float | None, *, unit: str
) -> tuple[str, bool | None]:
    if at_least is not None:
        return f"≥ {at_least:g}{unit}", value >= at_least
    if at_most is not None:
        return f"≤ {at_most:g}{unit}", value <= at_most
    return "", None


def shown(value: float) -> str:
    """A number with as many digits as it is worth."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def median(values: Iterable[float]) -> float:
    """The middle of the rounds."""
    return float(statistics.median(values))


def write(rows: Sequence[Row], *, folder: Path, rounds: int, quick: bool) -> str:
    """Write results.md and results.json; gives the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    kind = "a quick try, not a measurement" if quick else f"median of {rounds} rounds"
    text = (
        f"# Figures of one run\n\n{machine}; {kind}. Ours and what stands beside it were measured in turn.\n"
    )
    for section in dict.fromkeys(row.section for row in rows):
        text += f"\n## {section}\n\n{HEAD}"
        text += "".join(row.line() for row in rows if row.section == section)
    (folder / "results.md").write_text(text)
    body = {"machine": machine, "rounds": rounds, "quick": quick, "rows": [asdict(row) for row in rows]}
    (folder / "results.json").write_text(json.dumps(body, ensure_ascii=False, indent=1))
    return text


def plot(
    name: str,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    *,
    folder: Path,
    title: str,
    x: str,
    y: str,
    logarithmic: bool = True,
) -> Path:
    """Lines of (size, cost) as `<name>.png`."""
    drawing, axes = plt.subplots(figsize=(8, 4.5), dpi=120)
    for label, points in curves.items():
        axes.plot(*zip(*sorted(points), strict=True), marker="o", label=label)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    folder.mkdir(parents=True, exist_ok=True)
    to = folder / f"{name}.png"
    drawing.savefig(to, bbox_inches="tight")
    plt.close(drawing)
    return to


def say(text: str) -> None:
    """A line of progress, at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
