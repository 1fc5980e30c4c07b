"""The exchange as people meet it: several of them signed in, each filling in the forms that the pages show."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from html.parser import HTMLParser
from typing import Any, TypeVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.documents.printing import small_pdf
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership, Organisation
from apps.parties.roles import Role
from apps.rehearsal.furnishing import furnish
from apps.rulebook import presets
from apps.rulebook.commands import install
from kernel import clock
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Duty
from kernel.clock import BEIJING, SimulatedClock
from kernel.web.opaque import shown
from tests.factories.stations import STATIONS

T = TypeVar("T")
WHO: dict[str, tuple[Role, str, str]] = {
    "centre": (Role.TRADING_CENTRE, "河南省自然资源交易中心", "410000"),
    "province": (Role.PROVINCIAL_DNR, "河南省自然资源厅", "410000"),
    "finance": (Role.FINANCE, "河南省财政厅", "410000"),
    "supervisor": (Role.SUPERVISOR, "河南省自然资源交易监督办公室", "410000"),
    "seller": (Role.COUNTY_GOVERNMENT, "通许县人民政府", "410222"),
    "a": (Role.COUNTY_GOVERNMENT, "新郑市人民政府", "410184"),
    "b": (Role.SITE_PROJECT_UNIT, "中牟水厂项目建设单位", "410122"),
    "outsider": (Role.COUNTY_GOVERNMENT, "封丘县人民政府", "410727"),
}


def at(text: str) -> datetime:
    """An instant of 2026 on Beijing's clock: "03-05 09:00"."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


class _Forms(HTMLParser):
    """The forms of a page: each with its address and the values that its inputs begin with."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select: str | None = None
        self._text: str | None = None
        self._buffer = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif self.forms and tag == "input" and given.get("type") not in ("submit", "file"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self._put(given.get("name", ""), given.get("value", ""))
        elif self.forms and tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and "selected" in given:
            self._put(self._select, given.get("value", ""))
        elif self.forms and tag == "textarea":
            self._text, self._buffer = given.get("name", ""), ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self._put(self._text, self._buffer.removeprefix("\n"))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._buffer += data

    def _put(self, name: str, value: str) -> None:
        if name:
            self.forms[-1][1].setdefault(name, []).append(value)


def form_of(answer: Any, *, having: str = "key") -> dict[str, list[str]]:
    """What the page's form with this input would send if nothing were typed."""
    reader = _Forms()
    reader.feed(answer.content.decode())
    for _, values in reader.forms:
        if having in values:
            return values
    raise AssertionError(f"the page has no form with {having}")


