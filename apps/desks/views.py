"""The desks: what waits, one's listings and applications, one's notices, and the work page of a listing."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks import board, dossiers, queue
from apps.desks.gates import desk
from apps.desks.subjects import returned_to, title_of
from apps.documents.commands import Opened, open_attachment
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing
from apps.listings.queries import listing_for, visible_to
from apps.listings.states import LABELS, ListingStatus
from apps.money.accounts import HOLDERS, open_accounts
from apps.notices.commands import prefer, read, read_all
from apps.notices.queries import inbox, wishes_of
from apps.notices.states import LEAD_LABELS, Lead
from apps.objections.queries import complainant
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.models import Organisation, Person
from apps.parties.queries import people_of
from apps.process import uploads
from apps.process.dossier import pack
from apps.process.packages import package_of
from apps.process.papers import contract_preview
from apps.rulebook.queries import in_force
from apps.stages.filing.models import Filing
from apps.stages.qualification.models import Registration
from kernel.access import claims
from kernel.access.queries import waiting
from kernel.actors import CENTRE, OFFICIALS, PROVINCE, TRADERS, Actor, Duty, Role
from kernel.acts.act import act_called, all_acts
from kernel.audit import commands as audit
from kernel.deadlines import runner
from kernel.errors import Code, Refused, not_found
from kernel.web.filters import whole_number
from kernel.web.methods import post_from
from kernel.web.opaque import meant, shown

PAGE = 25
MOST_FILES = 5
"""So many files go up in one go."""
MOST_FILES = 5
"""So many files go up in one go."""
_LARGEST_UPLOAD = 20 * 1024 * 1024


def before(request: HttpRequest) -> int | None:
    """The id before which the next page of a list begins; None for the first page."""
    number = whole_number(request.GET.get("before"))
    return None if number is None else meant(number)


def next_page(request: HttpRequest, last_id: int) -> str:
    """The query of the next page: the same filter, before the last row shown."""
    query = request.GET.copy()
    query["before"] = str(shown(last_id))
    return query.urlencode()


_STARTS = (
    "project.record",
    "listing.draft",
    "quota.use",
    "money.import",
    "money.cover",
    "rulebook.draft",
    "calendar.load",
)


_SHOWN = {"team": gettext_noop("全部"), "mine": gettext_noop("我的"), "overdue": gettext_noop("逾期")}


@require_safe
@desk()
def home(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What waits for the person: releases first, then tasks by their deadline."""
    prepared = [(each, act_called(each.act)) for each in waiting(by)[: queue.MOST]]
    starts = [
        act for act in all_acts() if act.name in _STARTS and by.role in act.roles and _may_begin(act.name, by)
    ]
    shown = request.GET.get("show", "team")
    tasks = queue.tasks_for(by, now=now)
    lists = {
        "team": tasks,
        "mine": [task for task in tasks if task.holder and task.holder.person_id == by.person_id],
        "overdue": [task for task in tasks if task.overdue],
    }
    context = {
        "today": dossiers.today(now),
        "now": now,
        "releases": [(each, act, title_of(act, each.subject_id, by=by)) for each, act in prepared],
        "may_release": by.duty is Duty.APPROVER,
        "shown": shown if shown in lists else "team",
        "tabs": [(name, label, len(lists[name])) for name, label in _SHOWN.items()],
        "tasks": lists.get(shown, tasks),
        "shared": by.role in OFFICIALS,
        "colleagues": _colleagues(by) if by.role in OFFICIALS else [],
        "returned": returned_to(by),
        "starts": starts,
        "notices": list(inbox(by).filter(read_at=None)[:5]),
        "rules_past": _rules_past(by, now=now),
        "by": by,
    }
    return render(request, "desks/home.html", context)


def _colleagues(by: Actor) -> list[tuple[int, str]]:
    return [
        (each.person_id, each.person.name)
        for each in people_of(by.organisation_id)
        if each.person_id != by.person_id
    ]


