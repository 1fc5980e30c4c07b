"""Every page there is, as every role that may see it: for the tests of pages and for the screenshots.

An address with a name in braces takes an id out of the market, such as a lot in bidding.
"""

from collections.abc import Callable
from dataclasses import dataclass

from apps.documents.models import Document
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.objections.models import Objection
from apps.parties.models import Person
from apps.quota.models import Project
from apps.rulebook.models import Rulebook
from apps.stages.qualification.models import Registration
from kernel.access.models import Preparation


@dataclass(frozen=True)
class Sight:
    """One address, as one person sees it; `public` is nobody signed in."""

    who: str
    path: str

    @property
    def name(self) -> str:
        """A file name for it."""
        words = self.path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-") or "home"
        return f"{self.who}--{words}"


PUBLIC = (
    "/",
    "/announcements/",
    "/listings/",
    "/listings/?q=指标&status=bidding",
    "/listings/?q=没有这样的项目",
    "/results/",
    "/market/",
    "/guide/",
    "/rules/",
    "/verify/",
    "/verify/{code}",
    "/open-data/",
    "/login/",
    "/clock/",
    "/logins/",
    "/styleguide/",
    "/no-such-page/",
    "/listings/{announced}/",
    "/listings/{bidding}/",
    "/listings/{bidding}/hall/",
    "/listings/{completed}/",
    "/listings/{suspended}/",
    "/listings/{unsold}/",
)
EVERYBODY = (
    "/desk/",
    "/desk/listings/",
    "/desk/notices/",
    "/desk/preferences/",
    "/desk/organisation/",
    "/duty/",
)
BY_ROLE: dict[str, tuple[str, ...]] = {
    "seller1-op": (
        "/desk/quota/",
        "/desk/quota/import/",
        "/desk/registrations/",
        "/desk/acts/listing.draft/0/",
        "/desk/acts/project.record/0/",
        "/desk/listings/{own}/",
    ),
    "seller1-ap": (),
    "bidder1-op": (
        "/desk/registrations/",
        "/desk/quota/",
        "/desk/listings/{announced}/",
        "/desk/listings/{bid_on}/",
        "/desk/listings/{bid_on}/bid/",
        "/desk/acts/registration.submit/{announced}/",
    ),
    "bidder1-ap": (),
    "winner": ("/desk/listings/{contracted}/",),
    "centre-op": (
        "/desk/?show=mine",
        "/desk/control/",
        "/desk/money/",
        "/desk/statistics/",
        "/desk/rulebooks/",
        "/desk/calendars/",
        "/desk/deadlines/",
        "/desk/reserve/",
        "/desk/listings/{under_review}/",
        "/desk/acts/review.decide/{under_review}/",
        "/desk/acts/announcement.publish/{approved}/",
        "/desk/listings/{closed}/",
        "/desk/listings/{bidding}/",
        "/desk/acts/listing.suspend/{bidding}/",
        "/desk/acts/confirmation.issue/{closed}/",
    ),
    "centre-ap": ("/desk/acts/confirmation.issue/{closed}/",),
    "province-op": (
        "/desk/reserve/",
        "/desk/rulebooks/",
        "/desk/calendars/",
        "/desk/deadlines/",
        "/desk/statistics/",
        "/desk/acts/rulebook.draft/0/",
        "/desk/acts/calendar.load/0/",
    ),
    "province-ap": (),
    "finance-op": (
        "/desk/finance/",
        "/desk/finance/statement/",
        "/desk/money/",
        "/desk/reconciliation/",
        "/desk/acts/money.import/0/",
    ),
    "finance-ap": (),
    "supervisor-op": (
        "/desk/record/",
        "/desk/anomalies/",
        "/desk/finance/",
        "/desk/deadlines/",
        "/desk/rulebooks/",
        "/desk/calendars/",
        "/desk/reserve/",
        "/desk/reconciliation/",
        "/desk/statistics/",
        "/desk/listings/{bidding}/",
    ),
}


def _lot(status: ListingStatus) -> Callable[[], int | None]:
    return lambda: Listing.objects.filter(status=status).order_by("id").values_list("pk", flat=True).first()


def _of(who: str, status: ListingStatus) -> int | None:
    found = Registration.objects.filter(
        organisation__memberships__person__username=who, listing__status=status
    )
    return found.order_by("id").values_list("listing_id", flat=True).first()


def username(who: str) -> str:
    """The user name of somebody; `winner` is whoever won the first lot whose contract is in force."""
    if who != "winner":
        return who
    lot = Listing.objects.filter(status=ListingStatus.CONTRACTED).order_by("id").first()
    assert lot is not None
    found = Person.objects.filter(memberships__organisation=lot.contract.winner, username__endswith="-op")
    return str(found.values_list("username", flat=True).get())


_NAMES: dict[str, Callable[[], object | None]] = {
    **{str(status): _lot(status) for status in ListingStatus},
    "own": lambda: (
        Listing.objects.filter(seller__memberships__person__username="seller1-op")
        .order_by("id")
        .values_list("pk", flat=True)
        .last()
    ),
    "bid_on": lambda: _of("bidder1-op", ListingStatus.BIDDING),
    "code": lambda: (
        Document.objects.filter(public=True)
        .order_by("id")
        .values_list("verification_code", flat=True)
        .first()
    ),
    "objection": lambda: Objection.objects.order_by("id").values_list("pk", flat=True).first(),
    "project": lambda: Project.objects.order_by("id").values_list("pk", flat=True).first(),
    "rulebook": lambda: Rulebook.objects.order_by("id").values_list("pk", flat=True).first(),
    "preparation": lambda: Preparation.objects.order_by("id").values_list("pk", flat=True).first(),
}


def sights() -> list[Sight]:
    """Every page, with the ids of the market that is there. KeyError for a name the market has nothing for."""
    by_person = {"public": PUBLIC} | {who: EVERYBODY + more for who, more in BY_ROLE.items()}
    return [Sight(who, _filled(path)) for who, paths in by_person.items() for path in paths]


def _filled(path: str) -> str:
    start, brace, rest = path.partition("{")
    if not brace:
        return path
    name, _, end = rest.partition("}")
    found = _NAMES[name]()
    if found is None:
        raise KeyError(f"the market has no {name} for {path}")
    return f"{start}{found}{end}"
