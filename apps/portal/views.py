"""The public pages: lots, announcements, results, figures, verification, rules, guide. Nobody has to sign in."""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.disclosure.documents import may_read
from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.queries import Verification, verify, verify_file
from apps.insight import open_data
from apps.insight.market_statistics import premium_of
from apps.kinds.classes import class_terms, every_class
from apps.kinds.table import QuotaClass, QuotaKind, kind_choices, kinds_of
from apps.kinds.trade import FORM_CHOICES
from apps.listings.models import Listing
from apps.listings.queries import published, visible_to
from apps.listings.states import DECIDED, OBJECTIONABLE
from apps.objections.names import OBJECTION_RAISE
from apps.objections.queries import by_receipt as objection_by_receipt
from apps.objections.rules import OBJECTION
from apps.parties.models import Region
from apps.parties.roles import Can
from apps.parties.web import actor_of_request
from apps.portal import guide, lots, market, objecting
from apps.questions.names import QUESTION_ASK
from apps.questions.queries import answered_on, by_receipt
from apps.questions.rules import LEAST_SIGNS, QUESTION, why_not_ask
from apps.quota.models import YearStatement
from apps.quota.years import COLUMNS, digest_of, statement_of
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import flat, in_force, rules_of
from apps.rulebook.subjects import SUPPLEMENTARY, Subject, all_subjects
from apps.stages.contract.terms import clauses
from apps.stages.qualification.queries import terms_of
from apps.surplus.queries import is_revoked
from apps.watching.models import Watch
from apps.watching.queries import watch_of
from kernel import clock
from kernel.actors import PUBLIC
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.cases.registry import process_called
from kernel.deadlines import runner
from kernel.errors import Refusal, Refused
from kernel.web.api import status_of
from kernel.web.filters import whole_number
from kernel.web.methods import post_from

