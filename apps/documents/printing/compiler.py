"""Typst in this process: our templates, the fonts of the wheels, nothing of the machine.

One compiler is kept for each process and used by one thread at a time. Its own threads do not survive a fork, so a
child of a process that has printed before prints in a fresh interpreter (this file run as a program).
"""

import importlib.resources
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent / "templates"
_FONT_PACKAGES = ("pylopdf_fonts_zh_cn", "noto_cjk_sans_otc")
_UNPRINTABLE_EXIT = 3
_FRESH_INTERPRETER_TIMEOUT_S = 60
_one_at_a_time = threading.Lock()


class Unprintable(ValueError):
    """The facts cannot be printed, as when no font has a sign for a character."""


@cache
def _compiler() -> typst.Compiler:
    folders = [Path(str(importlib.resources.files(package))) for package in _FONT_PACKAGES]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    return typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


_lost_to_a_fork = False


def _after_fork() -> None:
    global _lost_to_a_fork
    _lost_to_a_fork = _lost_to_a_fork or _compiler.cache_info().currsize > 0


os.register_at_fork(after_in_child=_after_fork)


def _made_here(template: str, facts_json: str, made_at: datetime) -> bytes:
    try:
        made = _compiler().compile(
            input=TEMPLATES / f"{template}.typ",
            format="pdf",
            sys_inputs={"facts": facts_json},
            pdf_standards=["a-2b"],
            timestamp=made_at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        if "could not be displayed" in error.message:
            raise Unprintable(error.message) from error
        raise
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def _made_elsewhere(template: str, facts_json: str, made_at: datetime) -> bytes:
    done = subprocess.run(
        [sys.executable, __file__, template, made_at.isoformat()],
        input=facts_json.encode(),
        capture_output=True,
        timeout=_FRESH_INTERPRETER_TIMEOUT_S,
        check=False,
    )
    if done.returncode == _UNPRINTABLE_EXIT:
        raise Unprintable(done.stderr.decode())
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def pdf(*, template: str, facts: Mapping[str, object], made_at: datetime) -> bytes:
    """PDF/A-2b of a template and its facts; the same arguments give the same bytes.

    `made_at` is the document's date, with a fixed offset. `Unprintable` when a character has no sign in the fonts.
    """
    facts_json = json.dumps(facts, ensure_ascii=False)
    if _lost_to_a_fork:
        return _made_elsewhere(template, facts_json, made_at)
    with _one_at_a_time:
        return _made_here(template, facts_json, made_at)


def pictures(
    *, template: str, facts: Mapping[str, object], made_at: datetime, ppi: float = 96.0
) -> list[bytes]:
    """The same pages as PNG pictures, for a screen; one for each page. Not in a child of a process that printed."""
    if _lost_to_a_fork:
        raise RuntimeError("pictures are made in the process that serves them")
    with _one_at_a_time:
        made = _compiler().compile(
            input=TEMPLATES / f"{template}.typ",
            format="png",
            ppi=ppi,
            sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
            timestamp=made_at.replace(microsecond=0),
        )
    return [made] if isinstance(made, bytes) else list(made or [])


def _main(template: str, made_at: str) -> int:
    try:
        content = _made_here(template, sys.stdin.buffer.read().decode(), datetime.fromisoformat(made_at))
    except Unprintable as error:
        sys.stderr.write(str(error))
        return _UNPRINTABLE_EXIT
    sys.stdout.buffer.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
