"""Every page there is, as every role that may see it: for the tests of pages and for the screenshots.

An address with a name in braces takes an id out of the market, such as a lot in bidding; a name that stands for
something of one's own, such as what waits for one's release, is asked for with who looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.demo.organisations import HENAN
from apps.documents.models import Document
from apps.land.models import Project
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.objections.models import Objection
from apps.parties.models import Membership, Person
from apps.parties.queries import actor_of
from apps.quota.batch_models import Batch
from apps.rulebook.models import Rulebook
from apps.rulebook.subjects import SUPPLEMENTARY
from apps.stages.qualification.models import Registration
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.web.opaque import shown


@dataclass(frozen=True)
class Visit:
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
    "/rules/{rules}/",
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
    "/listings/{bidding}/hall/?screen=1",
    "/listings/{completed}/",
    "/listings/{suspended}/",
    "/listings/{unsold}/",
)
EVERYBODY = (
    "/desk/",
    "/desk/listings/",
    "/desk/notices/",
    "/desk/documents/",
    "/desk/preferences/",
    "/desk/organisation/",
    "/duty/",
)
BY_ROLE: dict[str, tuple[str, ...]] = {
    "seller1-op": (
        "/desk/quota/",
        "/desk/quota/import/",
        "/desk/projects/",
        "/desk/registrations/",
        "/desk/acts/listing.draft/0/",
        "/desk/acts/project.record/0/",
        "/desk/listings/{own}/",
    ),
    "seller1-ap": ("/desk/preparations/{preparation}/",),
    "project-owner": ("/desk/projects/", "/desk/projects/{project}/", "/desk/quota/"),
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
        "/desk/auctions/",
        "/desk/money/",
        "/desk/statistics/",
        "/desk/rulebooks/",
        "/desk/calendars/",
        "/desk/deadlines/",
        "/desk/reserve/",
        "/desk/reserve/handovers/",
        "/desk/listings/{under_review}/",
        "/desk/acts/review.decide/{under_review}/",
        "/desk/acts/announcement.publish/{approved}/",
        "/desk/listings/{closed}/",
        "/desk/listings/{bidding}/",
        "/desk/acts/listing.suspend/{bidding}/",
        "/desk/acts/confirmation.issue/{closed}/",
    ),
    "centre-ap": (
        "/desk/overview/",
        "/desk/acts/confirmation.issue/{closed}/",
        "/desk/preparations/{preparation}/",
    ),
    "province-op": (
        "/desk/quota/import/",
        "/desk/reserve/",
        "/desk/reserve/handovers/",
        "/desk/rulebooks/",
        "/desk/rulebooks/compare/?new={newest_rules}",
        "/desk/rulebooks/{newest_rules}/try/",
        "/desk/calendars/",
        "/desk/calendars/load/",
        "/desk/deadlines/",
        "/desk/statistics/",
        "/desk/acts/rulebook.draft/0/",
        "/desk/acts/calendar.load/0/",
    ),
    "province-ap": ("/desk/rulebooks/", "/desk/preparations/{preparation}/"),
    "finance-op": (
        "/desk/finance/",
        "/desk/finance/statement/",
        "/desk/finance/expected/",
        "/desk/money/",
        "/desk/reconciliation/",
        "/desk/acts/money.import/0/",
    ),
    "finance-ap": (),
    "supervisor-op": (
        "/desk/record/",
        "/desk/record/chains/",
        "/desk/anomalies/",
        "/desk/finance/",
        "/desk/deadlines/",
        "/desk/rulebooks/",
        "/desk/calendars/",
        "/desk/reserve/",
        "/desk/reserve/handovers/",
        "/desk/rulebooks/compare/",
        "/desk/reconciliation/",
        "/desk/statistics/",
        "/desk/listings/{bidding}/",
    ),
}


def _lots(status: ListingStatus) -> QuerySet[Listing]:
    """The main province's lots in a status, oldest first."""
    return Listing.objects.filter(province=HENAN.code, status=status).order_by("pk")


def _lot(status: ListingStatus) -> Callable[[], int | None]:
    return lambda: _lots(status).values_list("pk", flat=True).first()


def _projects() -> QuerySet[Project]:
    return Project.objects.filter(region__code__startswith=HENAN.code[:2]).order_by("id")


def _of(who: str, status: ListingStatus) -> int | None:
    found = Registration.objects.filter(
        organisation__memberships__person__username=who, listing__status=status
    )
    return found.order_by("id").values_list("listing_id", flat=True).first()


