"""One count of dates: working and calendar days never mix, and page, API, worker and paper name the same instant."""

import ast
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from apps.documents.models import Document
from apps.documents.states import DocumentKind
from config.env import ROOT
from kernel.clock import iso
from kernel.deadlines import runner
from kernel.deadlines.commands import calendar_days, end_of, working_days
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import Unit
from tests.factories.deal import Deal, at
from tests.factories.journey import MICROSECOND, confirmed, contracted, import_payment
from tests.factories.visitors import read

pytestmark = pytest.mark.django_db

CALENDAR_DAYS = {"default", "publication_end"}
"""The spec counts these two in calendar days (CD), every other period in working days (WD)."""

INSTANTS = {"registration_close", "portal_check", "bidding_open", "bidding_close", "bar_end"}
"""What is not counted at all, but named."""

COUNTERS = {"working_days_end", "calendar_days_end"}
"""The two counts; a part of the exchange reaches them through `kernel.deadlines.commands.end_of` alone."""


@pytest.fixture
def confirmed_deal(settings: Any, tmp_path: Path) -> Deal:
    """Confirmed on 31 March; the contract is due on 8 April at 24:00, Qingming in between."""
    settings.MEDIA_ROOT = tmp_path
    return confirmed()


def test_every_period_of_a_deal_is_counted_in_the_unit_that_the_process_names(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    deal = contracted()
    runner.run_due(now=at("04-28 09:00"))
    import_payment(deal, "1200000.00", now=at("05-06 10:00"))
    deal.transfer()
    deal.publicise()
    units = dict(Deadline.objects.values_list("kind", "unit"))
    assert {kind for kind, unit in units.items() if unit == Unit.CALENDAR_DAYS} == CALENDAR_DAYS
    assert {kind for kind, unit in units.items() if unit == Unit.INSTANT} <= INSTANTS
    assert len(units) > len(CALENDAR_DAYS | INSTANTS)


def test_a_period_keeps_its_unit_and_the_two_units_give_different_days() -> None:
    over_qingming = at("04-03 10:00")
    assert end_of(working_days(3), triggered_at=over_qingming).at == at("04-10 00:00")
    assert end_of(calendar_days(3), triggered_at=over_qingming).at == at("04-08 00:00")
    assert working_days(3) != calendar_days(3)


def test_nothing_counts_days_past_the_one_way() -> None:
    allowed = {"platform/kernel/deadlines/commands.py"}
    found = {
        str(path.relative_to(ROOT))
        for top in ("apps", "platform")
        for path in (ROOT / top).rglob("*.py")
        if "workdays" not in path.parts and COUNTERS & _names(path)
    }
    assert found == allowed


def _names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    attributes = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    return names | attributes


def test_page_api_paper_and_worker_name_one_instant(confirmed_deal: Deal) -> None:
    deal, now = confirmed_deal, at("03-31 10:00")
    row = Deadline.objects.get(kind="contract", case_id=deal.listing_id)
    due = row.due_at
    assert due == end_of(working_days(5), triggered_at=at("03-31 09:00")).at == at("04-09 00:00")

    moments = json.loads(read(f"/api/v1/listings/{deal.listing_id}/", now=now))["timetable"]
    assert iso(due) in [each["at"] for each in moments if each["label"] == "签订三方合同"]

    page = read(f"/listings/{deal.listing_id}/", now=now)
    assert re.search(
        r"签订三方合同.{0,400}?2026[-年]0?4[-月]0?8日?.{0,20}24[:：]00", _text(page), re.DOTALL
    ), _text(page)

    papers = Document.objects.filter(case_id=deal.listing_id, kind=DocumentKind.AWARD_CONFIRMATION)
    assert [datetime.fromisoformat(each.facts["contract_due_at"]) for each in papers] == [due]

    runner.run_due(now=due - MICROSECOND)
    assert deal.listing.status == "confirmed"
    runner.run_due(now=due)
    assert deal.listing.status == "defaulted"


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
