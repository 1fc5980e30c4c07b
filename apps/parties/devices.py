"""Known devices (常用设备): whoever has signed in from a browser is let in from it, whatever others try elsewhere.

A name is locked for an address after ten wrong passwords (django-axes). Behind a county's one router everybody shares
that address, so a browser that knows its owner is counted by itself.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.parties.models import KnownDevice, Person
from kernel import clock

COOKIE = "device"
LASTS = timedelta(days=400)
MOST_FAILURES = 10
"""So many wrong passwords in a row from a device itself, and it is a stranger's."""
MOST_DEVICES = 20
_SALT = "apps.parties.devices"
_NEW = "_exchange_new_device"


def key_of(request: HttpRequest) -> str:
    """The key that the browser holds; empty for none, and for one that we did not sign."""
    shown = request.COOKIES.get(COOKIE, "")
    try:
        return str(signing.Signer(salt=_SALT).unsign(shown)) if shown else ""
    except signing.BadSignature:
        return ""


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def is_known(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> bool:
    """Whether the person who signs in has done so from this device: its tries are not counted with the address's."""
    key, username = key_of(request), str((credentials or {}).get("username") or "")
    if not key or not username:
        return False
    known = KnownDevice.objects.filter(person__username=username, key_sha256=_digest(key))
    return known.filter(used_at__gte=clock.now() - LASTS).exists()


def remember(request: HttpRequest, person: Person, *, now: datetime) -> None:
    """The person has signed in from this device; the answer to this request gives a new one its key."""
    key = key_of(request)
    if not key:
        key = secrets.token_urlsafe(24)
        setattr(request, _NEW, key)
    KnownDevice.objects.update_or_create(
        person=person, key_sha256=_digest(key), defaults={"used_at": now, "failures": 0}
    )
    kept = person.devices.values_list("pk", flat=True)[:MOST_DEVICES]
    person.devices.exclude(pk__in=list(kept)).delete()


def note_failure(request: HttpRequest, username: str) -> None:
    """A wrong password from a device that knows the person; after too many it does not any more."""
    key = key_of(request)
    if not key:
        return
    known = KnownDevice.objects.filter(person__username=username, key_sha256=_digest(key))
    known.update(failures=F("failures") + 1)
    known.filter(failures__gte=MOST_FAILURES).delete()


def forget_others(request: HttpRequest, person: Person) -> None:
    """The person's other devices are strangers again, as after a change of password."""
    person.devices.exclude(key_sha256=_digest(key_of(request))).delete()


class DeviceMiddleware:
    """Gives a browser its key when somebody has just signed in from it for the first time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the key."""
        response = self.get_response(request)
        key = getattr(request, _NEW, "")
        if key:
            response.set_cookie(
                COOKIE,
                signing.Signer(salt=_SALT).sign(key),
                max_age=int(LASTS.total_seconds()),
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response