@dataclass
class DeskSite:
    """Organisations, their people, a browser each, and one clock."""

    clock: SimulatedClock
    people: dict[str, list[Membership]] = field(default_factory=dict)
    browsers: dict[int, Client] = field(default_factory=dict)
    rules: tuple[str, dict[str, Any] | None] = ("henan", None)

    @property
    def is_untouched(self) -> bool:
        """Nobody has signed in, and no time has passed."""
        return not self.browsers and self.clock.now() == at("03-01 09:00")

    def browser(self, key: str, place: int = 0) -> Client:
        """The signed-in browser of one member: 0 is the operator, 1 to 3 approvers."""
        membership = self.people[key][place]
        if membership.pk not in self.browsers:
            client = Client()
            client.force_login(membership.person, backend="django.contrib.auth.backends.ModelBackend")
            self.browsers[membership.pk] = client
        return self.browsers[membership.pk]

    def organisation(self, key: str) -> Organisation:
        """The organisation behind a key."""
        return self.people[key][0].organisation

    def go(self, when: str) -> None:
        """The clock moves on."""
        self.clock.move_to(at(when))

    def see(self, key: str, address: str, place: int = 0) -> str:
        """The text of a page that is there."""
        answer = self.browser(key, place).get(address)
        assert answer.status_code == 200, f"{key} {address}: {answer.status_code}"
        return answer.content.decode()

    def send(self, key: str, address: str, /, *, place: int = 0, **typed: Any) -> Any:
        """Open the form at an address, type, and send it."""
        browser = self.browser(key, place)
        page = browser.get(address)
        assert page.status_code == 200, f"{key} {address}: {page.status_code} {_refusal(page)}"
        answer: Any = browser.post(address, form_of(page) | typed)
        return answer

    def alone(
        self, key: str, act: str, subject: int = 0, *, place: int = 0, query: str = "", **typed: Any
    ) -> str:
        """An act of one person through its form; gives where the page leads on."""
        answer = self.send(key, f"/desk/acts/{act}/{subject}/{query}", place=place, **typed)
        assert answer.status_code == 302, f"{act}: {answer.status_code} {_refusal(answer)}"
        return str(answer.headers["Location"])

    def both(
        self, key: str, act: str, subject: int = 0, *, place: int = 1, query: str = "", **typed: Any
    ) -> str:
        """An act of two persons: the operator sends the form, the approver finds it on the desk and releases it."""
        self.alone(key, act, subject, query=query, **typed)
        return self.release(key, act, place=place)

    def release(self, key: str, act: str = "", *, place: int = 1) -> str:
        """The approver releases what was prepared last."""
        desk = self.see(key, "/desk/", place)
        waiting = Preparation.objects.filter(
            decided_at=None, organisation_id=self.organisation(key).pk
        ).latest("pk")
        address = f"/desk/preparations/{shown(waiting.pk, 'preparation')}/"
        assert address in desk, f"{act} does not wait on the approver's desk"
        self.see(key, address, place)
        answer = self.browser(key, place).post(address, {"decision": "release", "seen": waiting.digest})
        assert answer.status_code == 302, f"{act}: {answer.status_code} {_refusal(answer)}"
        return str(answer.headers["Location"])

    def attach(self, key: str, listing_id: int, kinds: list[str]) -> None:
        """Upload evidence on the listing's page."""
        for kind in kinds:
            file = SimpleUploadedFile("材料.pdf", small_pdf("材料", [kind]), content_type="application/pdf")
            address = f"/desk/listings/{listing_id}/evidence/"
            answer = self.browser(key).post(address, {"kind": kind, "file": file}, follow=True)
            assert "已上传" in answer.content.decode()


def _refusal(answer: Any) -> str:
    found = re.search(r'class="no".*?</div>', answer.content.decode(), re.DOTALL)
    wrong = re.findall(r'class="wrong"[^>]*>([^<]+)<', answer.content.decode())
    return (re.sub(r"<[^>]+>|\s+", " ", found.group(0)) if found else "") + "；".join(wrong)


@contextmanager
def opened(*, preset: str = "henan", changes: dict[str, Any] | None = None) -> Iterator[DeskSite]:
    """A house on 1 March 2026, with everybody registered and the rules in force."""
    with clock.simulated(at("03-01 09:00")) as simulated:
        now = simulated.now()
        rules = hashlib.sha256(repr((preset, changes)).encode()).hexdigest()[:6]
        people = STATIONS.enter(f"desk-{rules}", lambda: _settled(preset, changes, now=now))
        yield DeskSite(simulated, people, rules=(preset, changes))


def _settled(preset: str, changes: dict[str, Any] | None, *, now: datetime) -> dict[str, list[Membership]]:
    """The rules in force, and everybody who acts under them."""
    install(
        province="410000",
        name="河南省规则",
        legal_basis=["豫自然资投告〔2023〕83号"],
        parameters=presets.parameters(preset, changes),
        now=now,
    )
    people = {}
    for key, (role, name, region) in WHO.items():
        body = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
        furnish(body, now=now)
        duties = [Duty.OPERATOR, Duty.APPROVER, Duty.APPROVER, Duty.APPROVER]
        people[key] = [
            register_person(
                username=f"{key}{place}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=now
            )
            for place, duty in enumerate(duties)
        ]
    return people


def reached(step: Callable[[DeskSite], T]) -> Callable[[DeskSite], T]:
    """What `step` comes to on a house where nobody has done anything yet is a station."""

    @wraps(step)
    def taken(site: DeskSite) -> T:
        since = STATIONS.here
        if not (since.startswith("desk-") and site.is_untouched and STATIONS.may_enter(since)):
            return step(site)
        preset, changes = site.rules

        def build() -> tuple[dict[str, list[Membership]], datetime, T]:
            with opened(preset=preset, changes=changes) as fresh:
                made = step(fresh)
                return fresh.people, fresh.clock.now(), made

        name = f"{since}-{step.__name__}"
        people, now, made = STATIONS.enter(name, build, since=since)
        site.people.update(people)
        site.clock.move_to(now)
        result: T = made
        return result

    return taken
