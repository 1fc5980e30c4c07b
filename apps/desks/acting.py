"""Filling in the form of any act and posting it, or releasing what is prepared. Deciding is the commands' business."""

from base64 import b64encode
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from apps.crossprovince.beginning import why_not_act_on
from apps.crossprovince.demand_beginning import why_not_act_on as why_not_act_on_demand
from apps.crossprovince.names import ADJUSTMENT_AMEND, ADJUSTMENT_DRAFT
from apps.desks.access import desk
from apps.desks.adjustment_initial import written_so_far
from apps.desks.downloads import download
from apps.desks.form_fields import data_of, parts_of
from apps.desks.form_page import above, form_page, is_typed, problems
from apps.desks.form_rows import blank_table, is_file_chosen, kept_rows, read_files, takes_file
from apps.desks.initial import prefill
from apps.desks.onward import act_address, leading_back, onward
from apps.desks.payouts import PAYS, bound_payment
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject, subject_of
from apps.listings.states import LABELS, ListingStatus
from apps.notices.commands import read_about
from apps.parties.roles import Can
from apps.process.issuing import notices
from apps.questions.names import QUESTION_ASK
from apps.stages.announcement.names import ANNOUNCEMENT_PUBLISH
from apps.stages.bidding.names import BID_PLACE
from apps.surplus.beginning import standings_of, why_not_begin
from kernel import sheets
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts import drafts
from kernel.acts.act import Act, act_called
from kernel.acts.perform import Done, dry_run, perform
from kernel.deadlines import runner
from kernel.errors import Refusal, Refused, beside
from kernel.transitions import why_not_in
from kernel.web.methods import post_from
from kernel.web.opaque import shown

NOT_ON_FORMS = frozenset({BID_PLACE, QUESTION_ASK})
"""Acts without a form here: bids are placed in the hall, beside the price of the moment; one asks on a lot's page."""

_WRITTEN = frozenset({ADJUSTMENT_DRAFT, ADJUSTMENT_AMEND})
"""What may be kept before it may be submitted: the check says what is still in the way, with the figures so far."""

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
        return form_page(
            request,
            act,
            subject,
            first,
            data=first.data | kept.data,
            draft_at=kept.saved_at,
            refusal=refusal,
            by=by,
        )
    return form_page(request, act, subject, first, data=first.data, refusal=refusal, by=by)


def _why_not_now(act: Act, subject: Subject, *, by: Actor) -> Refusal | None:
    """Whether the status of the case forbids the act, said before anything is filled in."""
    if subject.refusal is not None:
        return subject.refusal
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


@require_safe
@desk(Can.SIGN_IN)
def table(request: HttpRequest, *, by: Actor, now: datetime, name: str, rows: str) -> HttpResponse:
    """The workbook to fill in with rows that the act takes from a table."""
    found = blank_table(_act(name, by=by), rows)
    if found is None:
        raise Http404
    label, content = found
    return download(content, content_type=sheets.MIME, name=f"{label}导入模板.xlsx")


@post_from("../")
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
    if is_file_chosen(act, request.POST, request.FILES):
        return render(request, "desks/check.html", {"checked": now, "unread": True})
    data |= kept
    refusal = dry_run(act, subject_id=subject_id, data=data, by=by, now=now)
    written = written_so_far(data, subject, by=by, now=now) if act.name in _WRITTEN else None
    typed = {path: said for path, said in beside(refusal).items() if is_typed(path, data)}
    parts = parts_of(
        act, data=data, offered=first.offered, errors=typed, items=first.items, of_class=first.of_class
    )
    context = {
        "checked": now,
        "check_refusal": above(act, refusal),
        "later_refusal": written.why_not_submitted() if written else None,
        "live_figures": written.figures() if written else [],
        "problems": problems(act, beside(refusal)),
        "parts": parts,
        "pays": act.name in PAYS,
        "payment": bound_payment(act, subject_id, data, by=by),
    }
    return render(request, "desks/check.html", context)


def _drafted(act: Act, subject_id: int, *, by: Actor, now: datetime) -> dict[str, Any]:
    """What the person's draft has; asked only for forms whose rows may be too many to be posted."""
    found = drafts.draft_of(act, subject_id=subject_id, by=by, now=now) if takes_file(act) else None
    return found.data if found else {}


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


@post_from("../")
@desk(Can.SIGN_IN)
def clear_draft(
    request: HttpRequest, *, by: Actor, now: datetime, name: str, subject_id: int
) -> HttpResponse:
    """Forget what was typed and begin again."""
    act = _act(name, by=by)
    drafts.clear(act, subject_id=subject_id, by=by, now=now)
    return redirect(leading_back(act_address(act, subject_id), onward(request)))


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
        return form_page(request, act, subject, first, data=data, refusal=no.refusal, by=by)
    if read:
        data |= read
        drafts.keep(act, subject_id=subject_id, data=data, by=by, now=now, key=key)
    if request.POST.get("fill"):
        return form_page(
            request, act, subject, first, data=data | {name: first.data[name] for name in first.fills}, by=by
        )
    if request.POST.get("more"):
        return form_page(request, act, subject, first, data=data, more_rows=3, by=by)
    try:
        done = perform(act, subject_id=subject_id, data=data, by=by, now=now, key=key)
    except Refused as no:
        return form_page(request, act, subject, first, data=data, refusal=no.refusal, by=by)
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
