"""Calendar files: the years that come with the exchange, and files of the same form."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kernel.workdays.calendar import CalendarYear

FOLDER = Path(__file__).parent / "data"

_KEYS = {"year", "notice_no", "published_on", "days_off", "workdays_on"}
_OPTIONAL = {"amended_by", "remark"}


@dataclass(frozen=True, slots=True)
class Amendment:
    """A later notice that changed days of the year."""

    notice_no: str
    published_on: date
    change: str


def files() -> list[Path]:
    """The files of the shipped years, oldest first."""
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9].json"))


def read(path: Path) -> CalendarYear:
    """The year in a calendar file; the notices that amended it are named beside its own.

    `ValueError` with a Chinese sentence when the file is not of the documented form (data/README.md).
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path.name} 不是 UTF-8 编码的 JSON 文件。") from error
    if not isinstance(content, dict) or not _KEYS <= content.keys() <= _KEYS | _OPTIONAL:
        raise ValueError(f"{path.name} 须恰好包含 {'、'.join(sorted(_KEYS))}，另可有 amended_by、remark。")
    if type(content["year"]) is not int or not isinstance(content["notice_no"], str):
        raise ValueError(f"{path.name} 的 year 须为整数，notice_no 须为文字。")
    return CalendarYear(
        year=content["year"],
        notice_no=_numbers(content["notice_no"], _amendments(path, content.get("amended_by", []))),
        published_on=_date(path, content["published_on"]),
        days_off=_dates(path, content["days_off"]),
        workdays_on=_dates(path, content["workdays_on"]),
    )


def _numbers(notice_no: str, amendments: list[Amendment]) -> str:
    if not amendments:
        return notice_no
    return f"{notice_no}（经{'、'.join(each.notice_no for each in amendments)}调整）"


def _amendments(path: Path, given: Any) -> list[Amendment]:
    try:
        return [
            Amendment(each["notice_no"], _date(path, each["published_on"]), each["change"]) for each in given
        ]
    except (TypeError, KeyError) as error:
        raise ValueError(f"{path.name} 的 amended_by 须逐项写明 notice_no、published_on、change。") from error


def _dates(path: Path, given: Any) -> frozenset[date]:
    if not isinstance(given, list):
        raise ValueError(f"{path.name} 的 days_off 和 workdays_on 须为日期列表。")
    days = [_date(path, each) for each in given]
    repeated = next((day for day in days if days.count(day) > 1), None)
    if repeated is not None:
        raise ValueError(f"{path.name} 中的日期 {repeated} 重复。")
    return frozenset(days)


def _date(path: Path, given: Any) -> date:
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name} 中的日期无效：{given!r}，应写作 2026-01-01。") from error
