"""The form of any act, and the release of what a colleague prepared. Deciding is the commands' business."""

import secrets
from base64 import b64encode
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from apps.crossprovince.beginning import why_not_act_on
from apps.crossprovince.demand_beginning import why_not_act_on as why_not_act_on_demand
from apps.desks.access import desk
from apps.desks.form_fields import data_of, parts_of
from apps.desks.form_rows import is_file_chosen, kept_rows, read_files, takes_file
from apps.desks.initial import prefill
from apps.desks.onward import leading_back, onward
from apps.desks.payouts import PAYS, bound_payment, waiting_instead
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject, subject_of
from apps.listings.states import LABELS, ListingStatus
from apps.notices.commands import read_about
from apps.parties.roles import Can
from apps.process.issuing import notices
from apps.questions.names import QUESTION_ASK
from apps.stages.announcement.names import ANNOUNCEMENT_PUBLISH
from apps.stages.bidding.names import BID_PLACE
from apps.stages.review.names import REVIEW_DECIDE
from apps.stages.review.states import SUBJECT_LABELS
from apps.surplus.beginning import standings_of, why_not_begin
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts import drafts
from kernel.acts.act import Act, act_called
from kernel.acts.perform import Done, dry_run, perform
from kernel.deadlines import runner
from kernel.errors import Refusal, Refused, beside
from kernel.transitions import why_not_in
from kernel.web.api import status_of
from kernel.web.methods import post_from
from kernel.web.opaque import shown

NOT_ON_FORMS = frozenset({BID_PLACE, QUESTION_ASK})
"""Acts without a form here: bids are placed in the hall, beside the price of the moment; one asks on a lot's page."""

_SENTENCES = {
    "done": gettext_noop("已办理：%(label)s。"),
    "prepared": gettext_noop("已提交待审核：%(label)s。本单位审核人员审核后生效。"),
    "repeated": gettext_noop("该事项此前已办理，未重复办理：%(label)s。"),
}


def _act(name: str, *, by: Actor) -> Act:
    try:
        act = act_called(name)
    except KeyError as error:
        raise Http404 from error
    if name in NOT_ON_FORMS:
        raise Http404
    if not by.can(act.capability):
        raise PermissionDenied
    return act


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.SIGN_IN)
def act_page(request: HttpRequest, *, by: Actor, now: datetime, name: str, subject_id: int) -> HttpResponse:
    """The form of one act on one subject; posting it performs the act, or prepares it for the approver."""
    act = _act(name, by=by)
    subject = subject_of(act, subject_id, by=by)
    if subject.listing is not None and runner.run_due(now=now, case_id=subject.listing.pk):
        subject = subject_of(act, subject_id, by=by)
    if act.two_persons and by.duty is Duty.APPROVER:
        return _for_approver(request, act, subject, subject_id, by=by)
    first = prefill(act.name, subject, by=by, now=now, request=request)
    if request.method == "POST":
        return _posted(request, act, subject, subject_id, first, by=by, now=now)
    kept = drafts.draft_of(act, subject_id=subject_id, by=by, now=now)
    refusal = _why_not_now(act, subject, by=by)
    if kept is not None and not request.GET.get("opinion"):
        return _form(
            request,
            act,
            subject,
            first,
            data=first.data | kept.data,
            draft_at=kept.saved_at,
            refusal=refusal,
            by=by,
        )
    return _form(request, act, subject, first, data=first.data, refusal=refusal, by=by)


def _why_not_now(act: Act, subject: Subject, *, by: Actor) -> Refusal | None:
    """Whether the status of the case forbids the act, said before anything is filled in."""
    if subject.verification is not None:
        standing = standings_of([subject.verification])[subject.pk]
        return why_not_begin(act, subject.verification, standing, by=by)
    if subject.adjustment is not None:
        return why_not_act_on(subject.adjustment, act)
    if subject.demand is not None:
        return why_not_act_on_demand(subject.demand, act)
    if subject.listing is None or not act.statuses:
        return None
    return why_not_in(subject.listing.state, [ListingStatus(each) for each in act.statuses], labels=LABELS)


@post_from("/desk/acts/{name}/{subject_id}/")
@desk(Can.SIGN_IN)
def check(request: HttpRequest, *, by: Actor, now: datetime, name: str, subject_id: int) -> HttpResponse:
    """What would be refused as the form stands now, for a page that asks while it is filled in; keeps the draft."""
    act = _act(name, by=by)
    subject = subject_of(act, subject_id, by=by)
    first = prefill(act.name, subject, by=by, now=now, request=request)
    data = data_of(act, request.POST, initial=first.data)
    drafted = _drafted(act, subject_id, by=by, now=now)
    kept = kept_rows(act, data, drafted, first.data)
    draft = {name: value for name, value in data.items() if name not in kept} | kept_rows(act, data, drafted)
    drafts.keep(act, subject_id=subject_id, data=draft, by=by, now=now, key=request.POST.get("key", "")[:100])
    if is_file_chosen(act, request.POST):
        return render(request, "desks/check.html", {"checked": now, "unread": True})
    data |= kept
    refusal = dry_run(act, subject_id=subject_id, data=data, by=by, now=now)
    typed = {path: said for path, said in beside(refusal).items() if _is_typed(path, data)}
    parts = parts_of(
        act, data=data, offered=first.offered, errors=typed, items=first.items, of_class=first.of_class
    )
    context = {
        "checked": now,
        "check_refusal": _above(act, refusal),
        "problems": _problems(act, beside(refusal)),
        "parts": parts,
        "pays": act.name in PAYS,
        "payment": bound_payment(act, subject_id, data, by=by),
    }
    return render(request, "desks/check.html", context)


