"""Dates as a calendar file (iCalendar, RFC 5545) that people subscribe to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from kernel.clock import BEIJING

_SPAN = timedelta(minutes=15)


class Status(StrEnum):
    """How sure an entry is (RFC 5545 §3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Date:
    """One entry. `uid` is the same for as long as the thing it stands for, under whatever name the site is reached.

    It ends at `at`, or begins there (`begins`). `sequence` rises with each change, so that programs that have an older
    copy take the new one. A provisional date is tentative.
    """

    uid: str
    title: str
    at: datetime
    provisional: bool = False
    text: str = ""
    url: str = ""
    begins: bool = False
    status: Status = Status.CONFIRMED
    sequence: int = 0


def calendar_of(name: str, events: Iterable[Date], *, now: datetime) -> bytes:
    """A calendar on Beijing's clock. A deadline's entry ends at the deadline; one at 00:00 falls on the day before.

    Provisional dates are TENTATIVE and say so in their title; what will not come about is CANCELLED.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Supplementary Farmland Quota Exchange//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    calendar.add_component(_beijing_time())
    for each in events:
        calendar.add_component(_event(each, now=now))
    return bytes(calendar.to_ical())


def _beijing_time() -> Timezone:
    """Asia/Shanghai as it has been since 1992: eight hours ahead, without summer time."""
    zone = Timezone()
    zone.add("tzid", "Asia/Shanghai")
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001 - local by definition
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(date: Date, *, now: datetime) -> Event:
    event = Event()
    at = date.at.astimezone(BEIJING)
    event.add("uid", date.uid)
    event.add("dtstamp", now)
    event.add("dtstart", at if date.begins else at - _SPAN)
    event.add("dtend", at + _SPAN if date.begins else at)
    event.add("summary", f"{date.title}（预估）" if date.provisional else date.title)
    tentative = date.provisional and date.status is Status.CONFIRMED
    event.add("status", str(Status.TENTATIVE if tentative else date.status))
    event.add("sequence", date.sequence)
    event.add("transp", "TRANSPARENT")
    if date.text:
        event.add("description", date.text)
    if date.url:
        event.add("url", date.url)
    return event
