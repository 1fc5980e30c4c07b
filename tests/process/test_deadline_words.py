"""The end of a day is said as 24:00 of that day, in notices as on pages; any other instant as it stands."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.notices.models import Notice
from apps.notices.states import Lead
from apps.portal.templatetags.exchange import until
from apps.process.reminders import _own
from config.env import ROOT
from kernel.clock import ended
from tests.factories.across import Across
from tests.factories.deal import at
from tests.factories.proceeds import Proceeds

MIDNIGHT, MINUTE = at("03-20 00:00"), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (MIDNIGHT, "2026-03-19 24:00"),
        (MIDNIGHT - MINUTE, "2026-03-19 23:59"),
        (MIDNIGHT + MINUTE, "2026-03-20 00:01"),
        (at("03-20 17:00"), "2026-03-20 17:00"),
    ],
)
def test_reminders_say_deadlines_as_pages_do(due_at: datetime, said: str) -> None:
    assert ended(due_at) == until(due_at) == said
    reminder = _own(1, "某项目", "作出决定", due_at, Lead.DAY, about="a", whom=[1])
    assert reminder.text == f"某项目：请在{said}前作出决定。"


@pytest.mark.django_db
def test_notices_on_proceeds_say_until_when(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    proceeds = Proceeds.of_sale()
    proceeds.received()
    told = Notice.objects.filter(text__contains="前分配")
    assert told.exists()
    assert {each.text.partition("前分配")[0][-16:] for each in told} == {"2026-05-22 24:00"}


@pytest.mark.django_db
def test_notices_on_a_published_scheme_say_until_when(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    told = Notice.objects.filter(text__contains="公示期至")
    assert told.exists()
    assert {each.text.partition("公示期至")[2] for each in told} == {"2026-09-29 24:00。"}


def test_no_notice_writes_a_deadline_by_another_hand() -> None:
    by_hand = re.compile(
        r"beijing\([\w.]*(due_at|ends_at|closes_at)\):%|_when\([\w.]*(due_at|ends_at|closes_at)\)"
    )
    written = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "apps/process").glob("*.py"))
        for line in path.read_text().splitlines()
        if by_hand.search(line)
    ]
    assert written == []
