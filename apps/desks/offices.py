"""The offices' own pages: finance, the province's reserve, rules and calendar, supervision, and a holder's quota."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from apps.desks import statements
from apps.desks.gates import desk
from apps.desks.queue import refunds_here
from apps.desks.views import PAGE, before, next_page
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.money.models import Refund
from apps.money.queries import covered_until, exceptions, refunds_due
from apps.process.api.oversight import hidden_listings, visible_deadlines
from apps.quota.models import Bucket, Encumbrance, Project, Retirement
from apps.quota.queries import batches_of, holdings, transferred_out
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import differences
from apps.stages.qualification.models import Registration
from apps.stages.transfer.models import QualityClaim
from kernel.access.models import Preparation
from kernel.actors import CENTRE, FINANCE, PROVINCE, TRADERS, Actor, Duty, Role
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import lag
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Refused
from kernel.quantity import QuotaKind
from kernel.workdays.models import Year

_WATCHERS = (Role.SUPERVISOR, *CENTRE, *PROVINCE)


# --- finance ---


@require_GET
@desk(*FINANCE, Role.SUPERVISOR)
def finance(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What is covered, what must go back, what was not taken in, what was sent."""
    here = refunds_here(by)
    due = list(refunds_due().filter(here)[:200])
    released = list(
        Refund.objects.filter(here, released_at__isnull=False)
        .select_related("entry__sub_account__organisation")
        .order_by("-released_at", "-id")[:PAGE]
    )
    may_act = by.role in FINANCE
    claims = QualityClaim.objects.filter(confirmed_at__isnull=False, paid_at=None, listing__in=visible_to(by))
    context = {
        "covered": covered_until(),
        "due": due if may_act else _after_close(due),
        "exceptions": list(exceptions()[:PAGE]) if may_act else [],
        "released": released if may_act else _after_close(released),
        "claims": list(claims.select_related("listing").order_by("id")),
        "may_act": may_act,
    }
    return render(request, "desks/finance.html", context)


def _after_close(refunds: Iterable[Refund]) -> list[Refund]:
    """Refunds on lots whose bidders are no secret any more."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    return [
        each
        for each in refunds
        if each.entry.sub_account is None or each.entry.sub_account.listing_id not in hidden
    ]


@require_http_methods(["GET", "POST"])
@desk(*FINANCE)
def statement(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Import a bank statement from a CSV file: all of it, or nothing and every error by its row."""
    context: dict[str, Any] = {"columns": list(statements.COLUMNS), "most": statements.MOST_ROWS}
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            content = upload.read(statements.MOST_BYTES + 1) if upload else b""
            context["outcome"] = statements.import_all(statements.read_rows(content), by=by, now=now)
        except Refused as no:
            context["refusal"] = no.refusal
    failed = "refusal" in context or bool(getattr(context.get("outcome"), "errors", None))
    return render(request, "desks/statement.html", context, status=400 if failed else 200)


# --- the province ---


