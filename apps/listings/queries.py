"""Finding listings: for the public, for an organisation, and under lock for a command."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from apps.documents.queries import lots_of_number
from apps.kinds.table import QuotaClass, QuotaKind
from apps.kinds.trade import OPEN
from apps.listings import rules
from apps.listings.models import Listing, ListingLine
from apps.listings.states import BEFORE_CLOSE, BEFORE_PUBLICATION, ENDED, ListingStatus
from apps.parties.roles import Can, role_called
from apps.quota.ledger import Line
from apps.rulebook.queries import Rules, in_force_or_never, rules_of
from apps.rulebook.subjects import traded_under
from kernel import lanes
from kernel.actors import Actor
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, not_found


def held(listing_id: int, *, now: datetime, by: Actor) -> Listing:
    """The listing under its lane, with everything due before `now` already settled. For people's commands.

    Refuses not_found, also for an office of another province. Raises `Unsettled` when a deadline comes first; the
    gate settles it and tries again.
    """
    listing = locked(listing_id)
    if by.can(Can.SEE_CASES) and by.region[:2] != listing.province[:2]:
        raise not_found("挂牌项目")
    require_settled(case_id=listing_id, now=now)
    return listing


def locked(listing_id: int) -> Listing:
    """The listing under its lane, as it is. For deadlines and reactions, which run in their own order."""
    lanes.hold(lanes.CASE, listing_id)
    listing = (
        Listing.objects.select_for_update(of=("self",)).select_related("case").filter(pk=listing_id).first()
    )
    if listing is None:
        raise not_found("挂牌项目")
    return listing


def rules_now(*, province: str, of: QuotaClass, now: datetime) -> Rules:
    """The rules a new application for quota of a class runs under: those in force.

    Refuses: rule_expired, invalid (the province has never had an approved rulebook).
    """
    book = in_force_or_never(province=province, subject=traded_under(of), now=now)
    if book is None:
        raise Refused.because(
            Code.INVALID, "本省尚无已批准的交易规则，请联系省级主管部门。", province=province
        )
    return rules_of(book)


def published() -> QuerySet[Listing]:
    """What the public sees: everything that was announced."""
    return (
        Listing.objects.filter(announced_at__isnull=False)
        .select_related("seller", "seller__region")
        .order_by("-pk")
    )


def with_lines(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """The same with what each sells as `sold`, for whoever shows it: in the same query, however many they are."""
    line = JSONObject(kind="kind", amount=Cast("amount", TextField()))
    sold = ListingLine.objects.filter(listing=OuterRef("pk")).order_by("id").values_list(line)
    return listings.annotate(sold=ArraySubquery(sold))


def selling(listings: QuerySet[Listing], kind: str) -> QuerySet[Listing]:
    """Those that sell something of a kind, by its code."""
    return listings.filter(Exists(ListingLine.objects.filter(listing=OuterRef("pk"), kind=kind)))


class _Found(Func):
    """Whether the words of a lot answer a query."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()


def holding(listings: QuerySet[Listing], text: str) -> QuerySet[Listing]:
    """Those in whose number, title, seller or county every word of `text` occurs, as it is written.

    Words are parted by spaces; case and full-width forms do not matter; one sign is enough. Text without any word
    finds everything. The number of a public document finds its lot.
    """
    words = text.replace("\x00", " ").split()
    if not words:
        return listings
    wanted = Func(Value(" ".join(words)), function="search_query")
    found = listings.filter(_Found(F("words__grams"), wanted))
    named = lots_of_number(text)
    return listings.filter(Q(pk__in=named)) if named and not found.exists() else found


def visible_to(by: Actor) -> QuerySet[Listing]:
    """What an actor sees: what is published, its own, and for those who work on listings everything but drafts."""
    listings = Listing.objects.select_related("seller", "seller__region").order_by("-pk")
    reached = role_called(by.role).reach.prefix(by.region)
    if reached is not None and (by.can(Can.SEE_CASES) or not by.is_person):
        return listings.exclude(status=ListingStatus.DRAFT).filter(_within(reached))
    if not by.is_person:
        return listings.filter(announced_at__isnull=False)
    own = Q(seller_id=by.organisation_id) | Q(counterparty_id=by.organisation_id)
    return listings.filter(Q(announced_at__isnull=False) | own)


def _within(reached: str) -> Q:
    """Lots of the division whose code begins so: by their province's own copy, below it by where the seller is."""
    found = Q(province__startswith=reached[:2])
    return found & Q(seller__region__code__startswith=reached) if len(reached) > 2 else found


def listing_for(listing_id: int, *, by: Actor) -> Listing:
    """One listing, if the actor may see it. Refuses: not_found."""
    found = visible_to(by).filter(pk=listing_id).first()
    if found is None:
        raise not_found("挂牌项目")
    return found


