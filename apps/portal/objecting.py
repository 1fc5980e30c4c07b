"""Objecting on public pages (提出异议): the form's challenge, what was typed, and the receipt that is shown once."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kernel import proofs
from kernel.actors import PUBLIC
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.anonymous import Sort
from kernel.errors import Refusal
from kernel.sealing import open_sealed, seal

_FIELDS = ("text", "name", "contact")


def challenge(
    request: HttpRequest, case_id: int, sort: Sort, *, when: bool, now: datetime
) -> proofs.Challenge | None:
    """What a visitor without a login works for before it objects or asks; None where it cannot do so."""
    if request.user.is_authenticated or not when:
        return None
    return proofs.challenge(about=sort.about(case_id), now=now)


def receipt_to_show(request: HttpRequest) -> str:
    """The code of what was just handed in: shown on the page that follows, once."""
    wanted = "receipt" in request.GET or "objected" in request.GET
    sealed = str(request.session.pop("receipt", "")) if wanted else ""
    return open_sealed(sealed) if sealed else ""


def keep_receipt(request: HttpRequest, code: str) -> None:
    """For the page that follows; sealed, since a session names who is signed in."""
    request.session["receipt"] = seal(code)


def wrong_fields(request: HttpRequest, refusal: Refusal | None) -> dict[str, str]:
    """What is wrong with each field of the objection; nothing when it is refused for another reason."""
    if refusal is None:
        return {}
    missing = _("请填写该项，以便核实和答复；您的身份依法保密。")
    found = {name: refusal.detail[name] for name in _FIELDS if name in refusal.detail}
    return found | {name: missing for name in found if not request.POST.get(name, "").strip()}


def objected(request: HttpRequest, act: str, case_id: int, *, now: datetime) -> None:
    """Object as the public, also somebody signed in: the record is to name nobody. Refuses as the act."""
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in (*_FIELDS, "challenge", "answer")}
    key = request.POST.get("key", "")[:100]
    done = perform(act_called(act), subject_id=case_id, data=typed, by=PUBLIC, now=now, key=key)
    keep_receipt(request, str(done.answer["receipt"]))
