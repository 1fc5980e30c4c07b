"""A pulse comes every twenty seconds: whoever was reminded already costs it nothing more."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.notices.models import Notice
from apps.parties.models import Organisation
from apps.parties.roles import Role
from apps.process import reminders
from apps.watching.models import Watch
from kernel.deadlines import commands as deadlines
from tests.factories.deal import CENTRE, SELLER, A, B, Deal, at
from tests.factories.journey import OPENS, announced

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _watch(deal: Deal, *keys: str) -> None:
    for key in keys:
        Watch.objects.create(
            organisation=deal.organisation(key), listing=deal.listing, reminds=True, since=at("03-06 09:00")
        )


def _pulse(now: Any) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        reminders.remind(now=now)
    return [each["sql"] for each in queries.captured_queries]


def _writes(statements: list[str]) -> list[str]:
    return [each for each in statements if each.startswith(("INSERT", "UPDATE", "SAVEPOINT"))]


def test_who_was_reminded_is_not_written_to_again_at_every_pulse() -> None:
    deal = announced()
    _watch(deal, SELLER)
    now = OPENS - timedelta(minutes=9)
    deal.run(now)
    assert _writes(_pulse(now))
    told = Notice.objects.count()
    assert set(Notice.objects.filter(kind="watch").values_list("organisation_id", flat=True)) == {
        deal.organisation(SELLER).pk
    }
    assert Notice.objects.filter(kind="reminder").exists(), "who holds a paddle is reminded as well"
    first = _pulse(now + timedelta(seconds=20))
    assert _writes(first) == []
    assert len([each for each in first if 'FROM "notices_notice"' in each]) == 1
    _watch(deal, A, B)
    _pulse(now + timedelta(seconds=40))
    assert Notice.objects.count() == told + 2, "who came late is told, the others are not told twice"
    again = _pulse(now + timedelta(seconds=60))
    assert len(again) == len(first), "as many statements for three watchers as for one"


def test_an_office_that_is_not_there_silences_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    deal = announced()
    now = at("03-20 10:00")
    Organisation.objects.filter(kind=Role.FINANCE).update(active=False)
    for place, kind in enumerate(("deposit_refund", "filing"), start=1):
        due = now + timedelta(hours=20, minutes=place)
        deadlines.set_at(kind=kind, case_id=deal.listing_id, due_at=due, now=now)
    reminders.remind(now=now)
    told = Notice.objects.filter(kind="reminder", organisation=deal.organisation(CENTRE))
    assert [each.title for each in told if "备案" in each.title + each.text]
    assert "nobody to remind" in caplog.text
