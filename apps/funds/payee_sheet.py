"""A sheet of payees (收款人清单) from a workbook or CSV, all or nothing: every wrong row by line, column and figure.

What is said of a wrong row never names a natural person or an account.
"""

from collections.abc import Callable
from typing import Any

from apps.funds.payees import MOST_PAYEES
from apps.funds.states import PAYEE_LABELS
from kernel import tables
from kernel.errors import Code, Refused
from kernel.tables import CellError

COLUMNS = {
    "类别": "kind",
    "收款人": "payee",
    "收款账号": "payee_account",
    "金额": "amount",
    "发票号": "invoice_no",
}
_REQUIRED = ("类别", "收款人", "收款账号", "金额")
_FIGURES = ("金额", "发票号", "类别")
"""Columns whose figures are repeated beside what is wrong with them."""
_UNITS = {"金额": ("元", "人民币元")}
_WORDS = {label: kind for kind, label in PAYEE_LABELS.items()}
_MOST_SAID = 20

Check = Callable[[dict[str, Any]], dict[str, str]]
"""What is wrong with one row of a form, by its fields."""


def payees_from_sheet(content: bytes, *, check: Check) -> list[dict[str, Any]]:
    """The payees of a file as the form takes them, 1 to 5,000. Refuses: invalid, naming what is wrong by line."""
    table = tables.read(
        content, headings=list(COLUMNS), required=_REQUIRED, most_rows=MOST_PAYEES, units=_UNITS
    )
    errors = list(table.errors)
    rows: list[dict[str, Any]] = []
    for number, given in table.rows:
        row = {name: given.get(column, "") for column, name in COLUMNS.items()}
        row["kind"] = _WORDS.get(row["kind"], row["kind"])
        wrong = check(row)
        said = {each: _figure(each, given) + wrong[name] for each, name in COLUMNS.items() if name in wrong}
        errors += [
            CellError(number, column, said[column])
            for column in said
            if not any(each.row == number and each.column == column for each in errors)
        ]
        rows.append(row)
    if errors:
        raise _refused(errors)
    return rows


def _figure(column: str, given: dict[str, str]) -> str:
    text = given.get(column, "")
    return f"“{text[:40]}”：" if column in _FIGURES and text else ""


def _refused(errors: list[CellError]) -> Refused:
    errors.sort(key=lambda each: each.row)
    said = "；".join(
        f"第{each.row}行{f'“{each.column}”' if each.column else ''}{each.sentence.rstrip('。')}"
        for each in errors[:_MOST_SAID]
    )
    more = f"等{len(errors)}处" if len(errors) > _MOST_SAID else ""
    return Refused.because(
        Code.INVALID, f"收款人清单有误：{said}{more}，请更正后重新导入，未导入任何一行。", field="payees"
    )
