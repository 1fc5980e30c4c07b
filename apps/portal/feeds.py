"""What is new, for feed readers (RSS): announcements and results, each with the filter of its list."""

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils.safestring import SafeString

from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.portal import lots
from apps.portal.lots import Wanted, wanted_from

_MOST = 50


class Announcements(Feed[tuple[Document, Listing], Wanted]):
    """The last public notices, such as announcements and supplements."""

    title = "土地指标交易公告"
    description = "交易公告、补充公告、中止恢复终止公告和结果公示"
    language = "zh-cn"

    def get_object(self, request: HttpRequest) -> Wanted:
        """The same filter as on the page."""
        return wanted_from(request.GET.dict())

    def link(self, wanted: Wanted) -> str:
        """The page of which it is the feed."""
        return f"/announcements/?{wanted.query}" if wanted.query else "/announcements/"

    def items(self, wanted: Wanted) -> list[tuple[Document, Listing]]:
        """The newest first."""
        return lots.of_lots(list(lots.notices(wanted)[:_MOST]))

    def item_title(self, item: tuple[Document, Listing]) -> SafeString:
        """What was published, about which lot."""
        document, listing = item
        return SafeString(f"{DocumentKind(document.kind).label}：{listing.title}")

    def item_description(self, item: tuple[Document, Listing]) -> str:
        """The document's number, the seller and what is sold."""
        document, listing = item
        return f"{document.number}，出让方{listing.seller.name}，{listing.lines_text()}"

    def item_link(self, item: tuple[Document, Listing]) -> str:
        """Its stable address."""
        return f"/announcements/{item[0].verification_code}/"

    def item_pubdate(self, item: tuple[Document, Listing]) -> datetime:
        """When it was published."""
        return item[0].issued_at


class Results(Feed[Listing, Wanted]):
    """The last results."""

    title = "土地指标成交结果"
    description = "竞价结束的项目及其成交价；竞得人自成交确认起公开"
    language = "zh-cn"

    def get_object(self, request: HttpRequest) -> Wanted:
        """The same filter as on the page."""
        return wanted_from(request.GET.dict())

    def link(self, wanted: Wanted) -> str:
        """The page of which it is the feed."""
        return f"/results/?{wanted.query}" if wanted.query else "/results/"

    def items(self, wanted: Wanted) -> list[Listing]:
        """The last closed first."""
        return list(lots.decided(wanted)[:_MOST])

    def item_title(self, listing: Listing) -> SafeString:
        """Sold at which price, or not sold."""
        award = getattr(listing, "award", None)
        if award is None or listing.stood_at is ListingStatus.UNSOLD:
            return SafeString(f"未成交：{listing.title}")
        return SafeString(f"成交：{listing.title}，{award.unit_price:,} {listing.unit.label}")

    def item_description(self, listing: Listing) -> str:
        """The total, and the winner once that is public."""
        award = getattr(listing, "award", None)
        confirmation = getattr(listing, "confirmation", None)
        told = [f"项目编号 {listing.number}", f"出让方{listing.seller.name}", listing.lines_text()]
        if award is not None:
            told.append(f"成交总价 {award.total_price:,} 元")
        if confirmation is not None:
            told.append(f"竞得人{confirmation.winner.name}")
        return "，".join(told)

    def item_link(self, listing: Listing) -> str:
        """The page of the lot."""
        return f"/listings/{listing.pk}/"

    def item_guid(self, listing: Listing) -> str:
        """One result a lot and status: a confirmation is news."""
        return f"{listing.number}-{'confirmed' if getattr(listing, 'confirmation', None) else 'closed'}"

    item_guid_is_permalink = False

    def item_pubdate(self, listing: Listing) -> datetime | None:
        """When bidding ended."""
        return listing.closed_at
