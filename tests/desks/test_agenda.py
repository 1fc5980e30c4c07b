"""One's own deadlines in a calendar program."""

import re

import pytest
from django.test import Client
from icalendar import Calendar

from apps.parties.models import Person
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened

pytestmark = pytest.mark.django_db


def _events(content: bytes) -> list[str]:
    return [str(each["SUMMARY"]) for each in Calendar.from_ical(content).walk("VEVENT")]


def _address(site: DeskSite, key: str) -> str:
    found = re.search(r"/calendar/[^\s<\"]+\.ics", site.see(key, "/desk/calendar/"))
    assert found is not None
    return found.group(0)


def test_the_file_holds_what_one_has_to_do_and_by_when() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        answer = site.browser("centre").get("/desk/calendar.ics")
        assert answer.headers["Content-Type"].startswith("text/calendar")
        events = _events(answer.content)
        assert any("出具资格审查意见" in each and listing.title in each for each in events)
        assert _events(site.browser("outsider").get("/desk/calendar.ics").content) == []


def test_a_program_without_a_login_reads_it_by_its_secret_address_alone() -> None:
    with opened() as site:
        steps.submitted(site)
        address = _address(site, "centre")
        anybody = Client()
        assert _events(anybody.get(address).content) == _events(
            site.browser("centre").get("/desk/calendar.ics").content
        )
        assert anybody.get(address.replace(".ics", "x.ics")).status_code == 404
        assert anybody.get("/calendar/x.ics").status_code == 404


def test_the_address_ends_with_the_password_and_with_the_duty() -> None:
    with opened() as site:
        address = _address(site, "centre")
        duty = site.people["centre"][0]
        duty.active = False
        duty.save()
        assert Client().get(address).status_code == 404
        duty.active = True
        duty.save()
        assert Client().get(address).status_code == 200
        person = Person.objects.get(pk=duty.person_id)
        person.set_password("a new one 2026")
        person.save()
        assert Client().get(address).status_code == 404
