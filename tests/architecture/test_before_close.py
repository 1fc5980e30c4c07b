"""What stands before its close is asked of the listings: the rooms above disclosure keep no list of statuses."""

import ast

from config.env import ROOT

_MAY_NAME = ("apps/listings/", "apps/stages/", "apps/objections/", "apps/disclosure/", "apps/live/")


def test_no_room_above_disclosure_lists_the_statuses_before_the_close() -> None:
    astray, named = [], 0
    for path in sorted((ROOT / "apps").rglob("*.py")):
        room = str(path.relative_to(ROOT))
        names = {
            each.name if isinstance(each, ast.alias) else getattr(each, "attr", getattr(each, "id", ""))
            for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(each, ast.alias | ast.Attribute | ast.Name)
        }
        if "BEFORE_CLOSE" in names:
            named += 1
            if not room.startswith(_MAY_NAME):
                astray.append(room)
    assert named > 0
    assert astray == []