@require_GET
@desk(*PROVINCE, *CENTRE, Role.SUPERVISOR)
def reserve(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The reserve: projects to book, batches with what stands on them."""
    batches = batches_of(by).order_by("-id")
    last = before(request)
    if last is not None:
        batches = batches.filter(pk__lt=last)
    rows = list(batches[: PAGE + 1])
    burdens: dict[int, list[Encumbrance]] = {}
    for each in Encumbrance.objects.filter(batch__in=rows, lifted_at=None).order_by("id"):
        burdens.setdefault(each.batch_id, []).append(each)
    context = {
        "projects": list(
            Project.objects.filter(batches__isnull=True)
            .select_related("owner", "region")
            .order_by("id")[:100]
        ),
        "batches": [(each, burdens.get(each.pk, [])) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "may_act": by.role in PROVINCE,
    }
    return render(request, "desks/reserve.html", context)


@require_GET
@desk(*PROVINCE, *CENTRE, Role.SUPERVISOR)
def rulebooks(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The versions of the province's rulebook, each with what it changed."""
    books = list(Rulebook.objects.filter(province=f"{by.region[:2]}0000").order_by("version"))
    rows = [(book, differences(books[index - 1], book) if index else []) for index, book in enumerate(books)]
    context = {
        "rows": list(reversed(rows)),
        "may_draft": by.role in PROVINCE and by.duty is Duty.OPERATOR,
        "may_approve": by.role in PROVINCE and by.duty is Duty.APPROVER,
        "by": by,
    }
    return render(request, "desks/rulebooks.html", context)


@require_GET
@desk(*PROVINCE, *CENTRE, Role.SUPERVISOR)
def calendars(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The official calendars that are loaded, and how many open dates are still provisional."""
    context = {
        "years": list(Year.objects.filter(revoked_at=None).order_by("-year")),
        "provisional": Deadline.objects.filter(status=DeadlineStatus.PENDING, provisional=True).count(),
        "may_load": by.role in PROVINCE,
    }
    return render(request, "desks/calendars.html", context)


# --- deadlines, and the record ---


@require_GET
@desk(*_WATCHERS)
def deadlines(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What is overdue, what has failed, and how far the engine is behind."""
    open_ones = visible_deadlines(by).filter(
        Q(status=DeadlineStatus.PENDING, due_at__lte=now) | Q(status=DeadlineStatus.FAILED)
    )
    open_ones = open_ones.filter(Q(listing_id=0) | Q(listing_id__in=visible_to(by).values("pk")))
    last = before(request)
    if last is not None:
        open_ones = open_ones.filter(pk__lt=last)
    rows = list(open_ones.order_by("-id")[: PAGE + 1])
    names = Listing.objects.in_bulk([row.listing_id for row in rows])
    context = {
        "rows": [(row, names.get(row.listing_id)) for row in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "lag": lag(now=now),
        "may_attend": by.role in CENTRE,
    }
    return render(request, "desks/deadlines.html", context)


_TELLING_VERBS = ("registration.", "certificate.", "bid.", "deposit.", "money.", "refund.")


@dataclass(frozen=True)
class Search:
    """What a supervisor looks for in the record."""

    verb: str
    name: str
    listing: str
    outcome: str


def _recorded(search: Search) -> QuerySet[AuditEntry]:
    found = _without_bidders(AuditEntry.objects.order_by("-id"))
    if search.verb:
        found = found.filter(verb__startswith=search.verb)
    if search.name:
        found = found.filter(
            Q(person_name__icontains=search.name) | Q(organisation_name__icontains=search.name)
        )
    if search.listing:
        found = found.filter(listing_id__in=Listing.objects.filter(number=search.listing).values("pk"))
    if search.outcome in ("done", "refused"):
        found = found.filter(outcome=search.outcome)
    return found


def _without_bidders(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """The record without what would tell who bids, or how many, on lots before close; it shows all afterwards."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    telling = Q()
    for verb in _TELLING_VERBS:
        telling |= Q(verb__startswith=verb)
    sellers = Listing.objects.filter(pk__in=hidden).values("seller_id")
    strangers = Q(role__in=[str(each) for each in TRADERS]) & ~Q(organisation_id__in=sellers)
    prepared = [
        f"access.preparation:{pk}" for pk in _telling_preparations(hidden).values_list("pk", flat=True)
    ]
    return entries.exclude(Q(listing_id__in=hidden) & (telling | strangers)).exclude(subject__in=prepared)


def _telling_preparations(hidden: set[int]) -> QuerySet[Preparation]:
    """Preparations around applications to bid on lots before close; they stand in the platform's chain."""
    registrations = Registration.objects.filter(listing__in=hidden).values("pk")
    return Preparation.objects.filter(
        Q(act="registration.submit", subject_id__in=hidden)
        | Q(act="registration.decide", subject_id__in=registrations)
        | Q(act__startswith="refund.release:", subject_id__in=hidden)
    )


@require_GET
@desk(Role.SUPERVISOR)
def record(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The audit record, searched; and whether its chains are whole."""
    given = {
        name: request.GET.get(name, "").strip()[:60].replace("\x00", "")
        for name in ("verb", "name", "listing", "outcome")
    }
    search = Search(**given)
    found = _recorded(search)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    context = {
        "search": search,
        "rows": rows[:PAGE],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "verified": request.GET.get("verify") == "1",
        "breaks": breaks() if request.GET.get("verify") == "1" else [],
    }
    return render(request, "desks/record.html", context)


# --- a holder's quota ---


@require_GET
@desk(*TRADERS)
def quota(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What the organisation holds, by kind: available, frozen, used, written off, transferred out."""
    held, gone = holdings(by.organisation_id), transferred_out(by.organisation_id)
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    context = {
        "buckets": [str(each) for each in buckets],
        "rows": [
            (kind, [(str(each), held[kind][each]) for each in buckets], gone.of(kind).amount)
            for kind in QuotaKind
        ],
        "batches": list(batches_of(by)[:200]),
        "projects": list(Project.objects.filter(owner_id=by.organisation_id).order_by("-id")[:100]),
        "retirements": list(Retirement.objects.filter(holder_id=by.organisation_id).order_by("-id")[:PAGE]),
        "may_use": by.duty is Duty.OPERATOR,
        "may_record": by.role is not Role.SITE_PROJECT_UNIT,
    }
    return render(request, "desks/quota.html", context)