def require_visible(listing_id: int, *, by: Actor) -> None:
    """Refuse not_found when the actor may not know of the listing. The first line of every command on one."""
    if not visible_to(by).filter(pk=listing_id).exists():
        raise not_found("挂牌项目")


def lines_of(listing: Listing) -> list[Line]:
    """What the lot draws from which batch, for the quota ledger."""
    return [Line(line.batch_id, QuotaKind(line.kind), line.amount) for line in listing.lines.order_by("id")]


def batches_of(listing: Listing) -> list[int]:
    """The batches that the lot draws from."""
    return list(listing.lines.order_by("id").values_list("batch_id", flat=True))


def freezing_of(batch_id: int) -> list[Listing]:
    """The lots for which quota of a batch stands frozen, by ascending id."""
    over = (*ENDED, ListingStatus.DRAFT, ListingStatus.TRANSFERRED, ListingStatus.PUBLICISED)
    found = Listing.objects.filter(Exists(ListingLine.objects.filter(listing=OuterRef("pk"), batch=batch_id)))
    return list(found.exclude(status__in=over).order_by("pk"))


_WITHOUT_QUOTA = (*ENDED - {ListingStatus.COMPLETED}, ListingStatus.DRAFT)


def under_planning_number(listing: Listing) -> list[Listing]:
    """The other lots of the province with planning scale under the same confirmation number, but what came to nothing.

    However the number is written.
    """
    found = Listing.objects.filter(province=listing.province, planning_key=listing.planning_key)
    return list(found.exclude(pk=listing.pk).exclude(status__in=_WITHOUT_QUOTA))


def promised_facts(listing: Listing) -> dict[str, dict[str, str]]:
    """What is promised of a lot's quality as plain values under `commitment`; nothing where nothing is."""
    promised = listing.promised
    if promised is None:
        return {}
    return {
        "commitment": {
            "grade": str(listing.grade),
            "target_grade": str(promised.target_grade),
            "area": f"{promised.area:.4f}",
            "project": str(promised.project_id),
            "days": str(promised.days),
            "proceeds_use": promised.proceeds_use,
            "capacity": f"{promised.promise.capacity:.0f}",
        }
    }


def promised_of(project_id: int, *, grade: int) -> QuerySet[Listing]:
    """The lots whose counties promise to better a project's ground of a grade, handed in and not decided yet."""
    found = Listing.objects.filter(commitment__project=project_id, commitment__decided_at=None, grade=grade)
    return found.exclude(status__in=_WITHOUT_QUOTA).select_related("commitment").order_by("pk")


def stood_still(listing: Listing, *, since: datetime) -> timedelta:
    """For how long a listing has stood still since an instant, by suspensions that are over."""
    over = listing.suspensions.filter(ended_at__gt=since).values_list("began_at", "ended_at")
    pauses = (ended_at - max(began_at, since) for began_at, ended_at in over if ended_at is not None)
    return sum(pauses, timedelta(0))


def ancestry(listing: Listing) -> list[int]:
    """Ids of the listings that this one sells again, the nearest first, and its own."""
    found = [listing.pk]
    current = listing.relisted_from_id
    while current is not None and current not in found:
        found.append(current)
        current = Listing.objects.filter(pk=current).values_list("relisted_from_id", flat=True).first()
    return found


def standing_at(statuses: Iterable[ListingStatus], *, path: str = "") -> Q:
    """Lots with one of these statuses, also those suspended from one. `path` leads to the listing: "listing__"."""
    names = [str(each) for each in statuses]
    suspended = {f"{path}status": str(ListingStatus.SUSPENDED), f"{path}suspended_from__in": names}
    return Q(**{f"{path}status__in": names}) | Q(**suspended)


def before_close(path: str = "") -> Q:
    """Lots before their close, also while suspended there: who bids on them is nobody's business yet."""
    return standing_at(BEFORE_CLOSE, path=path)


def names_hidden(path: str = "") -> Q:
    """Lots before their close in a form in which it is nobody's business who takes part. `path` as above."""
    return before_close(path) & ~Q(**{f"{path}form__in": OPEN})


def is_before_close(listing: Listing) -> bool:
    """Whether its bidding is still to end, also while it is suspended before that."""
    return rules.stands_before_close(listing.status, listing.suspended_from)


def identities_hidden(listing: Listing) -> bool:
    """Whether who bids is still nobody's business: before the close, but where identities are open throughout."""
    return is_before_close(listing) and not listing.trade.open


def is_public(listing: Listing) -> bool:
    """Whether the portal shows it."""
    return listing.stood_at not in BEFORE_PUBLICATION and listing.announced_at is not None