_LARGEST_UPLOAD = 20 * 1024 * 1024
_LARGEST_ID = 2**63 - 1
MOST_ANSWERS = 100


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Open lots, announcements, results, and how the market stands."""
    now = clock.now()
    figures = market.market(province="", since=market.month_ago(now, 11))
    context = lots.front(now=now) | {
        "figures": figures,
        "chart": market.price_chart(figures, by_area=True) or market.price_chart(figures, by_area=False),
    }
    return render(request, "portal/home.html", context)


def _form(wanted: lots.Wanted) -> dict[str, Any]:
    """What the filter of a list offers and what was chosen."""
    return {
        "wanted": wanted,
        "statuses": lots.status_choices(),
        "kinds": kind_choices(),
        "forms": FORM_CHOICES,
        "counties": lots.counties(),
        "orders": [(name, label) for name, (label, *_) in lots.ORDERS.items()],
        "notices": [(str(kind), kind.label) for kind in lots.NOTICES],
    }


@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    """All published lots, filtered, page by page."""
    wanted = lots.wanted_from(request.GET.dict())
    __, field, down = lots.ORDERS[wanted.order or "newest"]
    found, after = lots.page(
        lots.filtered(wanted), field=field, down=down, after=request.GET.get("after", "")
    )
    context = _form(wanted) | {"lots": found, "next": lots.following(request, after), "now": clock.now()}
    return render(request, "portal/listings.html", context)


@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """All public notices, filtered, page by page."""
    wanted = lots.wanted_from(request.GET.dict())
    found = lots.notices(wanted)
    before = whole_number(request.GET.get("after"))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: lots.PAGE + 1])
    after = str(rows[lots.PAGE - 1].pk) if len(rows) > lots.PAGE else ""
    context = _form(wanted) | {
        "rows": lots.of_lots(rows[: lots.PAGE]),
        "next": lots.following(request, after),
    }
    return render(request, "portal/announcements.html", context)


@require_safe
def announcement(request: HttpRequest, code: str) -> HttpResponse:
    """The stable address of one public notice: the page of its lot, where it can be opened."""
    kinds = [str(kind) for kind in lots.NOTICES]
    found = Document.objects.filter(verification_code=code, public=True, kind__in=kinds).first()
    if found is None or not published().filter(pk=found.case_id or 0).exists():
        raise Http404
    return redirect(f"/listings/{found.case_id}/#documents")


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """All results, filtered, page by page."""
    wanted = lots.wanted_from(request.GET.dict())
    found, after = lots.page(
        lots.decided(wanted), field="closed_at", down=True, after=request.GET.get("after", "")
    )
    rows = [(each, premium_of(each, getattr(each, "award", None))) for each in found]
    return render(
        request, "portal/results.html", _form(wanted) | {"rows": rows, "next": lots.following(request, after)}
    )


@require_safe
def market_figures(request: HttpRequest) -> HttpResponse:
    """The figures of the market, each chart with its table."""
    provinces = market.provinces()
    chosen = next((each for each in provinces if each.code == request.GET.get("province")), None)
    period = request.GET.get("period", "")
    since = None if period == "all" else market.month_ago(clock.now(), 11)
    shown = chosen or (provinces[0] if provinces else None)
    asked = request.GET.get("class", "")
    of = next((each for each in QuotaClass if str(each) == asked), QuotaClass.SUPPLEMENTARY)
    figures = market.market(province=shown.code if shown else "", since=since, of=of)
    context = {
        "classes": [(str(each), class_terms(each).title) for each in QuotaClass],
        "of": str(of),
        "figures": figures,
        "provinces": provinces,
        "province": shown,
        "period": "all" if since is None else "12",
        "periods": market.PERIODS.items(),
        "decided": DECIDED,
        "charts": {
            "area": market.price_chart(figures, by_area=True),
            "capacity": market.price_chart(figures, by_area=False),
            "turnover": market.turnover_chart(figures),
            "premium": market.premium_chart(figures),
        },
        "map": market.county_map(figures, shown) if shown else None,
        "map_number": settings.MAP_APPROVAL_NUMBER,
        "map_source": settings.MAP_SOURCE,
    }
    return render(request, "portal/market.html", context)


def _public_lot(listing_id: int) -> Listing:
    listing = lots.public_lot(listing_id) if listing_id <= _LARGEST_ID else None
    if listing is None:
        raise Http404
    return listing


@require_safe
def lot(request: HttpRequest, listing_id: int) -> HttpResponse:
    """The page of one lot. What is due on it is settled first."""
    return _lot_page(request, listing_id)


@require_safe
def lot_terms(request: HttpRequest, listing_id: int) -> HttpResponse:
    """The notice to bidders and the undertaking of a lot, to read before applying."""
    listing = _public_lot(listing_id)
    return render(request, "portal/terms.html", {"listing": listing, "terms": terms_of(listing)})


def _lot_page(
    request: HttpRequest,
    listing_id: int,
    *,
    refusal: Refusal | None = None,
    question_refusal: Refusal | None = None,
) -> HttpResponse:
    now = clock.now()
    listing = _public_lot(listing_id)
    if runner.run_due(now=now, case_id=listing_id):
        listing = _public_lot(listing_id)
    askable = why_not_ask_at(listing, now=now) is None
    context = lots.page_of(listing, now=now)
    context |= {
        "refusal": refusal,
        "wrong": objecting.wrong_fields(request, refusal),
        "objection_address": f"/listings/{listing_id}/objections/#objection",
        "typed": {} if question_refusal else request.POST,
        "asked": request.POST if question_refusal else {},
        "objected": request.GET.get("objected") == "1",
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
        "watch": _own_watch(request, listing),
        "has_desk": _has_desk(request, listing),
        "questions": list(answered_on(listing.pk)[:MOST_ANSWERS]),
        "askable": askable,
        "clauses": clauses(listing).get("clauses", ()),
        "question_challenge": objecting.challenge(request, listing.pk, QUESTION, when=askable, now=now),
        "receipt": objecting.receipt_to_show(request),
        "challenge": objecting.challenge(
            request, listing.pk, OBJECTION, when=listing.state in OBJECTIONABLE, now=now
        ),
    }
    context["question_refusal"] = question_refusal
    said = refusal or question_refusal
    return render(request, "portal/lot.html", context, status=status_of(said) if said else 200)


def _own_watch(request: HttpRequest, listing: Listing) -> Watch | None:
    by = actor_of_request(request)
    return watch_of(listing_id=listing.pk, by=by) if by.is_person else None


def _has_desk(request: HttpRequest, listing: Listing) -> bool:
    """Whether the visitor's own desk has a page of this lot."""
    by = actor_of_request(request)
    return by.is_person and not by.can(Can.ADMINISTER) and visible_to(by).filter(pk=listing.pk).exists()