@post_from("/desk/")
@desk(*OFFICIALS)
def share(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Take a task of the team on, give it back, or hand it over to a colleague."""
    key, step = request.POST.get("task", "")[:120], request.POST.get("step", "")
    task = next((each for each in queue.tasks_for(by, now=now) if each.key == key), None)
    if task is None:
        messages.error(request, _("该事项已办结或不属于本单位，列表已更新。"))
        return redirect("/desk/")
    try:
        messages.success(request, _shared(task, step, request.POST.get("to", ""), by=by, now=now))
    except Refused as no:
        messages.error(request, no.refusal.sentence, extra_tags=str(no.refusal.code))
    show = request.POST.get("show", "team")
    return redirect(f"/desk/?show={show}" if show in _SHOWN else "/desk/")


def _shared(task: queue.Task, step: str, to: str, *, by: Actor, now: datetime) -> str:
    if step == "take":
        claims.take(task=task.key, by=by, now=now, listing_id=task.listing_id)
        return _("已领取。")
    if step == "give_back":
        claims.give_back(task=task.key, by=by, now=now, listing_id=task.listing_id)
        return _("已退回，其他人员可以领取。")
    names = {str(pk): name for pk, name in _colleagues(by)}
    if to not in names:
        raise Refused.because(Code.INVALID, "请选择要转交的本单位人员。")
    claims.hand_over(
        task=task.key, to_id=int(to), to_name=names[to], by=by, now=now, listing_id=task.listing_id
    )
    return _("已转交给%(name)s。") % {"name": names[to]}


def _may_begin(name: str, by: Actor) -> bool:
    """Acts that bind begin with the operator; so does a rulebook."""
    return by.duty is Duty.OPERATOR or not (act_called(name).two_persons or name == "rulebook.draft")


def _rules_past(by: Actor, *, now: datetime) -> bool:
    """Whether staff must be told that no rulebook is in force for their province."""
    return by.role in OFFICIALS and in_force(province=f"{by.region[:2]}0000", now=now) is None


def _mine(by: Actor) -> QuerySet[Listing]:
    """Listings that an actor works on: its own and those it won; everything visible for officials."""
    found = visible_to(by)
    if by.role not in TRADERS:
        return found
    return found.filter(Q(seller_id=by.organisation_id) | Q(contract__winner_id=by.organisation_id))


@require_safe
@desk()
def listings(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """One's listings, the newest first."""
    found = _mine(by)
    status, text = request.GET.get("status", ""), request.GET.get("q", "").strip()[:60].replace("\x00", "")
    if status in list(ListingStatus):
        found = found.filter(status=status)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(number__icontains=text))
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found.annotate(highest=Max("bids__unit_price")).order_by("-id")[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "statuses": [(str(each), LABELS[each]) for each in ListingStatus],
        "status": status,
        "text": text,
        "may_draft": by.role in act_called("listing.draft").roles,
    }
    return render(request, "desks/listings.html", context)


