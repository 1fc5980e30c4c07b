"""Who comes in, who fails to, who goes out (登录、登录失败、退出): each is recorded, with its address.

Django says so for every door: pages, administration, API.
"""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from apps.parties import devices
from apps.parties.models import Person
from apps.parties.queries import actor_for
from kernel import clock
from kernel.actors import PUBLIC, Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal
from kernel.web.origin import address_of

_MOST_SIGNS = 150
_WRONG = Refusal(Code.NOT_PERMITTED, "用户名或密码不正确。")
_LOCKED = Refusal(Code.NOT_PERMITTED, "密码输错次数过多，暂停登录。")


def connect() -> None:
    """Listen at every door, from the start of the process."""
    user_logged_in.connect(_came_in, dispatch_uid="parties.came_in")
    user_logged_out.connect(_went_out, dispatch_uid="parties.went_out")
    user_login_failed.connect(_failed, dispatch_uid="parties.failed")


@transaction.atomic
def came_in(request: HttpRequest, person: Person, *, door: str) -> None:
    """Somebody has signed in: recorded, and the device is known from now on. `door` is page or token."""
    now = clock.now()
    devices.remember(request, person, now=now)
    audit.record(
        verb="person.login", by=_somebody(person, request), now=now, subject=person, after={"door": door}
    )


@transaction.atomic
def went_out(request: HttpRequest, person: Person, *, door: str) -> None:
    """Somebody has signed out: recorded."""
    by = _somebody(person, request)
    end_tickets(person)
    audit.record(verb="person.logout", by=by, now=clock.now(), subject=person, after={"door": door})


def end_tickets(person: Person) -> None:
    """Every bidding ticket of the person is dead; pages that are still open in another browser fetch new ones."""
    Person.objects.filter(pk=person.pk).update(tickets_round=F("tickets_round") + 1)


@transaction.atomic
def change_password(request: HttpRequest, person: Person, *, word: str) -> None:
    """A new password for oneself: tokens, tickets and other browsers' logins end with the old one."""
    person.set_password(word)
    person.save(update_fields=["password"])
    end_tickets(person)
    devices.forget_others(request, person)
    audit.record(verb="person.password", by=_somebody(person, request), now=clock.now(), subject=person)


def _somebody(person: Person, request: HttpRequest) -> Actor:
    """The person in the first duty, or without any."""
    found = actor_for(person, address=address_of(request))
    if found.is_person:
        return found
    return Actor(person.pk, str(person), 0, "", PUBLIC.role, None, address=address_of(request))


def _came_in(sender: Any, request: HttpRequest | None, user: Person, **_: Any) -> None:
    if request is not None:
        came_in(request, user, door="page")


def _went_out(sender: Any, request: HttpRequest | None, user: Person | None, **_: Any) -> None:
    if request is not None and isinstance(user, Person):
        went_out(request, user, door="page")


def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password, or a name that is locked: with the name that was tried, never with what was typed beside it."""
    if request is None:
        return
    username = str(credentials.get("username") or "")[:_MOST_SIGNS].replace("\x00", "")
    devices.note_failure(request, username)
    locked = getattr(request, "axes_locked_out", False)
    audit.record_refusal(
        verb="person.login",
        by=Actor(
            0, PUBLIC.person_name, 0, PUBLIC.organisation_name, PUBLIC.role, None, address=address_of(request)
        ),
        now=clock.now(),
        case_id=None,
        refusal=_LOCKED if locked else _WRONG,
        tried={"username": username},
    )
