"""Bank statements (对账单) on finance's desk: read, previewed, then all of their lines imported or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.desks.bearable import require_bearable, statement_file
from apps.desks.downloads import download
from apps.desks.gates import desk
from apps.desks.wholesale import Item, Outcome, checked, perform_all, sealed, unsealed
from apps.money import bankfiles
from apps.money.accounts import require_ours
from apps.money.bankfiles import COLUMNS, MOST_ROWS, Line, Read
from apps.money.models import BankEntry, SubAccount
from apps.money.reconcile import purpose_label
from kernel import lanes, sheets
from kernel.actors import FINANCE, Actor
from kernel.acts.act import act_called
from kernel.acts.perform import perform, validated
from kernel.errors import Refused
from kernel.money import ZERO, Yuan, parse_yuan

_HEADINGS = {name: column for column, name in COLUMNS.items()}
_COVER = ("account", "covers_until", "opening_balance", "closing_balance", "debit_total")


@dataclass(frozen=True)
class Expected:
    """One line of a preview: what it says, and what would come of it."""

    row: int
    facts: dict[str, str]
    known: bool
    repeated: bool
    purpose: str


@require_http_methods(["GET", "POST"])
@desk(*FINANCE)
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
                context |= _previewed(request, by=by)
        except Refused as no:
            context |= {"refusal": no.refusal, "typed": request.POST}
    failed = "refusal" in context or bool(context.get("errors"))
    return render(request, "desks/statement.html", context, status=400 if failed else 200)


@require_GET
@desk(*FINANCE)
def template(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The workbook to fill in."""
    return download(bankfiles.template(), content_type=sheets.MIME, name="银行流水导入模板.xlsx")


def _previewed(request: HttpRequest, *, by: Actor) -> dict[str, Any]:
    upload = request.FILES.get("file")
    content = upload.read(sheets.MOST_BYTES + 1) if upload else b""
    require_bearable(content, by=statement_file)
    found = bankfiles.read(content)
    if found.balances is not None:
        require_ours(found.balances.account, by=by)
    errors = [*found.errors, *_bad(found.lines)]
    errors = sorted(dict.fromkeys(errors), key=lambda each: each.row)
    if errors:
        return {"errors": errors, "read": found, "unit": _unit(found)}
    said = {
        "lines": [[line.row, line.facts] for line in found.lines],
        "outgoing": [[line.row, line.facts] for line in found.outgoing],
        "balances": _balances(found),
    }
    return {
        "read": found,
        "unit": _unit(found),
        "lines": _expected(found.lines),
        "total": _total(found.lines),
        "sealed": sealed("statement", said, by=by),
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


def _bad(lines: Sequence[Line]) -> list[sheets.CellError]:
    return checked(act_called("money.line"), _items(lines), columns=_HEADINGS)


def _expected(lines: Sequence[Line]) -> list[Expected]:
    numbers = {line.facts["credited_number"] for line in lines}
    accounts = dict(SubAccount.objects.filter(number__in=numbers).values_list("number", "purpose"))
    references = [line.facts["reference"] for line in lines]
    known = set(BankEntry.objects.filter(reference__in=references).values_list("reference", flat=True))
    return [
        Expected(
            row=line.row,
            facts=line.facts,
            known=line.facts["credited_number"] in accounts,
            repeated=line.facts["reference"] in known,
            purpose=purpose_label(accounts[line.facts["credited_number"]])
            if line.facts["credited_number"] in accounts
            else "",
        )
        for line in lines
    ]


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
        validated(act_called("money.cover"), cover)

    def hold() -> None:
        """All lanes first and in order, so that two imports never wait for each other."""
        numbers = [line.facts["credited_number"] for line in lines]
        found = SubAccount.objects.filter(number__in=numbers).values_list("listing_id", flat=True)
        lanes.hold_all(lanes.Lane.LISTING, found)

    def prepare_closing() -> None:
        for answer in answers:
            perform(act_called("money.answer"), data=dict(answer.facts), by=by, now=now)
        if cover is not None:
            perform(act_called("money.cover"), data=cover, by=by, now=now)

    return perform_all(
        act_called("money.line"),
        _items(lines),
        by=by,
        now=now,
        columns=_HEADINGS,
        before=hold,
        after=prepare_closing,
    )