def _drafted(act: Act, subject_id: int, *, by: Actor, now: datetime) -> dict[str, Any]:
    """What the person's draft has; asked only for forms whose rows may be too many to be posted."""
    found = drafts.draft_of(act, subject_id=subject_id, by=by, now=now) if takes_file(act) else None
    return found.data if found else {}


def _is_typed(path: str, data: dict[str, Any]) -> bool:
    """Whether there is something at `path` to be wrong; an input still empty is not complained of beside it."""
    return _head(path) in data


def _problems(act: Act, errors: dict[str, str]) -> list[tuple[str, str, str]]:
    """(element, label, sentence) of every input that is wrong, for links to them."""
    fields = act.form().fields
    return [
        (f"id_{path.replace('.', '-') if '.' in path else path}", str(fields[_head(path)].label), said)
        for path, said in errors.items()
        if _head(path) in fields
    ]


@post_from(f"/desk/acts/{ANNOUNCEMENT_PUBLISH}/{{listing_id}}/")
@desk(Can.RUN_TRADES)
def announcement_proof(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The printed pages of the announcement as the form stands now, or what still keeps it from being printed."""
    act = _act(ANNOUNCEMENT_PUBLISH, by=by)
    subject = subject_of(act, listing_id, by=by)
    first = prefill(act.name, subject, by=by, now=now, request=request)
    data = data_of(act, request.POST, initial=first.data)
    try:
        pages = notices.announcement_proof(listing_id=listing_id, data=data, by=by, now=now)
    except Refused as no:
        return render(request, "desks/proof.html", {"pages": [], "refusal": no.refusal})
    shown = [b64encode(page).decode() for page in pages]
    return render(request, "desks/proof.html", {"pages": shown, "refusal": None})


@post_from("/desk/acts/{name}/{subject_id}/")
@desk(Can.SIGN_IN)
def clear_draft(
    request: HttpRequest, *, by: Actor, now: datetime, name: str, subject_id: int
) -> HttpResponse:
    """Forget what was typed and begin again."""
    act = _act(name, by=by)
    drafts.clear(act, subject_id=subject_id, by=by, now=now)
    return redirect(leading_back(f"/desk/acts/{act.name}/{subject_id}/", onward(request)))


def _for_approver(
    request: HttpRequest, act: Act, subject: Subject, subject_id: int, *, by: Actor
) -> HttpResponse:
    """An approver releases what was prepared; where nothing was, the page says so."""
    slots = list(waiting(by).filter(subject_id=subject_id, act=act.name)[:50])
    if len(slots) == 1:
        return redirect(
            leading_back(f"/desk/preparations/{shown(slots[0].pk, 'preparation')}/", onward(request))
        )
    context = {"act": act, "subject": subject, "slots": slots, "back": onward(request)}
    return render(request, "desks/nothing_prepared.html", context)


def _posted(
    request: HttpRequest,
    act: Act,
    subject: Subject,
    subject_id: int,
    first: Prefill,
    *,
    by: Actor,
    now: datetime,
) -> HttpResponse:
    data = data_of(act, request.POST, initial=first.data)
    data |= kept_rows(act, data, _drafted(act, subject_id, by=by, now=now), first.data)
    key = request.POST.get("key", "")[:100]
    try:
        read = read_files(act, request.FILES)
    except Refused as no:
        return _form(request, act, subject, first, data=data, refusal=no.refusal, by=by)
    if read:
        data |= read
        drafts.keep(act, subject_id=subject_id, data=data, by=by, now=now, key=key)
    if request.POST.get("fill"):
        return _form(
            request, act, subject, first, data=data | {name: first.data[name] for name in first.fills}, by=by
        )
    if request.POST.get("more"):
        return _form(request, act, subject, first, data=data, more_rows=3, by=by)
    try:
        done = perform(act, subject_id=subject_id, data=data, by=by, now=now, key=key)
    except Refused as no:
        return _form(request, act, subject, first, data=data, refusal=no.refusal, by=by)
    drafts.clear(act, subject_id=subject_id, by=by, now=now, key=key)
    if subject.listing is not None:
        read_about(case_id=subject.listing.pk, by=by, now=now)
    return told(request, act, done, back=onward(request) or _next_page(subject, done))


def _next_page(subject: Subject, done: Done) -> str:
    if computed := done.answer.get("computation"):
        return f"/desk/guide-prices/{shown(computed, 'computation')}/"
    for name, page in _PAGES.items():
        if made := done.answer.get(name):
            return f"{page}{made}/"
    return subject.url


_PAGES = {
    "listing": "/desk/listings/",
    "verification": "/desk/verifications/",
    "adjustment": "/desk/adjustments/",
    "demand": "/desk/demands/",
}
"""Where what an act has made is shown."""


def told(request: HttpRequest, act: Act, done: Done, *, back: str) -> HttpResponse:
    """Say what happened and go on to `back`."""
    text = _(_SENTENCES[done.outcome]) % {"label": _(act.label)}
    if done.answer.get("message"):
        text += str(done.answer["message"])
    if done.answer.get("path"):
        text += _("请将此链接交给本人，只显示一次：%(link)s") % {
            "link": request.build_absolute_uri(str(done.answer["path"]))
        }
    messages.success(request, text)
    return redirect(back)


def _form(
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
        ),
        "subject_id": subject_id,
        "takes_file": takes_file(act),
        "draft_at": draft_at,
        "opinions": list(SUBJECT_LABELS.items()) if act.name == REVIEW_DECIDE else [],
        "opinion": str(first.data.get("opinion", "")) if act.name == REVIEW_DECIDE else "",
        "paper_url": _paper_url(act, subject),
        "first": first,
        "refusal": _above(act, refusal),
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


def _above(act: Act, refusal: Refusal | None) -> Refusal | None:
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


def _head(path: str) -> str:
    return path.partition(".")[0]
