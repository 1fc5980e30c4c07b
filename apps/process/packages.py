"""What goes to the provincial portal (发布包): an announcement or a result as HTML, PDF and JSON, with hashes."""

import html
from datetime import datetime

from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.queries import latest
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.stages.confirmation.models import Confirmation
from kernel.archives import json_of, packed
from kernel.clock import beijing
from kernel.errors import not_found

PUBLISHED: dict[str, DocumentKind] = {
    "announcement": DocumentKind.ANNOUNCEMENT,
    "supplement": DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT,
    "result": DocumentKind.RESULT_PUBLICATION,
}

Row = tuple[str, str]


def package_of(listing: Listing, what: str, *, now: datetime) -> bytes:
    """The ZIP of the last announcement, supplement or result. Same document, same bytes. Refuses: not_found."""
    kind = DocumentKind(listing.trade.notice) if what == "announcement" else PUBLISHED.get(what)
    document = latest(case_id=listing.pk, kind=kind) if kind else None
    if document is None:
        raise not_found("发布文书")
    rows = _rows(listing, document)
    facts = {
        "kind": document.kind,
        "number": document.number,
        "verification_code": document.verification_code,
        "facts_sha256": document.facts_sha256,
        "facts": document.facts,
        "rows": [{"label": label, "value": value} for label, value in rows],
    }
    files = {
        f"{what}.html": _page(f"{DocumentKind(document.kind).label} {document.number}", rows).encode(),
        f"{what}.json": json_of(facts),
        f"{what}.pdf": open_document(document_id=document.pk, now=now).content,
    }
    return packed(files)


def _rows(listing: Listing, document: Document) -> list[Row]:
    unit = listing.unit.label
    rows = [
        ("文书编号", document.number),
        ("验证码", document.verification_code),
        ("签发时间", _said(document.issued_at)),
        ("项目编号", listing.number or ""),
        ("标的名称", listing.title),
        ("出让方", listing.seller.name),
        *(
            (kind.label, f"{amount:.{kind.places}f} {kind.unit}")
            for kind, amount in listing.quantities.items()
        ),
        *((("质量等别", f"{listing.grade}等"),) if listing.grade is not None else ()),
    ]
    if document.kind == DocumentKind.RESULT_PUBLICATION:
        return rows + _result(listing)
    if listing.counterparty is not None:
        rows += [
            ("受让方", listing.counterparty.name),
            ("协议单价", f"{listing.starting_price} {unit}"),
            ("协议总价", f"{listing.total(listing.starting_price):,} 元"),
        ]
        return [*rows, *_asking(listing)]
    rows += [
        ("起始价", f"{listing.starting_price} {unit}"),
        ("加价幅度", f"{listing.increment} {unit}"),
        ("竞买保证金", f"{listing.deposit_amount:,} 元"),
        ("保留价", "设有（密封）" if listing.has_reserve else "不设"),
    ]
    moments = (
        ("报名截止", listing.registration_closes_at),
        ("保证金到账截止", listing.deposit_cutoff_at),
        ("竞价开始", listing.opens_at),
        ("竞价截止", None if listing.trade.rounds_from_opening else listing.listing_period_ends_at),
    )
    rows += [(label, _said(at)) for label, at in moments if at is not None]
    return [*rows, *_asking(listing)]


def _asking(listing: Listing) -> list[Row]:
    return [("依据", "；".join(listing.rules.legal_basis)), ("联系人及电话", listing.contact)]


def _result(listing: Listing) -> list[Row]:
    made = Confirmation.objects.select_related("winner", "award").get(listing=listing)
    return [
        (listing.trade.taker, made.winner.name),
        ("成交单价", f"{made.award.unit_price} {listing.unit.label}"),
        ("成交总价", f"{made.award.total_price:,} 元"),
    ]


def _said(at: datetime) -> str:
    return f"{beijing(at):%Y-%m-%d %H:%M}"


def _page(title: str, rows: list[Row]) -> str:
    """A page that needs nothing beside it: to be put on another site as it is."""
    body = "\n".join(
        f'<tr><th scope="row">{html.escape(label)}</th><td>{html.escape(value)}</td></tr>'
        for label, value in rows
    )
    name = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n</head>\n'
        f"<body>\n<h1>{name}</h1>\n<table>\n{body}\n</table>\n</body>\n</html>\n"
    )
