"""The page of an act's form, and what it says of mistakes: above the form, beside each input and as links to them."""

import secrets
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.desks.form_fields import parts_of
from apps.desks.form_rows import takes_file
from apps.desks.onward import onward
from apps.desks.payouts import bound_payment, waiting_instead
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.stages.announcement.names import ANNOUNCEMENT_PUBLISH
from apps.stages.review.names import REVIEW_DECIDE
from apps.stages.review.states import SUBJECT_LABELS
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.errors import Refusal, beside
from kernel.web.api import status_of


def form_page(
    request: HttpRequest,
    act: Act,
    subject: Subject,
    first: Prefill,
    *,
    data: dict[str, Any],
    by: Actor,
    refusal: Refusal | None = None,
    more_rows: int = 0,
    draft_at: datetime | None = None,
) -> HttpResponse:
    """The form with `data` in it and `more_rows` empty rows more; what is refused is said on it."""
    subject_id = request.resolver_match.kwargs["subject_id"] if request.resolver_match else 0
    context = {
        "act": act,
        "subject": subject,
        "back": onward(request),
        "waits": waiting_instead(act, subject_id, first.data, by=by) if request.method != "POST" else None,
        "payment": bound_payment(act, subject_id, data, by=by),
        "parts": parts_of(
            act,
            data=data,
            offered=first.offered,
            errors=beside(refusal),
            more_rows=more_rows,
            items=first.items,
            remarks=first.remarks,
            of_class=first.of_class,
            musts=first.musts,
        ),
        "subject_id": subject_id,
        "takes_file": takes_file(act),
        "draft_at": draft_at,
        "opinions": list(SUBJECT_LABELS.items()) if act.name == REVIEW_DECIDE else [],
        "opinion": str(first.data.get("opinion", "")) if act.name == REVIEW_DECIDE else "",
        "paper_url": _paper_url(act, subject),
        "first": first,
        "refusal": above(act, refusal),
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
        "findings": {each.item: each for each in first.findings},
    }
    status = status_of(refusal) if refusal and request.method == "POST" else 200
    return render(request, "desks/act.html", context, status=status)


def _paper_url(act: Act, subject: Subject) -> str:
    """Where the page that the act would print is previewed; empty where it prints none."""
    if act.name != ANNOUNCEMENT_PUBLISH or subject.listing is None:
        return ""
    return f"/desk/listings/{subject.listing.pk}/announcement-proof/"


_GROUPS = frozenset({"items", "answers"})
"""Inputs that are several together: what is wrong with them is said above the form, by name."""


def above(act: Act, refusal: Refusal | None) -> Refusal | None:
    """What is said above the form: of mistakes in inputs only that there are some, for each is said beside its own."""
    said = beside(refusal)
    if refusal is None or not said:
        return refusal
    names = set(act.form().fields)
    rest = {path: text for path, text in said.items() if _head(path) not in names}
    if len(rest) == len(said):
        return Refusal(refusal.code, refusal.sentence)
    if _GROUPS & set(said):
        return Refusal(refusal.code, refusal.sentence, rest)  # of a group of inputs it says which
    return Refusal(refusal.code, "填写内容有误，请按各项提示更正后重新提交。", rest)


def is_typed(path: str, data: dict[str, Any]) -> bool:
    """Whether there is something at `path` to be wrong; an input still empty is not complained of beside it."""
    return _head(path) in data


def problems(act: Act, errors: dict[str, str]) -> list[tuple[str, str, str]]:
    """(element, label, sentence) of every input that is wrong, for links to them."""
    fields = act.form().fields
    return [
        (f"id_{path.replace('.', '-') if '.' in path else path}", str(fields[_head(path)].label), said)
        for path, said in errors.items()
        if _head(path) in fields
    ]


def _head(path: str) -> str:
    return path.partition(".")[0]
