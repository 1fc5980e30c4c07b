"""The public pages: lots, announcements, results, verification, rules. Nobody has to sign in."""

import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.queries import Verification, verify, verify_file
from apps.listings.models import Listing
from apps.listings.queries import is_public, published, visible_to
from apps.parties.models import Region
from apps.parties.web import actor_of_request
from apps.portal import lots, wording
from apps.process.papers import readable
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import in_force
from kernel import clock
from kernel.actors import PUBLIC
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.deadlines import runner
from kernel.errors import Refusal, Refused
from kernel.quantity import QuotaKind
from kernel.web.api import status_of

_LARGEST_UPLOAD = 20 * 1024 * 1024
_LARGEST_ID = 2**63 - 1


def whole_number(text: str | None) -> int | None:
    """An id from an address's query; None for anything that is none."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Open lots, announcements, results."""
    return render(request, "portal/home.html", lots.front(now=clock.now()))


@require_GET
def listings(request: HttpRequest) -> HttpResponse:
    """All published lots, filtered, page by page."""
    query = request.GET
    wanted = lots.Wanted(
        status=query.get("status", "")[:20],
        kind=query.get("kind", "")[:20],
        county=query.get("county", "")[:6].replace("\x00", ""),
        text=query.get("q", "").strip()[:60].replace("\x00", ""),
        before=whole_number(query.get("before")),
    )
    found = list(lots.filtered(wanted)[: lots.PAGE + 1])
    following = query.copy()
    if len(found) > lots.PAGE:
        following["before"] = str(found[lots.PAGE - 1].pk)
    return render(
        request,
        "portal/listings.html",
        {
            "lots": found[: lots.PAGE],
            "next": following.urlencode() if len(found) > lots.PAGE else "",
            "wanted": wanted,
            "statuses": lots.status_choices(),
            "kinds": [(str(kind), kind.label) for kind in QuotaKind],
            "counties": lots.counties(),
        },
    )


def _public_lot(listing_id: int) -> Listing:
    if listing_id > _LARGEST_ID:
        raise Http404
    listing = published().filter(pk=listing_id).first()
    if listing is None or not is_public(listing):
        raise Http404
    return listing


@require_GET
def lot(request: HttpRequest, listing_id: int) -> HttpResponse:
    """The page of one lot. What is due on it is settled first."""
    return _lot_page(request, listing_id)


def _lot_page(request: HttpRequest, listing_id: int, *, refusal: Refusal | None = None) -> HttpResponse:
    now = clock.now()
    _public_lot(listing_id)
    runner.run_due(now=now, listing_id=listing_id)
    context = lots.page_of(_public_lot(listing_id), now=now)
    context |= {
        "refusal": refusal,
        "typed": request.POST,
        "objected": request.GET.get("objected") == "1",
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
    }
    return render(request, "portal/lot.html", context, status=status_of(refusal) if refusal else 200)


@require_POST
def objection(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Anyone objects. Also somebody signed in does so as the public: the record is to name nobody."""
    _public_lot(listing_id)
    typed = {name: request.POST.get(name, "") for name in ("text", "name", "contact")}
    key = request.POST.get("key", "")[:100]
    try:
        perform(
            act_called("objection.raise"),
            subject_id=listing_id,
            data=typed,
            by=PUBLIC,
            now=clock.now(),
            key=key,
        )
    except Refused as no:
        return _lot_page(request, listing_id, refusal=no.refusal)
    return redirect(f"/listings/{listing_id}/?objected=1")


@require_GET
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """The PDF of a document that this visitor may read; any other does not exist."""
    by = actor_of_request(request)
    found = Document.objects.filter(pk=document_id).first() if document_id <= _LARGEST_ID else None
    listing = visible_to(by).filter(pk=found.listing_id).first() if found and found.listing_id else None
    if found is None or listing is None or not readable(listing, by=by).filter(pk=found.pk).exists():
        raise Http404
    opened = open_document(document_id=found.pk, now=clock.now())
    return HttpResponse(
        opened.content,
        content_type=opened.content_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{_quoted(opened.name)}"},
    )


def _quoted(name: str) -> str:
    return "".join(
        sign if (sign.isascii() and sign.isalnum()) or sign in "-." else _percent(sign) for sign in name
    )


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())


@require_http_methods(["GET", "POST"])
def verification(request: HttpRequest, code: str = "") -> HttpResponse:
    """Whether a document is genuine: by its number, its verification code, or its file."""
    asked = code or request.GET.get("q", "")
    found: Verification | None = None
    upload = request.FILES.get("file")
    refusal = ""
    if request.method == "POST":
        if upload is None or (upload.size or 0) > _LARGEST_UPLOAD:
            refusal = "请选择不超过20 MB的文书文件。"
        else:
            found = verify_file(upload.read())
    elif asked:
        found = verify(asked)
    context = {
        "asked": asked,
        "file_name": upload.name if upload else "",
        "found": found,
        "searched": bool(asked or upload) and not refusal,
        "refusal": refusal,
    }
    return render(request, "portal/verify.html", context)


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force in each province, with their legal basis."""
    now = clock.now()
    provinces = Region.objects.filter(
        pk__in=Rulebook.objects.filter(approved_at__isnull=False).values("province")
    ).order_by("code")
    books = [(province, in_force(province=province.code, now=now)) for province in provinces]
    shown = [
        (province, book, list(wording.flat(book.parameters))) for province, book in books if book is not None
    ]
    return render(request, "portal/rules.html", {"books": shown})
