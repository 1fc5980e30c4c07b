"""What documents have in common: the lot, the rules, whom to ask, and how stored texts become printable ones."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings

from apps.documents import commands as documents
from apps.documents import facts
from apps.documents.models import Document
from apps.listings.models import Listing, ListingLine
from apps.listings.queries import identities_hidden
from apps.notices.commands import tell
from apps.parties.models import Organisation, Region
from apps.parties.queries import office
from apps.parties.roles import ROLE_LABELS, Can
from apps.process.issuing import numbers
from apps.rulebook.parameters import Parameters
from apps.rulebook.queries import Rules
from kernel.cases.models import Case
from kernel.deadlines.queries import of_case
from kernel.errors import Code, Refused

LONGEST = 4000
_MOST_NAMED = 20
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PHONE = re.compile(r"\+?[0-9][0-9()（） \-—]{5,}[0-9]")
MOMENTS = {
    "registration_closes_at": "报名截止",
    "deposit_cutoff_at": "保证金到账截止",
    "opens_at": "竞价开始",
    "closes_at": "竞价截止",
}
"""What documents call the dates of a lot that may be moved, in the order in which they come."""
T = TypeVar("T")


def listing_of(listing_id: int) -> Listing:
    """The listing as it stands now, with what its documents name."""
    found = Listing.objects.select_related("case", "seller__region__parent__parent", "relisted_from")
    return found.get(pk=listing_id)


def known(value: T | None) -> T:
    """A value that an announced listing has; without it a document is a programming error."""
    if value is None:
        raise ValueError("the listing lacks what its document states")
    return value


def said(text: str, *, otherwise: str = "—") -> str:
    """A text that somebody typed, as it can be printed: signs that show as nothing are left out.

    Refuses `invalid` what is longer than a document takes.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    shown = "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) not in _UNPRINTABLE)
    if len(shown) > LONGEST:
        raise Refused.because(
            Code.INVALID,
            f"文字超过{LONGEST}字，无法载入文书，请精简后重试。",
            longest=str(LONGEST),
            given=str(len(shown)),
        )
    return shown.strip() or otherwise


def phrase(text: str) -> str:
    """A reason as it stands inside a sentence, after its 因: without another one, or the full stop at its end."""
    return said(
        said(text).rstrip("。．.；;，,！! \n").removeprefix("因为").removeprefix("由于").removeprefix("因")
    )


def named(texts: Iterable[str]) -> str:
    """Several names in a row, each once; a long row is cut and counted."""
    found = list(dict.fromkeys(said(text) for text in texts))
    row = "、".join(found[:_MOST_NAMED])
    return row if len(found) <= _MOST_NAMED else f"{row}等{len(found)}项"


def place(region: Region) -> str:
    """A region with those above it and its code: 河南省开封市通许县（410222）."""
    names: list[str] = []
    current: Region | None = region
    while current is not None:
        names.insert(0, current.name)
        current = current.parent
    return f"{''.join(names)}（{region.code}）"


def lines_of(listing: Listing) -> list[ListingLine]:
    """What the lot draws from which batch, with the batches' projects."""
    found = listing.lines.select_related("batch__project", "batch__region__parent__parent").order_by("id")
    return list(found)


def lot(listing: Listing) -> facts.Lot:
    """The lot with all kinds of its class, and the papers it comes from."""
    batches = [line.batch for line in lines_of(listing)]
    projects = [batch.project for batch in batches if batch.project is not None]
    return facts.Lot(
        listing_number=known(listing.number),
        title=said(listing.title, otherwise=listing.terms.title),
        quota_type=listing.terms.title,
        made_of=listing.terms.made_of,
        certificate=listing.terms.certificate,
        seller=said(listing.seller.name),
        region=named(place(batch.region) for batch in batches),
        project_name=named(batch.title for batch in batches),
        project_approval_no=named(project.approval_no for project in projects) or None,
        acceptance_no=named(project.acceptance_no for project in projects) or None,
        reserve_certificate_no=named(batch.certificate_no for batch in batches),
        quantities=listing.quantities,
        quality_grade=listing.grade,
        method=listing.trade.printed,
        taker=listing.trade.taker,
        with_deposit=listing.trade.has("deposit"),
    )


def basis(rules: Rules) -> dict[str, Any]:
    """Under which rules a document is issued."""
    return {
        "legal_basis": tuple(said(each) for each in rules.legal_basis if each.strip()),
        "rulebook_version": f"{said(rules.name)} 第{rules.version}版",
    }


def common(listing: Listing) -> dict[str, Any]:
    """What every document of a listing states beside its own matter."""
    return {"lot": lot(listing), **basis(listing.rules), "contacts": contacts(listing)}


