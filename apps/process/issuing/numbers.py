"""Numbers of documents (文号): 豫补耕公告〔2026〕0001号, without gaps for each kind, class of quota,
province and year."""

from datetime import datetime

from apps.documents.queries import latest
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from kernel.clock import beijing
from kernel.numbering.commands import next_number

PROVINCES: dict[str, str] = {
    "11": "京",
    "12": "津",
    "13": "冀",
    "14": "晋",
    "15": "蒙",
    "21": "辽",
    "22": "吉",
    "23": "黑",
    "31": "沪",
    "32": "苏",
    "33": "浙",
    "34": "皖",
    "35": "闽",
    "36": "赣",
    "37": "鲁",
    "41": "豫",
    "42": "鄂",
    "43": "湘",
    "44": "粤",
    "45": "桂",
    "46": "琼",
    "50": "渝",
    "51": "川",
    "52": "黔",
    "53": "滇",
    "54": "藏",
    "61": "陕",
    "62": "甘",
    "63": "青",
    "64": "宁",
    "65": "新",
}
"""Short names of the provinces by the first two digits of their GB/T 2260 code."""


def next_of(kind: DocumentKind, *, listing: Listing, now: datetime) -> str:
    """The next number of a kind, of the lot's class, province and year (Beijing). ValueError for one without series."""
    if not kind.series:
        raise ValueError(f"{kind} has no series of numbers")
    year = beijing(now).year
    mark, province = listing.terms.mark, listing.province
    serial = next_number(f"document:{kind}:{mark}:{province}:{year}")
    return f"{PROVINCES[province[:2]]}{mark}{kind.series}〔{year}〕{serial:04d}号"


def of_certificate(listing: Listing, *, paddle: int) -> str:
    """A certificate's number, from its lot and its random paddle: it tells neither order nor count of bidders."""
    return f"{listing.number}竞资{paddle:03d}"


def of_latest(listing: Listing, kind: DocumentKind) -> str:
    """The number of the listing's last document of a kind. One that was never issued is a programming error.

    One in which a slip was mended is cited by its own number: what others signed or hold names it so.
    """
    document = latest(case_id=listing.pk, kind=kind, as_first_issued=True)
    if document is None:
        raise ValueError(f"{listing} has no {kind}")
    return document.number


def of_announcement(listing: Listing) -> str:
    """The number of the document that announced a listing, of whichever form of trade."""
    return of_latest(listing, DocumentKind(listing.trade.notice))
