"""How a rehearsal acts: straight through the gate that pages use, or through the HTTP API."""

import itertools
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

from apps.parties import tokens
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from kernel import clock, proofs
from kernel.actors import PUBLIC
from kernel.acts.act import Act
from kernel.acts.perform import digest_waiting, perform
from kernel.errors import Code, Refusal, Refused
from kernel.web.acts import PREFIX, act_path


@dataclass(frozen=True)
class Answer:
    """What came of one person's act: `done`, `prepared`, `repeated`, with its plain answer."""

    outcome: str
    detail: dict[str, Any]


class Channel(Protocol):
    """A way to act. Raises `Refused` with the refusal's code, sentence and figures."""

    def act(self, act: Act, *, subject_id: int, data: dict[str, Any], member: Membership | None) -> Answer:
        """One person's act; None is somebody who is not signed in."""


class Direct:
    """Through `perform`, as a page does."""

    def act(self, act: Act, *, subject_id: int, data: dict[str, Any], member: Membership | None) -> Answer:
        """One person's act."""
        from_member = actor_of(member, address="rehearsal") if member else PUBLIC
        seen = digest_waiting(act, subject_id=subject_id, data=data, by=from_member)
        done = perform(act, subject_id=subject_id, data=data, by=from_member, now=clock.now(), seen=seen)
        return Answer(done.outcome, done.answer)


class Api:
    """Through the site's HTTP API, in this process, with a token for each person and a key for each request.

    Whoever is not signed in is somebody else each time, at an address of its own.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._strangers = itertools.count(1)
        transport = httpx.WSGITransport(app=application, raise_app_exceptions=True)
        self._keys: dict[int, tuple[str, datetime]] = {}
        self._client = httpx.Client(transport=transport, base_url="http://localhost", timeout=600)

    def act(self, act: Act, *, subject_id: int, data: dict[str, Any], member: Membership | None) -> Answer:
        """One person's act, as a POST."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        client = self._client if member is not None else self._stranger()
        if member is not None:
            headers |= {"Authorization": f"Token {self._key(member)}", "X-Membership": str(member.pk)}
            seen = digest_waiting(act, subject_id=subject_id, data=data, by=actor_of(member))
            headers |= {"If-Match": f'"{seen}"'} if seen else {}
        elif "challenge" in act.form().fields:
            data = data | self._worked(subject_id)
        response = client.post(act_path(act, subject_id), json=data, headers=headers)
        body = response.json()
        if response.status_code == httpx.codes.OK:
            return Answer(body["outcome"], body["detail"])
        raise Refused(Refusal(Code(body["code"]), body["message"], _texts(body["detail"])))

    def _stranger(self) -> httpx.Client:
        address = f"2001:db8::{next(self._strangers):x}"  # RFC 3849: nobody's
        transport = httpx.WSGITransport(app=self._application, raise_app_exceptions=True, remote_addr=address)
        return httpx.Client(transport=transport, base_url="http://localhost", timeout=600)

    def _key(self, member: Membership) -> str:
        """A token of the person's for this rehearsal, and another one before it expires."""
        now = clock.now()
        key, until = self._keys.get(member.person_id, ("", now))
        if now >= until:
            days = tokens.MOST_DAYS
            _, key = tokens.issue(
                person=member.person, name="rehearsal", by=actor_of(member), now=now, days=days
            )
            self._keys[member.person_id] = (key, now + timedelta(days=days - 1))
        return key

    def _worked(self, listing_id: int) -> dict[str, str]:
        """What somebody without a login works for first; nothing where there is nothing to object to."""
        given = self._client.get(f"{PREFIX}listings/{listing_id}/objection-challenge/").json()
        if "challenge" not in given:
            return {}
        answer = proofs.answer_to(proofs.Challenge(given["challenge"], given["bits"]))
        return {"challenge": given["challenge"], "answer": answer}


def _texts(detail: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in detail.items()} if isinstance(detail, dict) else {}