def contacts(listing: Listing) -> tuple[facts.Contact, ...]:
    """Whom to ask: the trading centre about the procedure, the seller about the quota."""
    centre = trading_centre(listing)
    return (
        _contact("报名与竞价咨询", centre.contact, centre),
        _contact("指标情况咨询", listing.contact or listing.seller.contact, listing.seller),
    )


def _contact(role: str, text: str, organisation: Organisation) -> facts.Contact:
    phone = phone_in(text) or organisation.phone or None
    name = (text.replace(phone, " ") if phone else text).strip(" ，,：:；;、/（）()\n\t")
    return facts.Contact(
        role=role,
        name=said(name, otherwise=said(organisation.name)),
        phone=phone,
        address=said(organisation.address) if organisation.address.strip() else None,
    )


def phone_in(text: str) -> str | None:
    """The telephone number in a contact such as 鄢女士 0371-60000000, if there is one."""
    found = _PHONE.search(text)
    return found.group() if found else None


def terms(rules: Parameters) -> facts.Terms:
    """The time limits that the listing's own rules set."""
    return facts.Terms.taken_from(rules)


def timed_bidding(listing: Listing) -> facts.TimedBidding | None:
    """The rule of timed bidding, when it is on."""
    timed = listing.rules.parameters.timed_bidding
    if not timed.enabled:
        return None
    return facts.TimedBidding(
        round_minutes=timed.round_minutes,
        least_bidders=timed.least_bidders,
        preparation_minutes=timed.pause_minutes,
        from_opening=listing.trade.rounds_from_opening,
    )


def bidder_kinds(rules: Parameters) -> tuple[str, ...]:
    """Who may bid, in the order of the roles."""
    return tuple(label for role, label in ROLE_LABELS.items() if role in rules.bidder_kinds)


def portal() -> str:
    """The address of the portal."""
    return settings.SITE_URL


def due_at(listing: Listing, kind: str) -> datetime:
    """The end of the listing's last deadline of a kind. One that was never started is a programming error."""
    return of_case(listing.pk).filter(kind=kind).latest("id").due_at


def trading_centre(listing: Listing) -> Organisation:
    """The province's trading centre, which issues all documents but the transfer certificate."""
    return office(Can.RUN_TRADES, province=listing.province)


def issue(case: Case, stated: facts.Facts, *, by: Organisation, now: datetime, number: str = "") -> Document:
    """Issue a document that everybody may see, under `number`, or else a lot's under the next one of its kind."""
    return documents.issue(
        kind=stated.kind,
        facts=stated,
        number=number or numbers.next_of(stated.kind, listing=case.listing, now=now),
        case_id=case.pk,
        issued_by_id=by.pk,
        issued_by_name=said(by.name),
        public=True,
        now=now,
    )


def issue_to(
    case: Case,
    stated: facts.Facts,
    *,
    to: int,
    number: str,
    by: Organisation,
    now: datetime,
    registration_id: int | None = None,
) -> Document:
    """Issue a document to one organisation, `to`; the public learns of it no more than that it is genuine."""
    return documents.issue(
        kind=stated.kind,
        facts=stated,
        number=number,
        case_id=case.pk,
        registration_id=registration_id,
        issued_by_id=by.pk,
        issued_by_name=said(by.name),
        public=False,
        visible_to=to,
        now=now,
    )


def issue_after_money(
    listing: Listing,
    stated: facts.Facts,
    *,
    to: int,
    number: str,
    by: Organisation,
    now: datetime,
    registration_id: int,
) -> Document:
    """As `issue_to`, for what follows money that is booked: never refused, somebody is told of a fault.

    Before the close that is the bidder alone, since who has paid in full is nobody else's business; then its issuer.
    """
    made = documents.issue_unproven(
        kind=stated.kind,
        facts=stated,
        number=number,
        case_id=listing.pk,
        registration_id=registration_id,
        issued_by_id=by.pk,
        issued_by_name=said(by.name),
        visible_to=to,
        now=now,
    )
    if made.fault:
        hidden = identities_hidden(listing)
        whom = (
            "如单位登记名称有误，请联系平台管理人员更正。" if hidden else "请核对单位登记名称，或更新字库。"
        )
        tell(
            organisation_id=to if hidden else by.pk,
            kind="paper_unprintable",
            title="文书暂不能印制",
            text=f"{listing.number}的{stated.kind.label}（{number}）含有字库中没有的字符，文号已生效，"
            f"文件暂不能印制；更新字库后，打开文书时即予印制。{whom}",
            now=now,
            case_id=listing.pk,
            about=number,
        )
    return made.document
