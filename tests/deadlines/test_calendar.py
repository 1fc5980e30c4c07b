"""Dates and the calendar: provisional ones punish nobody, a new calendar moves them openly, no clock zone matters."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from apps.listings.models import Listing
from apps.notices.models import Notice
from apps.parties.models import Bar
from apps.process.commands import load_calendar
from config import scratch
from config.env import ROOT
from kernel.audit.models import AuditEntry
from kernel.clock import iso
from kernel.deadlines.commands import calendar_days, end_of, working_days
from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.recount import recount
from kernel.workdays import commands as workdays
from kernel.workdays.models import Year
from kernel.workdays.queries import current
from kernel.workdays.shipped import FOLDER, read
from tests.factories.actors import codes, outcome_of
from tests.factories.deal import CENTRE, PROVINCE, SELLER, B, Deal, at
from tests.factories.journey import act, confirmed

YEAR_END = at("12-28 09:00")
FIRST_OF_2027 = ["2027-01-01"]


@pytest.fixture
def deal(db: None, own_media: None) -> Deal:
    """Confirmed, much too late, on 28 December 2026: the contract is due in a year without a calendar."""
    return confirmed(on=YEAR_END)


def contract_row() -> Deadline:
    """The deadline of the contract."""
    return Deadline.objects.get(kind="contract")


def load_2027(deal: Deal, *, now: datetime, days_off: list[str] = FIRST_OF_2027) -> None:
    """The province loads the notice for 2027."""
    deal.do(
        PROVINCE,
        "calendar.load:2027",
        load_calendar,
        now=now,
        subject_id=0,
        year=2027,
        notice_no="国办发明电〔2026〕99号",
        published_on=date(2026, 11, 10),
        days_off=[date.fromisoformat(day) for day in days_off],
        workdays_on=[],
    )


def test_a_punitive_deadline_on_a_provisional_date_waits_says_why_and_fires_when_the_year_is_loaded(
    deal: Deal,
) -> None:
    row = contract_row()
    assert (iso(row.due_at), row.provisional) == ("2027-01-05T00:00:00+08:00", True)
    late = row.due_at + timedelta(days=10)
    deal.run(late)
    row.refresh_from_db()
    assert (row.status, deal.listing.status) == ("pending", "confirmed")
    assert "节假日安排" in row.waiting_for
    load_2027(deal, now=late)
    deal.run(late)
    row.refresh_from_db()
    assert (iso(row.due_at), row.provisional, row.status) == ("2027-01-06T00:00:00+08:00", False, "handled")
    assert row.breached_at == row.due_at
    assert deal.listing.status == "defaulted"
    assert Bar.objects.get().since == row.due_at


def test_a_notice_without_its_day_is_of_the_day_in_beijing(deal: Deal) -> None:
    early = at("12-29 07:30").astimezone(UTC)
    deal.do(
        PROVINCE, "calendar.load:2027", load_calendar, now=early, subject_id=0, year=2027,
        notice_no="国办发明电〔2026〕99号", days_off=[date(2027, 1, 1)], workdays_on=[],
    )  # fmt: skip
    assert Year.objects.get(year=2027, revoked_at=None).published_on == date(2026, 12, 29)


def test_attending_to_it_by_hand_is_refused_as_unconfirmed_and_changes_nothing(deal: Deal) -> None:
    row = contract_row()
    now = row.due_at + timedelta(hours=9)
    said = outcome_of(lambda: act(deal.operator(CENTRE), "deadline.attend", row.pk, now=now))
    assert codes([said]) == ["calendar_unconfirmed"]
    assert deal.listing.status == "confirmed"
    refused = AuditEntry.objects.filter(verb="deadline.attend", outcome="refused").get()
    assert refused.code == "calendar_unconfirmed"
    early = outcome_of(lambda: act(deal.operator(CENTRE), "deadline.attend", row.pk, now=YEAR_END))
    assert codes([early]) == ["too_early"]
    load_2027(deal, now=now + timedelta(days=1))
    done = act(deal.operator(CENTRE), "deadline.attend", row.pk, now=now + timedelta(days=2))
    assert done.answer == {"kind": "contract", "status": "handled"}


def test_loading_a_year_moves_open_deadlines_leaves_a_trace_and_tells_those_concerned(deal: Deal) -> None:
    row = contract_row()
    old = row.due_at
    load_2027(deal, now=YEAR_END, days_off=["2027-01-01", "2027-01-04"])
    row.refresh_from_db()
    trace = DeadlineMove.objects.get(deadline=row)
    assert (trace.old_due_at, trace.new_due_at) == (old, row.due_at)
    assert (trace.old_provisional, trace.new_provisional) == (True, False)
    assert iso(row.due_at) == "2027-01-07T00:00:00+08:00"
    assert "国办发明电〔2026〕99号" in trace.reason
    told = Notice.objects.filter(kind="deadline_moved", once__endswith=f":{trace.pk}")
    assert {each.organisation_id for each in told} == {
        deal.organisation(key).pk for key in (SELLER, B, CENTRE)
    }
    assert all("由2027-01-04 24:00调整为2027-01-06 24:00" in each.text for each in told), told[0].text


def test_a_notice_that_changes_a_loaded_year_shortens_nothing_silently(deal: Deal) -> None:
    """The year is loaded with one day off too many, then put right: the date comes back, with a second trace."""
    load_2027(deal, now=YEAR_END, days_off=["2027-01-01", "2027-01-04"])
    load_2027(deal, now=YEAR_END + timedelta(days=1))
    row = contract_row()
    assert iso(row.due_at) == "2027-01-06T00:00:00+08:00"
    traces = list(DeadlineMove.objects.filter(deadline=row).order_by("id"))
    assert [each.new_due_at for each in traces][-1] < traces[-1].old_due_at
    told = Notice.objects.filter(kind="deadline_moved", once__endswith=f":{traces[-1].pk}")
    assert told.count() == 3


def test_a_revoked_year_makes_its_dates_provisional_again_and_loading_it_again_settles_them(
    deal: Deal,
) -> None:
    load_2027(deal, now=YEAR_END)
    settled = contract_row().due_at
    workdays.revoke(year=2027, by="省厅", now=YEAR_END)
    recount(reason="撤销", now=YEAR_END)
    assert contract_row().provisional
    deal.run(settled + timedelta(days=20))
    assert contract_row().status == "pending"
    load_2027(deal, now=settled + timedelta(days=20))
    deal.run(settled + timedelta(days=20))
    row = contract_row()
    assert (row.due_at, row.status) == (settled, "handled")
    assert row.moves.count() == 3
    assert Listing.objects.get().status == "defaulted"


# --- edges of the calendar


@pytest.mark.parametrize(
    ("trigger", "days", "ends"),
    [
        ("2023-12-29T10:00", 1, "2024-01-03"),
        ("2024-02-28T23:59", 1, "2024-03-01"),
        ("2024-02-29T00:00", 1, "2024-03-01"),
        ("2024-02-29T10:00", 1, "2024-03-02"),
        ("2026-02-13T10:00", 1, "2026-02-15"),
        ("2026-02-14T10:00", 1, "2026-02-25"),
        ("2026-09-30T10:00", 1, "2026-10-09"),
        ("2025-12-31T10:00", 1, "2026-01-05"),
    ],
)
@pytest.mark.django_db
def test_working_days_at_the_year_end_on_the_leap_day_and_over_make_up_days(
    trigger: str, days: int, ends: str
) -> None:
    due = end_of(working_days(days), triggered_at=datetime.fromisoformat(f"{trigger}+08:00"))
    assert (iso(due.at), due.provisional) == (f"{ends}T00:00:00+08:00", False)


@pytest.mark.django_db
def test_every_shipped_year_is_in_force_and_the_next_one_is_not() -> None:
    known = [read(path).year for path in sorted(FOLDER.glob("[0-9]*.json"))]
    assert [each.year for each in current().years] == known
    due = end_of(calendar_days(1), triggered_at=datetime.fromisoformat(f"{known[-1] + 1}-03-01T10:00+08:00"))
    assert due.provisional


TRIGGERS = (
    "2026-03-20T00:00+08:00",
    "2026-03-19T16:00+00:00",
    "2025-12-31T15:59+00:00",
    "2026-03-08T06:30+00:00",
    "2026-02-13T10:00+08:00",
    "2024-02-29T00:00+08:00",
    "2026-10-31T23:59:59.999999+08:00",
)
_COUNT = """
import django, sys
django.setup()
from datetime import datetime
from kernel.clock import iso
from kernel.deadlines.commands import calendar_days, end_of, working_days
for text in sys.argv[1:]:
    at = datetime.fromisoformat(text)
    print(iso(end_of(working_days(3), triggered_at=at).at), iso(end_of(calendar_days(7), triggered_at=at).at))
"""


def test_a_process_in_new_york_counts_the_same_dates(committed_db: str) -> None:
    environment = scratch.environment(committed_db) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "TZ": "America/New_York",
    }
    command = [sys.executable, "-c", _COUNT, *TRIGGERS]
    child = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    here = []
    for text in TRIGGERS:
        at_ = datetime.fromisoformat(text)
        ends = end_of(working_days(3), triggered_at=at_), end_of(calendar_days(7), triggered_at=at_)
        here.append(f"{iso(ends[0].at)} {iso(ends[1].at)}")
    assert child.stdout.splitlines() == here
    assert here[0] == here[1] == "2026-03-25T00:00:00+08:00 2026-03-27T00:00:00+08:00"
