"""Pairings (对口关系) on the province's desk: the list, the papers of outside for them, recording and ending."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.evidence import MOST_FILES, Wanted, take_files
from apps.desks.views import PAGE, before, next_page
from apps.documents.incoming import paper_waiting
from apps.documents.models import Attachment
from apps.documents.names import INCOMING_CORRECT
from apps.documents.states import AttachmentKind
from apps.pairing.names import PAIRING_END, PAIRING_RECORD
from apps.pairing.queries import called, visible_to
from apps.parties.roles import Can
from apps.process import uploads
from kernel.actors import Actor, Duty
from kernel.clock import beijing
from kernel.web.methods import post_from

_PAPER = AttachmentKind.INCOMING_DOCUMENT


@require_safe
@desk(Can.DECIDE_FOR_PROVINCE)
def pairings(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """All of the province, the newest first, with what may be done, and the papers that no act has entered yet."""
    found, last = visible_to(by), before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows, operates = list(found[: PAGE + 1]), by.duty is Duty.OPERATOR
    words = called(rows)
    context = {
        "rows": [(each, words[each.pk]) for each in rows[:PAGE]],
        "today": beijing(now).date(),
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "record": PAIRING_RECORD if operates else "",
        "end": PAIRING_END if operates else "",
        "mend": INCOMING_CORRECT if operates else "",
        "wanted": [Wanted(str(_PAPER), _PAPER.label, False, paper_waiting(None, by=by))] if operates else [],
        "upload_rows": range(min(MOST_FILES, 1)),
        "upload_address": "/desk/pairings/papers/",
    }
    return render(request, "desks/pairings.html", context)


@post_from("/desk/pairings/#evidence")
@desk(Can.DECIDE_FOR_PROVINCE)
def upload(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Hand in the paper of a body outside, before the act that enters it."""

    def take(_kind: AttachmentKind, name: str, content: bytes) -> Attachment:
        return uploads.take_from_outside(name=name, content=content, by=by, now=now)

    take_files(request, allowed=[str(_PAPER)], take=take)
    return redirect("/desk/pairings/")
