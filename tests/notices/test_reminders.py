"""Reminders: to those who still have to act, one day, one hour and ten minutes before, once, and never too early."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.listings.models import Listing
from apps.notices import commands, sms
from apps.notices.models import Notice
from apps.notices.queries import EVERYTHING
from apps.notices.rules import lead_due, reachable
from apps.notices.states import LEADS, Lead
from apps.parties.models import Person
from apps.process import reminders, tasks
from config.celery import app
from config.schedule import BEAT
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.outbox.commands import relay
from kernel.outbox.models import Message
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, at, opened

NOW = at("03-01 09:00")
_LEADS = ((timedelta(days=1), "一天"), (timedelta(hours=1), "一小时"), (timedelta(minutes=10), "十分钟"))


@given(left=st.timedeltas(min_value=timedelta(seconds=-10), max_value=timedelta(days=3)))
def test_the_reminder_is_the_shortest_lead_that_has_begun(left: timedelta) -> None:
    lead = lead_due(due_at=NOW + left, now=NOW)
    begun = [each for each, span in LEADS.items() if timedelta(0) < left <= span]
    if lead is None:
        assert begun == []
    else:
        assert LEADS[lead] == min(LEADS[each] for each in begun)


def _told(kind: str = "reminder") -> list[tuple[str, str]]:
    found = Notice.objects.filter(kind=kind).select_related("organisation").order_by("id")
    return [(each.organisation.name, each.title) for each in found]


def _remind(site: DeskSite, when: datetime) -> list[tuple[str, str]]:
    before = len(_told())
    reminders.remind(now=when)
    return _told()[before:]


@pytest.mark.django_db
def test_bidders_are_reminded_of_the_close_three_times_and_nobody_else_is() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        closes = listing_closes(listing)
        bidders = {site.organisation("a").name, site.organisation("b").name}
        assert [
            each for each in _remind(site, closes - timedelta(days=1, seconds=1)) if each[0] in bidders
        ] == []
        for lead, words in _LEADS:
            told = _remind(site, closes - lead)
            assert {name for name, title in told if "完成报价" in title and words in title} == bidders
            assert _remind(site, closes - lead) == []
        assert _remind(site, closes) == []
        outsider = site.organisation("outsider").pk
        assert not Notice.objects.filter(organisation_id=outsider).exists()


def listing_closes(listing: Listing) -> datetime:
    """When bidding on a lot ends."""
    return Deadline.objects.get(kind="bidding_close", case_id=listing.pk).due_at


@pytest.mark.django_db
def test_who_has_paid_is_not_reminded_of_the_deposit() -> None:
    with opened() as site:
        listing = steps.announced(site)
        site.go("03-10 10:00")
        steps.qualified(site, listing, "a")
        steps.registered(site, listing, "b")
        listing.refresh_from_db()
        assert listing.deposit_cutoff_at is not None
        told = _remind(site, listing.deposit_cutoff_at - timedelta(hours=1))
        assert [name for name, title in told if "保证金" in title] == [site.organisation("b").name]


@pytest.mark.django_db
def test_a_party_that_has_signed_is_not_reminded_to_sign() -> None:
    with opened() as site:
        listing = steps.confirmed(site)
        site.both("seller", "contract.sign", listing.pk)
        due = Deadline.objects.get(kind="contract", case_id=listing.pk).due_at
        told = {name for name, title in _remind(site, due - timedelta(minutes=5)) if "签署" in title}
        assert told == {site.organisation("b").name, site.organisation("centre").name}


@pytest.mark.django_db
def test_a_deadline_that_moved_is_reminded_of_anew_and_a_paused_one_not() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        row = Deadline.objects.get(kind="review", case_id=listing.pk)
        first = row.due_at
        assert _remind(site, first - timedelta(hours=1))
        Deadline.objects.filter(pk=row.pk).update(
            due_at=first + timedelta(days=2), try_at=first + timedelta(days=2)
        )
        assert _remind(site, first + timedelta(days=2) - timedelta(hours=1))
        deadlines.pause_all(case_id=listing.pk, at=first)
        assert _remind(site, first + timedelta(days=2) - timedelta(minutes=5)) == []


@pytest.mark.django_db
def test_mail_and_text_messages_follow_each_persons_wishes() -> None:
    with opened() as site:
        people = [each.person for each in site.people["a"][:3]]
        for number, person in enumerate(people):
            Person.objects.filter(pk=person.pk).update(
                email=f"a{number}@example.org", phone=f"1380000000{number}"
            )
        page = "/desk/preferences/"
        site.browser("a", 0).post(page, {"by_sms": "true", "leads": ["hour"]})
        site.browser("a", 1).post(page, {"by_email": "true", "leads": ["day"]})
        now = at("03-01 10:00")
        mine = site.organisation("a").pk
        for about, lead in (("1", Lead.HOUR), ("2", Lead.DAY)):
            commands.tell(
                organisation_id=mine, kind="reminder", title="题", text="文", now=now, about=about, lead=lead
            )
        messages = Message.objects.filter(topic__in=["email", "sms"])
        sent = {(each.topic, each.key[-1]): each.payload["to"] for each in messages}
        assert sent == {
            ("sms", "1"): ["13800000000"],
            ("email", "1"): ["a2@example.org"],
            ("email", "2"): ["a1@example.org", "a2@example.org"],
        }
        while relay(now=now):
            pass
        assert not Message.objects.filter(topic="sms", sent_at=None).exists()


def test_addresses_come_once_and_in_order() -> None:
    assert reachable([(each, EVERYTHING) for each in ("b", "a", "", "b")], None) == ["a", "b"]


def test_the_console_gateway_shows_no_whole_number(capsys: pytest.CaptureFixture[str]) -> None:
    sms.ConsoleGateway().send(to="13800000001", text="文", reference="1-0001")
    assert "13800000001" not in capsys.readouterr().out


def test_every_pulse_of_the_beat_has_a_task_that_a_worker_knows() -> None:
    app.loader.import_default_modules()
    assert {each["task"] for each in BEAT.values()} <= set(app.tasks)


@pytest.mark.django_db
def test_the_pulse_reminds() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        site.clock.move_to(listing_closes(listing) - timedelta(minutes=9))
        before = len(_told())
        tasks.remind()
        assert len(_told()) > before
