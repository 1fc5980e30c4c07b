"""Tokens of programs (接口令牌): named, shown once, kept as a digest, good for ninety days at most, revocable.

A change of the person's password ends all of them, whoever makes it: a token says under which password it was given.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.parties.entrance import end_tickets
from apps.parties.models import ApiToken, Person
from kernel import clock
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found

LASTS_DAYS = 30
MOST_DAYS = 90
MOST_TOKENS = 20
_KEYWORD = b"token"
_NOTED_EVERY = timedelta(minutes=10)


def digest(key: str) -> str:
    """How a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def _under(person: Person) -> str:
    return digest(person.password)[:16]


@transaction.atomic
def issue(
    *, person: Person, name: str, days: int = LASTS_DAYS, by: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """A new token and its key, which is told this once. Refuses: invalid (no name, too long, too many)."""
    if not name.strip():
        raise Refused.because(Code.INVALID, "请给令牌起一个名称，以便日后辨认。", field="name")
    if not 1 <= days <= MOST_DAYS:
        raise Refused.because(Code.INVALID, f"令牌有效期须为1至{MOST_DAYS}天。", field="days")
    if valid(person, now=now).count() >= MOST_TOKENS:
        raise Refused.because(
            Code.INVALID, f"有效令牌最多{MOST_TOKENS}个，请先停用不再使用的。", field="name"
        )
    key = secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        person=person,
        name=name.strip()[:60],
        key_sha256=digest(key),
        under=_under(person),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(verb="token.issue", by=by, now=now, subject=made, after={"name": made.name, "days": days})
    return made, key


def valid(person: Person, *, now: datetime) -> QuerySet[ApiToken]:
    """The person's tokens that open something now, the newest first."""
    return ApiToken.objects.filter(
        person=person, under=_under(person), revoked_at=None, expires_at__gt=now
    ).order_by("-id")


@transaction.atomic
def revoke(*, token_id: int, person: Person, by: Actor, now: datetime) -> ApiToken:
    """A token opens nothing any more, at once, nor does a ticket to bid. Refuses not_found for another's."""
    found = valid(person, now=now).select_for_update().filter(pk=token_id).first()
    if found is None:
        raise not_found("令牌")
    found.revoked_at = now
    found.save(update_fields=["revoked_at"])
    end_tickets(person)
    audit.record(verb="token.revoke", by=by, now=now, subject=found, after={"name": found.name})
    return found


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …` of a program."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        """The person and the token; AuthenticationFailed for one that opens nothing."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != _KEYWORD:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed
        return self._known(parts[1])

    def _known(self, key: bytes) -> tuple[Person, ApiToken]:
        now = clock.now()
        sha256 = hashlib.sha256(key).hexdigest()
        found = ApiToken.objects.select_related("person").filter(key_sha256=sha256).first()
        if (
            found is None
            or found.revoked_at is not None
            or found.expires_at <= now
            or not found.person.is_active
            or found.under != _under(found.person)
        ):
            raise AuthenticationFailed
        if found.used_at is None or now - found.used_at > _NOTED_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(used_at=now)
        return found.person, found

    def authenticate_header(self, request: Request) -> str:
        """How to sign in."""
        return "Token"


def token_of(request: Any) -> ApiToken | None:
    """The token by which a request of the API came in; None for a session."""
    found = getattr(request, "auth", None)
    return found if isinstance(found, ApiToken) else None
