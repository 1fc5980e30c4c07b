"""Bank statements (对账单) on finance's desk: read, previewed, then all of their lines imported or none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks.access import desk
from apps.desks.bearable import require_bearable, statement_file
from apps.desks.bulk import Item, Outcome, by_column, checked, sealed, unsealed, write_down
from apps.desks.downloads import download
from apps.money import bankfiles
from apps.money import commands as money
from apps.money.accounts import require_ours
from apps.money.bankfiles import COLUMNS, MOST_ROWS, Balances, Line, Read
from apps.money.forecast import BankLine, forecast
from apps.money.names import MONEY_ANSWER, MONEY_COVER, MONEY_LINE
from apps.parties.roles import Can
from apps.process.arrivals import foreseen
from kernel import files, sheets
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform, validated
from kernel.errors import Refused
from kernel.money import ZERO, Yuan, parse_yuan
from kernel.tables import CellError

_HEADINGS = {name: column for column, name in COLUMNS.items()}
_COVER = ("account", "covers_until", "opening_balance", "closing_balance", "debit_total")


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.BOOK_MONEY)
def statement(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Import a bank statement (CSV, workbook, camt.053): a preview first, then all of it or nothing."""
    context: dict[str, Any] = {
        "columns": list(COLUMNS),
        "most": MOST_ROWS,
        "typed": {},
        "collection": settings.COLLECTION_ACCOUNT["number"],
    }
    if request.method == "POST":
        try:
            if request.POST.get("step") == "confirm":
                context |= _confirmed(request, by=by, now=now)
            else:
                context |= _previewed(request, by=by, now=now)
        except Refused as no:
            context |= {"refusal": no.refusal, "typed": request.POST}
            context |= _again(request, by=by, now=now)
    failed = "refusal" in context or bool(context.get("errors"))
    return render(request, "desks/statement.html", context, status=400 if failed else 200)


@require_safe
@desk(Can.BOOK_MONEY)
def template(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The workbook to fill in."""
    return download(bankfiles.template(), content_type=sheets.MIME, name="银行流水导入模板.xlsx")


def _previewed(request: HttpRequest, *, by: Actor, now: datetime) -> dict[str, Any]:
    upload = request.FILES.get("file")
    content = upload.read(files.MOST_BYTES + 1) if upload else b""
    require_bearable(content, by=statement_file)
    found = bankfiles.read(content)
    if found.balances is not None:
        require_ours(found.balances.account, by=by)
    there = {(each.row, each.column) for each in found.errors}
    errors = [*found.errors, *(each for each in _bad(found.lines) if (each.row, each.column) not in there)]
    errors = sorted(dict.fromkeys(errors), key=lambda each: each.row)
    if errors:
        return {"errors": errors, "read": found, "unit": _unit(found)}
    said = {
        "form": found.form,
        "remarks": found.remarks,
        "lines": [[line.row, line.facts] for line in found.lines],
        "outgoing": [[line.row, line.facts] for line in found.outgoing],
        "balances": _balances(found),
    }
    return _preview(found, sealed("statement", said, by=by), by=by, now=now)


def _again(request: HttpRequest, *, by: Actor, now: datetime) -> dict[str, Any]:
    """The preview once more after a refused confirmation: neither the file nor what was typed is lost."""
    kept = request.POST.get("sealed", "")
    try:
        said = unsealed("statement", kept, by=by)
    except Refused:
        return {}
    balances = said["balances"]
    found = Read(
        said["form"],
        [Line(row, facts) for row, facts in said["lines"]],
        remarks=said["remarks"],
        balances=Balances(
            balances["account"],
            Yuan(balances["opening_balance"]),
            Yuan(balances["closing_balance"]),
            ZERO,
            Yuan(balances["debit_total"]),
            0,
        )
        if balances
        else None,
    )
    return _preview(found, kept, by=by, now=now)


def _preview(found: Read, kept: str, *, by: Actor, now: datetime) -> dict[str, Any]:
    expected = forecast([_bank_line(line) for line in found.lines], by=by, now=now)
    coming = foreseen(expected, now=now)
    return {
        "read": found,
        "unit": _unit(found),
        "lines": list(zip([line.row for line in found.lines], expected, coming, strict=True)),
        "aside": sum(1 for each in coming if each is not None and each.sentence),
        "alike": sum(1 for each in expected if each.alike),
        "repeated": sum(1 for each in expected if each.known),
        "refused": sum(1 for each in expected if each.refusal),
        "total": _total(found.lines),
        "sealed": kept,
    }


def _unit(found: Read) -> str:
    return _("笔分录") if found.form in ("camt", "notice") else _("行")


def _total(lines: Sequence[Line]) -> Yuan:
    return sum((parse_yuan(line.facts["amount"]) for line in lines), ZERO)


def _balances(found: Read) -> dict[str, str]:
    """What the file itself says of the account, as facts of `money.cover`."""
    if found.balances is None:
        return {}
    return {
        "account": found.balances.account,
        "opening_balance": str(found.balances.opening),
        "closing_balance": str(found.balances.closing),
        "debit_total": str(found.balances.debits),
    }


def _items(lines: Sequence[Line]) -> list[Item]:
    return [Item(line.row, 0, dict(line.facts)) for line in lines]


def _bad(lines: Sequence[Line]) -> list[CellError]:
    return checked(act_called(MONEY_LINE), _items(lines), columns=_HEADINGS)


def _confirmed(request: HttpRequest, *, by: Actor, now: datetime) -> dict[str, Any]:
    said = unsealed("statement", request.POST.get("sealed", ""), by=by)
    lines = [Line(row, facts) for row, facts in said["lines"]]
    typed = {name: request.POST.get(name, "").strip() for name in _COVER}
    cover = {**{name: text for name, text in typed.items() if text}, **said["balances"]}
    answers = [Line(row, facts) for row, facts in said["outgoing"]]
    outcome = import_all(
        lines, by=by, now=now, cover=cover if typed["covers_until"] else None, answers=answers
    )
    return {"outcome": outcome, "errors": outcome.errors, "covered": typed["covers_until"], "unit": "行"}


def import_all(
    lines: Sequence[Line],
    *,
    by: Actor,
    now: datetime,
    cover: dict[str, str] | None = None,
    answers: Sequence[Line] = (),
) -> Outcome:
    """Import every line, or none and say what is wrong with each bad one.

    With `cover`, the statement up to `covers_until` is prepared in the same transaction, to be closed by another
    person; until then no line counts. `answers` say what came of payments.
    """
    if cover is not None:
        validated(act_called(MONEY_COVER), cover)

    def prepare_closing() -> None:
        for answer in answers:
            perform(act_called(MONEY_ANSWER), data=dict(answer.facts), by=by, now=now)
        if cover is not None:
            perform(act_called(MONEY_COVER), data=cover, by=by, now=now)

    act = act_called(MONEY_LINE)
    bank_lines = [_bank_line(line) for line in lines]
    try:
        with transaction.atomic():
            made = money.import_entries(bank_lines, by=by, now=now)
            prepare_closing()
    except money.LinesRefused as no:
        refused = [(_items([lines[place]])[0], Refused(why)) for place, why in sorted(no.refusals.items())]
        write_down(act, refused, by=by, now=now)
        return Outcome([], [error for item, why in refused for error in by_column(item.row, why, _HEADINGS)])
    done = [Done("repeated" if each.repeated else "done", dict(act.answer(each))) for each in made]
    return Outcome(done, [])


def _bank_line(line: Line) -> BankLine:
    return BankLine(**validated(act_called(MONEY_LINE), dict(line.facts)))