def _waiting_for(who: str) -> int | None:
    """What waits for somebody's release."""
    found = Preparation.objects.filter(
        decided_at=None,
        organisation_id__in=Membership.objects.filter(person__username=who).values("organisation_id"),
    )
    pk = found.order_by("id").values_list("pk", flat=True).first()
    return None if pk is None else shown(pk, "preparation")


def leave_in_hand(*, now: datetime) -> None:
    """What the demonstration's market lacks: drafted rules, and something that waits for each kind of approver."""
    book = Rulebook.objects.filter(subject=SUPPLEMENTARY.code).order_by("id").first()
    assert book is not None
    drafted = {
        "province": book.province,
        "name": book.name,
        "legal_basis": book.legal_basis,
        "valid_from": f"{now + timedelta(days=60):%Y-%m-%d}",
        "parameters": {**book.parameters, "publication_days": book.parameters["publication_days"] + 3},
    }
    _prepared("province-op", "rulebook.draft", 0, drafted, now=now)
    paid = _lots(ListingStatus.PAID).last()
    bidding = _lots(ListingStatus.BIDDING).last()
    draft = _NAMES["own"]()
    assert paid
    assert bidding
    assert isinstance(draft, int)
    _prepared("finance-op", "remittance.release", paid.pk, {}, now=now)
    batch = Batch.objects.filter(project__in=_projects()).order_by("id").last()
    assert batch
    _prepared("province-op", "quota.encumber", batch.pk, {"reason": "核查权属"}, now=now)
    _prepared("seller1-op", "listing.withdraw", draft, {}, now=now)
    why: dict[str, object] = {"reason": "标的权属需要核实。", "public_reason": "核实标的情况。"}
    _prepared("centre-op", "listing.suspend", bidding.pk, why, now=now)


def _prepared(who: str, name: str, subject_id: int, data: dict[str, object], *, now: datetime) -> None:
    by = actor_of(Membership.objects.select_related("organisation", "person").get(person__username=who))
    perform(act_called(name), subject_id=subject_id, data=data, by=by, now=now)


def username(who: str) -> str:
    """The user name of somebody: `winner` won the first lot under contract, `project-owner` has projects."""
    if who == "project-owner":
        owner = _projects().values("owner_id")[:1]
        return Person.objects.get(memberships__organisation_id__in=owner, username__endswith="-op").username
    if who != "winner":
        return who
    lot = _lots(ListingStatus.CONTRACTED).first()
    assert lot is not None
    found = Person.objects.filter(memberships__organisation=lot.contract.winner, username__endswith="-op")
    return str(found.values_list("username", flat=True).get())


_NAMES: dict[str, Callable[[], object | None]] = {
    **{str(status): _lot(status) for status in ListingStatus},
    "own": lambda: (
        Listing.objects.filter(seller__memberships__person__username="seller1-op", status=ListingStatus.DRAFT)
        .order_by("pk")
        .values_list("pk", flat=True)
        .last()
    ),
    "bid_on": lambda: _of("bidder1-op", ListingStatus.BIDDING),
    "code": lambda: (
        Document.objects.filter(public=True)
        .order_by("pk")
        .values_list("verification_code", flat=True)
        .first()
    ),
    "objection": lambda: Objection.objects.order_by("pk").values_list("pk", flat=True).first(),
    "project": lambda: _projects().values_list("pk", flat=True).first(),
    "newest_rules": lambda: (
        Rulebook.objects.filter(subject=SUPPLEMENTARY.code)
        .order_by("province", "pk")
        .filter(province=_province())
        .values_list("pk", flat=True)
        .last()
    ),
    "rules": lambda: f"{_province()}/1",
}
_OWN: dict[str, Callable[[str], object | None]] = {"preparation": _waiting_for}


def _province() -> str:
    return str(Rulebook.objects.order_by("id").values_list("province", flat=True)[0])


def visited() -> list[Visit]:
    """Every page, with the ids of the market that is there. KeyError for a name the market has nothing for."""
    by_person = {"public": PUBLIC} | {who: EVERYBODY + more for who, more in BY_ROLE.items()}
    return [Visit(who, _filled(path, who)) for who, paths in by_person.items() for path in paths]


def _filled(path: str, who: str) -> str:
    start, brace, rest = path.partition("{")
    if not brace:
        return path
    name, _, end = rest.partition("}")
    found = _OWN[name](who) if name in _OWN else _NAMES[name]()
    if found is None:
        raise KeyError(f"the market has no {name} for {path}")
    return f"{start}{found}{end}"