def why_not_ask_at(listing: Listing, *, now: datetime) -> Refusal | None:
    """Whether the lot takes questions now, whatever they are."""
    closes = listing.registration_closes_at
    return why_not_ask(status=listing.state, closes_at=closes, now=now, text="x" * LEAST_SIGNS)


@post_from("/listings/{listing_id}/#questions")
def question(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Anyone asks about a lot; the record names nobody. The page that follows shows the receipt's code, once."""
    _public_lot(listing_id)
    typed = {name: request.POST.get(name, "") for name in ("text", "challenge", "answer")}
    act, key = act_called(QUESTION_ASK), request.POST.get("key", "")[:100]
    try:
        done = perform(act, subject_id=listing_id, data=typed, by=PUBLIC, now=clock.now(), key=key)
    except Refused as no:
        return _lot_page(request, listing_id, question_refusal=no.refusal)
    objecting.keep_receipt(request, str(done.answer["receipt"]))
    return redirect(f"/listings/{listing_id}/?receipt=1#receipt")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """Where a question or an objection stands, for whoever has its receipt's code."""
    code = request.POST.get("code", "").strip()
    found = by_receipt(code) if code else None
    objected = objection_by_receipt(code) if code and found is None else None
    context: dict[str, Any] = {"code": code, "question": found, "objection": objected}
    if objected is not None:
        process = process_called(objected.case.process)
        context["called"] = process.called([objected.case_id])[objected.case_id].number
        context["page"] = process.public_page(objected.case_id)
    return render(request, "portal/receipt.html", context)


@post_from("/listings/{listing_id}/#objection")
def objection(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Anyone objects."""
    _public_lot(listing_id)
    try:
        objecting.objected(request, OBJECTION_RAISE, listing_id, now=clock.now())
    except Refused as no:
        return _lot_page(request, listing_id, refusal=no.refusal)
    return redirect(f"/listings/{listing_id}/?objected=1")


@require_safe
def document(request: HttpRequest, code: str) -> HttpResponse:
    """The PDF of a document that this visitor may read; any other does not exist."""
    found = _document_for(request, Document.objects.filter(verification_code=code).first())
    try:
        opened = open_document(document_id=found.pk, now=clock.now())
    except Refused as no:
        return render(request, "portal/unprintable.html", {"refusal": no.refusal}, status=409)
    return HttpResponse(
        opened.content,
        content_type=opened.content_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{_quoted(opened.name)}"},
    )


@require_safe
def document_by_id(request: HttpRequest, document_id: int) -> HttpResponse:
    """From a desk's link to the document's address. The public is told nothing by number: ids count certificates."""
    if not actor_of_request(request).is_person or document_id > _LARGEST_ID:
        raise Http404
    found = _document_for(request, Document.objects.filter(pk=document_id).first())
    return HttpResponseRedirect(f"/documents/{found.verification_code}/")


def _document_for(request: HttpRequest, found: Document | None) -> Document:
    """The document, where this visitor may read it, or the public may: an office of another province is no less."""
    by = actor_of_request(request)
    if found is None or not (may_read(found, by=by) or may_read(found, by=PUBLIC)):
        raise Http404
    return found


def _quoted(name: str) -> str:
    return "".join(
        sign if (sign.isascii() and sign.isalnum()) or sign in "-." else _percent(sign) for sign in name
    )


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())


def case_page(found: Verification) -> str:
    """The public page of the case that a public document belongs to; empty for none."""
    return process_called(found.process).public_page(found.case_id) if found.case_id else ""


@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: HttpRequest, code: str = "") -> HttpResponse:
    """Whether a document is genuine: by its number, its verification code, or its file."""
    asked = code or request.GET.get("q", "")
    found: Verification | None = None
    upload = request.FILES.get("file")
    missing = False
    if request.method == "POST":
        if upload is None or (upload.size or 0) > _LARGEST_UPLOAD:
            missing = True
        else:
            found = verify_file(upload.read())
    elif asked:
        found = verify(asked)
    context = {
        "asked": asked,
        "file_name": upload.name if upload else "",
        "found": found,
        "document": Document.objects.filter(pk=found.document_id or 0).first() if found else None,
        "case_page": case_page(found) if found else "",
        "revoked": found is not None and is_revoked(found.case_id),
        "searched": bool(asked or upload) and not missing,
        "missing": missing,
    }
    return render(request, "portal/verify.html", context, status=400 if missing else 200)


def _subject(request: HttpRequest) -> Subject:
    """The subject of rules that the address names; how supplementary quota is traded when it names none."""
    asked = request.GET.get("subject", "")
    return next((each for each in all_subjects() if each.code == asked), SUPPLEMENTARY)


def _approved(subject: Subject) -> QuerySet[Rulebook]:
    return Rulebook.objects.filter(subject=subject.code, approved_at__isnull=False)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """A subject's rules in force in each province with their legal basis, and the versions before and after them."""
    now, subject = clock.now(), _subject(request)
    approved = list(_approved(subject).order_by("province", "-version").defer("parameters"))
    regions = {each.code: each for each in Region.objects.filter(pk__in={book.province for book in approved})}
    shown = []
    for code, region in sorted(regions.items()):
        book = in_force(province=code, subject=subject, now=now)
        others = [each for each in approved if each.province == code and (book is None or each.pk != book.pk)]
        shown.append((region, book, list(flat(book)) if book else [], others))
    context = {"books": shown, "subject": subject, "subjects": all_subjects()}
    return render(request, "portal/rules.html", context)


@require_safe
def rulebook(request: HttpRequest, province: str, version: int) -> HttpResponse:
    """One approved version of a province's rules on a subject, whenever it was in force."""
    subject = _subject(request)
    of_province = _approved(subject).filter(province=province)
    book = of_province.filter(version=version).first() if version <= 2**31 - 1 else None
    if book is None:
        raise Http404
    context = {
        "region": Region.objects.filter(pk=province).first(),
        "book": book,
        "parameters": list(flat(book)),
        "subject": subject,
        "current": in_force(province=province, subject=subject, now=clock.now()),
    }
    return render(request, "portal/rulebook.html", context)


@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """Every year that a province has closed."""
    closed = YearStatement.objects.order_by("-year", "province")
    names = dict(Region.objects.filter(code__endswith="0000").values_list("code", "name"))
    rows = [(each, names.get(each.province, each.province)) for each in closed]
    return render(request, "portal/years.html", {"rows": rows})


@require_safe
def year(request: HttpRequest, province: str, year: int) -> HttpResponse:
    """One closed year: its statement as it was closed, and whether the ledger still adds up to it."""
    found = YearStatement.objects.filter(province=province, year=min(year, 9999)).first()
    if found is None:
        raise Http404
    again = digest_of(statement_of(found.province, found.year))
    context = {
        "found": found,
        "region": Region.objects.filter(pk=province).first(),
        "columns": list(COLUMNS.values()),
        "totals": _year_rows(found.statement["totals"]),
        "holders": [(each["name"], _year_rows(each["kinds"])) for each in found.statement["holders"]],
        "same": again == found.sha256,
    }
    return render(request, "portal/year.html", context)


def _year_rows(kinds: dict[str, dict[str, str]]) -> list[tuple[QuotaKind, list[Decimal]]]:
    """Each kind with its figures in the order of the columns."""
    return [(kind, [Decimal(kinds[str(kind)][name]) for name in COLUMNS]) for kind in kinds_of()]


@require_safe
def process_guide(request: HttpRequest) -> HttpResponse:
    """The stages of the process, who does what, and until when, under a province's rules in force."""
    now = clock.now()
    codes = _approved(SUPPLEMENTARY).values("province")
    provinces = list(Region.objects.filter(pk__in=codes).order_by("code"))
    chosen = next((each for each in provinces if each.code == request.GET.get("province")), None)
    shown = chosen or (provinces[0] if provinces else None)
    book = in_force(province=shown.code, subject=SUPPLEMENTARY, now=now) if shown else None
    context = {
        "provinces": provinces,
        "province": shown,
        "book": book,
        "rules": rules_of(book).parameters if book else None,
        "steps": guide.steps(rules_of(book).parameters, now=now) if book else [],
        "classes": every_class(),
        "now": now,
    }
    return render(request, "portal/guide.html", context)


@require_safe
def open_data_page(request: HttpRequest) -> HttpResponse:
    """What may be taken away, in which fields and units."""
    tables = (open_data.LISTINGS, open_data.OUTCOMES, open_data.CERTIFICATES, open_data.BID_HISTORY)
    return render(request, "portal/open_data.html", {"tables": tables, "licence": open_data.LICENCE})
