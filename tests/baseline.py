"""`python -m tests.baseline OUT [--against OTHER]`: what must stay as it is while the house is rebuilt.

OUT gets the API's schema and, of every case file, the result and the documents: the same bytes from the same code, for
numbers, codes and instants come from the case. With `--against`, the names of all that differs from an earlier OUT are
printed, and the exit code is 1 when there are any.
"""

import argparse
import filecmp
import os
import re
import sys
from pathlib import Path

import django

CASES = Path(__file__).parent / "cases"
# A receipt is a secret of whoever objected: it is drawn anew each time.
_RECEIPT = re.compile(r'("receipt": ")[0-9A-F]+(")')


def main() -> int:
    """Write what is, and compare. 0 when nothing differs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--against", type=Path)
    given = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    django.setup()
    _write(given.out)
    if given.against is None:
        return 0
    differing = sorted(_differing(given.against, given.out))
    print("\n".join(differing) or "nothing differs")
    return 1 if differing else 0


def _write(out: Path) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - the settings are there only now

    from apps.rehearsal import scenario  # noqa: PLC0415
    from apps.rehearsal.channels import Direct  # noqa: PLC0415
    from apps.rehearsal.run import rehearse  # noqa: PLC0415
    from config import scratch  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    call_command("spectacular", file=str(out / "openapi.yaml"))
    for path in sorted(CASES.glob("*.expected.json")):
        name = path.name.removesuffix(".expected.json")
        case = scenario.read(CASES / f"{name}.json")
        with scratch.scratch_database("baseline") as database, scratch.point_at(database):
            rehearse(case, channel=Direct(), out=out / name)
        written = out / name / "result.json"
        written.write_text(_RECEIPT.sub(r"\1…\2", written.read_text(encoding="utf-8")), encoding="utf-8")
        print(name, file=sys.stderr)


def _differing(before: Path, after: Path) -> set[str]:
    names = {
        str(path.relative_to(folder))
        for folder in (before, after)
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {
        name
        for name in names
        if not ((before / name).exists() and (after / name).exists())
        or not filecmp.cmp(before / name, after / name, shallow=False)
    }


if __name__ == "__main__":
    sys.exit(main())