@require_safe
@desk(*TRADERS)
def registrations(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """One's own applications to bid, each with its deposit."""
    own = Registration.objects.filter(organisation_id=by.organisation_id)
    own = own.select_related("listing", "listing__seller", "sub_account", "certificate").order_by("-id")
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
    if runner.run_due(now=now, listing_id=listing_id):
        found = listing_for(listing_id, by=by)
    context = dossiers.gathered(found, by=by, now=now) | {"upload_rows": range(MOST_FILES)}
    return render(request, "desks/listing.html", context | {"by": by})


@post_from("/desk/listings/{listing_id}/#evidence")
@desk(*TRADERS)
def upload(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """Attach files as evidence to a listing, or to one's own application to bid on it, each under its kind."""
    found = listing_for(listing_id, by=by)
    allowed = dossiers.uploadable(found, by=by)
    given = [
        (request.POST.get(f"kind{row}", ""), file)
        for row in ("", *(f"-{number}" for number in range(MOST_FILES)))
        if isinstance(file := request.FILES.get(f"file{row}"), UploadedFile)
    ]
    if any(kind not in allowed for kind, _file in given):
        raise not_found("材料种类")
    if not given:
        messages.error(request, _("未上传：请选择不超过20 MB的文件。"))
    for kind, file in given:
        _take(request, found, AttachmentKind(kind), file, by=by, now=now)
    return redirect(f"/desk/listings/{listing_id}/#evidence")


def _take(
    request: HttpRequest,
    found: Listing,
    kind: AttachmentKind,
    file: UploadedFile[Any],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """One file of several: what comes of it is said, whatever comes of the others."""
    said = {"kind": _(kind.label), "name": file.name or ""}
    if (file.size or 0) > _LARGEST_UPLOAD:
        messages.error(request, _("未上传%(kind)s（%(name)s）：请选择不超过20 MB的文件。") % said)
        return
    try:
        made = uploads.take(found, kind=kind, name=file.name or "", content=file.read(), by=by, now=now)
    except Refused as no:
        why = said | {"why": no.refusal.sentence}
        messages.error(
            request, _("未上传%(kind)s（%(name)s）：%(why)s") % why, extra_tags=str(no.refusal.code)
        )
        return
    messages.success(request, _("已上传：%(kind)s（%(name)s）。") % (said | {"name": made.name}))


def sent(opened: Opened) -> HttpResponse:
    """A file for download under its own name."""
    return download(opened.content, content_type=opened.content_type, name=opened.name)


def download(content: bytes, *, content_type: str, name: str) -> HttpResponse:
    """Bytes for download; never shown within the site."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


@require_safe
@desk()
def attachment(request: HttpRequest, *, by: Actor, now: datetime, attachment_id: int) -> HttpResponse:
    """One piece of evidence, for those who may open it."""
    found = Attachment.objects.filter(pk=attachment_id).first()
    if found is None or not dossiers.may_open(found, by=by):
        raise not_found("附件")
    uploads.note_reading(found, by=by, now=now)
    return sent(open_attachment(attachment_id=attachment_id))


@require_safe
@desk()
def contract(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The contract's text as it would be signed, for its three parties."""
    found = dossiers.require_party(listing_for(listing_id, by=by), by=by)
    return download(
        contract_preview(found), content_type="application/pdf", name=f"三方合同待签文本-{found.revision}.pdf"
    )


@require_safe
@desk(*CENTRE, *PROVINCE, Role.SUPERVISOR)
def dossier(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The filed dossier as a ZIP."""
    found = listing_for(listing_id, by=by)
    filing = Filing.objects.filter(listing=found).first()
    if filing is None:
        raise Http404
    packed = pack(found, filing.manifest, now=now)
    return download(packed, content_type="application/zip", name=f"备案卷宗-{found}.zip")


@require_safe
@desk(*CENTRE, *PROVINCE, Role.SUPERVISOR)
def package(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int, what: str) -> HttpResponse:
    """What goes to the provincial authority's portal: HTML, PDF and JSON with their hashes, as a ZIP."""
    found = listing_for(listing_id, by=by)
    packed = package_of(found, what, now=now)
    return download(packed, content_type="application/zip", name=f"发布包-{found}-{what}.zip")


@post_from("/desk/")
@desk(*CENTRE)
def complaint(request: HttpRequest, *, by: Actor, now: datetime, objection_id: int) -> HttpResponse:
    """Who raised an objection, for the centre that answers it; every look is written down."""
    found = objections_visible_to(by).filter(pk=objection_id).first()
    if found is None:
        raise not_found("异议")
    listing_for(found.listing_id, by=by)
    audit.record_look(verb="objection.identify", by=by, now=now, listing_id=found.listing_id, subject=found)
    context = {"objection": found, "identity": complainant(found, by=by)}
    answer = render(request, "desks/complaint.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
@desk()
def notices(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The inbox of the organisation."""
    found = inbox(by)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    following = next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else ""
    context = {
        "rows": rows[:PAGE],
        "next": following,
        "has_unread": any(each.read_at is None for each in rows),
    }
    return render(request, "desks/notices.html", context)


@post_from("/desk/notices/")
@desk()
def read_notices(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Mark all of them as read."""
    read_all(by=by, now=now)
    return redirect("/desk/notices/")


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


@post_from("/desk/notices/")
@desk()
def read_notice(request: HttpRequest, *, by: Actor, now: datetime, notice_id: int) -> HttpResponse:
    """Mark a notice as read."""
    read(notice_id=notice_id, by=by, now=now)
    return redirect("/desk/notices/")


@require_safe
@desk()
def organisation(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The actor's own organisation: its account and address as they stand in documents."""
    found = Organisation.objects.select_related("region", "superior").get(pk=by.organisation_id)
    return render(request, "desks/organisation.html", {"organisation": found, **_own(by)})


def _own(by: Actor) -> dict[str, Any]:
    """The organisation's open accounts, and whether it has any to register."""
    return {
        "accounts": open_accounts(by.organisation_id) if by.role in HOLDERS else [],
        "holds_accounts": by.role in HOLDERS,
        "prepares": by.duty is Duty.OPERATOR,
    }
