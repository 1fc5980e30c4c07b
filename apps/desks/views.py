"""The desks: what waits, one's listings and applications, one's notices, and the work page of a listing."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks import board, books, exports, listing_page
from apps.desks.access import desk
from apps.desks.downloads import download
from apps.desks.evidence import MOST_FILES, take_files
from apps.documents.commands import Opened, open_attachment
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.listings.queries import listing_for
from apps.money.accounts import open_accounts
from apps.notices.commands import prefer
from apps.notices.queries import wishes_of
from apps.notices.states import LEAD_LABELS, Lead
from apps.objections.queries import complainant
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.models import Organisation, Person
from apps.parties.roles import Can
from apps.process import uploads
from apps.process.dossier import pack
from apps.process.issuing.deal import contract_preview
from apps.process.packages import package_of
from apps.stages.filing.models import Filing
from apps.stages.qualification.models import Registration
from kernel.actors import Actor, Duty
from kernel.audit import commands as audit
from kernel.cases.queries import named
from kernel.cases.registry import process_called
from kernel.deadlines import runner
from kernel.errors import not_found
from kernel.web.filters import whole_number
from kernel.web.methods import post_from
from kernel.web.opaque import meant, shown

PAGE = 25


def before(request: HttpRequest) -> int | None:
    """The id before which the next page of a list begins; None for the first page."""
    number = whole_number(request.GET.get("before"))
    return None if number is None else meant(number, f"page:{request.path}")


def next_page(request: HttpRequest, last_id: int) -> str:
    """The query of the next page: the same filter, before the last row shown."""
    query = request.GET.copy()
    query["before"] = str(shown(last_id, f"page:{request.path}"))
    return query.urlencode()


@desk(Can.BUY)
def registrations(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """One's own applications to bid, each with its deposit."""
    own = Registration.objects.filter(organisation_id=by.organisation_id)
    own = own.select_related("listing", "listing__seller", "sub_account", "certificate").order_by("-id")
    if exports.wanted(request):
        mine = list(own[: exports.ROWS_READ])
        table = books.registrations(zip(mine, listing_page.deposits_of(mine), strict=True))
        return exports.workbook("竞买申请", table, by=by, now=now)
    last = before(request)
    if last is not None:
        own = own.filter(pk__lt=last)
    rows = list(own[: PAGE + 1])
    stands = board.standings_of(rows[:PAGE], by=by, now=now)
    context = {
        "rows": [(each, stands[each.pk]) for each in rows[:PAGE]],
        "now": now,
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
    }
    return render(request, "desks/registrations.html", context)


@require_safe
@desk()
def listing(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The work page of one listing. What is due on it is settled first."""
    found = listing_for(listing_id, by=by)
    if runner.run_due(now=now, case_id=listing_id):
        found = listing_for(listing_id, by=by)
    context = listing_page.gathered(found, by=by, now=now) | {
        "upload_rows": range(MOST_FILES),
        "upload_address": f"/desk/listings/{listing_id}/evidence/",
    }
    return render(request, "desks/listing.html", context | {"by": by})


@post_from("/desk/listings/{listing_id}/#evidence")
@desk(Can.BUY)
def upload(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """Attach files as evidence to a listing, or to one's own application to bid on it, each under its kind."""
    found = listing_for(listing_id, by=by)

    def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
        return uploads.take(found, kind=kind, name=name, content=content, by=by, now=now)

    take_files(request, allowed=listing_page.uploadable(found, by=by), take=take)
    return redirect(f"/desk/listings/{listing_id}/")  # at its top it says what came of each file


def sent(opened: Opened) -> HttpResponse:
    """A file for download under its own name."""
    return download(opened.content, content_type=opened.content_type, name=opened.name)


@require_safe
@desk()
def attachment(request: HttpRequest, *, by: Actor, now: datetime, attachment_id: int) -> HttpResponse:
    """One piece of evidence, for those who may open it."""
    found = Attachment.objects.filter(pk=attachment_id).first()
    if found is None or not listing_page.may_open(found, by=by):
        raise not_found("附件")
    uploads.note_reading(found, by=by, now=now)
    return sent(open_attachment(attachment_id=attachment_id))


@require_safe
@desk()
def contract(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The contract's text as it would be signed, for its three parties."""
    found = listing_page.require_party(listing_for(listing_id, by=by), by=by)
    return download(
        contract_preview(found), content_type="application/pdf", name=f"三方合同待签文本-{found.revision}.pdf"
    )


@require_safe
@desk(Can.OVERSEE)
def dossier(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The filed dossier as a ZIP."""
    found = listing_for(listing_id, by=by)
    filing = Filing.objects.filter(listing=found).first()
    if filing is None:
        raise Http404
    packed = pack(found, filing.manifest, now=now)
    return download(packed, content_type="application/zip", name=f"备案卷宗-{found}.zip")


@require_safe
@desk(Can.OVERSEE)
def package(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int, what: str) -> HttpResponse:
    """What goes to the provincial authority's portal: HTML, PDF and JSON with their hashes, as a ZIP."""
    found = listing_for(listing_id, by=by)
    packed = package_of(found, what, now=now)
    return download(packed, content_type="application/zip", name=f"发布包-{found}-{what}.zip")


@post_from("/desk/")
@desk(Can.ANSWER_OBJECTIONS)
def complaint(request: HttpRequest, *, by: Actor, now: datetime, objection_id: int) -> HttpResponse:
    """Who raised an objection, for the office that answers it; every look is written down."""
    found = objections_visible_to(by).filter(pk=objection_id).first()
    if found is None:
        raise not_found("异议")
    if not process_called(found.case.process).may_see(found.case_id, by):
        raise not_found("异议")
    identity = complainant(found, by=by)
    audit.record_look(verb="objection.identify", by=by, now=now, case_id=found.case_id, subject=found)
    case = named([found.case_id])[found.case_id]
    context = {"objection": found, "case": case, "identity": identity}
    answer = render(request, "desks/complaint.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def preferences(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """How the person wants to be told: by e-mail, by text message, and how long before a deadline."""
    if request.method == "POST":
        leads = frozenset(Lead(each) for each in request.POST.getlist("leads") if each in list(Lead))
        prefer(
            by_email=request.POST.get("by_email") == "true",
            by_sms=request.POST.get("by_sms") == "true",
            leads=leads,
            by=by,
            now=now,
        )
        messages.success(request, _("提醒设置已保存，自下一条通知起生效。"))
        return redirect("/desk/preferences/")
    person = Person.objects.get(pk=by.person_id)
    context = {
        "wishes": wishes_of([by.person_id])[by.person_id],
        "leads": list(LEAD_LABELS.items()),
        "email": person.email,
        "phone": person.phone,
    }
    return render(request, "desks/preferences.html", context)


@require_safe
@desk()
def organisation(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The actor's own organisation: its account and address as they stand in documents."""
    found = Organisation.objects.select_related("region", "superior").get(pk=by.organisation_id)
    return render(request, "desks/organisation.html", {"organisation": found, **_own(by)})


def _own(by: Actor) -> dict[str, Any]:
    """The organisation's open accounts, and whether it has any to register."""
    return {
        "accounts": open_accounts(by.organisation_id) if by.can(Can.HOLD_ACCOUNTS) else [],
        "holds_accounts": by.can(Can.HOLD_ACCOUNTS),
        "prepares": by.duty is Duty.OPERATOR,
    }
