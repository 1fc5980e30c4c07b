"""Who bids, and how many, is nobody's business before a lot's close: what of the record and of money is shown then."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from django.db.models import DateTimeField, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from apps.listings.models import Listing
from apps.listings.queries import names_hidden
from apps.money.models import BankEntry, Statement, SubAccount
from apps.money.names import MONEY_IMPORT, MONEY_LINE
from apps.parties.models import Organisation
from apps.parties.queries import in_province
from apps.parties.roles import Can, kinds_that
from kernel.access.models import Preparation
from kernel.actors import Actor
from kernel.acts.verbs import verbs_told
from kernel.audit.models import AuditEntry
from kernel.cases.models import Case
from kernel.web.opaque import shown

LOGINS = ("person.login", "person.logout")
_TRADING = list(kinds_that(Can.BUY))
_PUBLIC = ("listings.listing", "parties.organisation", "rulebook.rulebook")
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def hidden_listings() -> QuerySet[Listing]:
    """Lots on which who bids is nobody's business yet."""
    return Listing.objects.filter(names_hidden())


def hidden_among(listing_ids: Iterable[int | None]) -> dict[int, int]:
    """Of these lots the hidden ones, each with its seller."""
    wanted = {each for each in listing_ids if each}
    return dict(hidden_listings().filter(pk__in=wanted).values_list("pk", "seller_id")) if wanted else {}


def traders_logins_hidden_since() -> datetime | None:
    """When who might bid signs in is nobody's business, from the first announcement of a lot before its close on."""
    since: datetime | None = hidden_listings().aggregate(since=Min("announced_at"))["since"]
    return since


def past_the_close(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Statements that hold no money of a lot before its close: a sum over deposits counts the bidders."""
    earlier = Statement.objects.filter(
        account=OuterRef(OuterRef("account")),
        province=OuterRef(OuterRef("province")),
        covers_until__lt=OuterRef(OuterRef("covers_until")),
    ).order_by("-covers_until")
    since = Coalesce(Subquery(earlier.values("covers_until")[:1]), Value(_EVER), output_field=DateTimeField())
    within = BankEntry.objects.filter(
        arrived_at__gt=since,
        arrived_at__lte=OuterRef("covers_until"),
        sub_account__case_id__in=hidden_listings().values("pk"),
    )
    return statements.exclude(Exists(within))


def without_balances(statements: Iterable[Statement]) -> list[Statement]:
    """The statements as others than finance read them, of which `past_the_close` left some out.

    Two balances with a hole between them give what lies in the hole: from the first money of a lot before its close
    on, opening and closing are left out. The rows are not to be saved.
    """
    rows = list(statements)
    came = BankEntry.objects.filter(sub_account__case_id__in=hidden_listings().values("pk"))
    since = dict(came.order_by().values_list("province").annotate(first=Min("arrived_at")))
    for each in rows:
        if each.province in since and each.covers_until >= since[each.province]:
            each.opening_balance = each.closing_balance = None
    return rows


def first_hidden_arrival(province: str) -> datetime | None:
    """When the first money of a lot before its close came into a province; sums and balances from then on count it."""
    came = BankEntry.objects.filter(
        sub_account__case_id__in=hidden_listings().values("pk"), province__startswith=province[:2]
    )
    first: datetime | None = came.aggregate(first=Min("arrived_at"))["first"]
    return first


def hidden_chains() -> set[str]:
    """The chains of the record whose length would count bidders."""
    return {f"case:{pk}" for pk in hidden_listings().values_list("pk", flat=True)}


def shown_subject(subject: str) -> str:
    """What an entry is about, with the id as it is shown, for the ids of applications and payments count them too."""
    model, _, pk = subject.partition(":")
    return (
        f"{model}:{shown(int(pk), model.rpartition('.')[2])}"
        if pk.isdecimal() and model not in _PUBLIC
        else subject
    )


def gapped() -> Callable[[AuditEntry], bool]:
    """Tells of an entry whether others of its chain are not shown now, so that its place in the chain counts them."""
    hidden = hidden_chains()
    return lambda row: row.chain in hidden or (bool(hidden) and row.case_id is None)


def without_bidders(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """The record without what would tell who bids, or how many, on lots before close; it shows all afterwards."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    telling = ~Q(verb__in=verbs_told())
    own = Listing.objects.filter(pk=OuterRef("case_id"), seller_id=OuterRef("organisation_id"))
    strangers = (Q(role__in=_TRADING) | Q(verb__startswith="attachment.")) & ~Exists(own)
    prepared = [
        f"access.preparation:{pk}" for pk in _telling_preparations(hidden).values_list("pk", flat=True)
    ]
    shown = entries.exclude(Q(case_id__in=hidden) & (telling | strangers)).exclude(subject__in=prepared)
    since = traders_logins_hidden_since()
    if since is not None:
        shown = shown.exclude(verb__in=LOGINS, role__in=_TRADING, at__gte=since)
    return _without_payers(shown, hidden)


def readable_by(by: Actor) -> QuerySet[AuditEntry]:
    """The record as a supervisor reads it: cases of its province, its organisations' other acts, the exchange's own.

    Without what would tell who bids before the close.
    """
    cases = Case.objects.filter(in_province(by, "province")).values("pk")
    ours = Organisation.objects.filter(in_province(by, "region__code")).values("pk")
    elsewhere = Q(case_id__isnull=True) & (Q(organisation_id__in=ours) | Q(organisation_id=0))
    return without_bidders(AuditEntry.objects.filter(Q(case_id__in=cases) | elsewhere))


def _without_payers(entries: QuerySet[AuditEntry], hidden: set[int]) -> QuerySet[AuditEntry]:
    """A refused import says who paid into which account, and belongs to no lot's chain: shown only where the account
    is known and its lot is past the close. A statement names its sub-account, which is a bidder's own."""
    placed = SubAccount.objects.filter(number=OuterRef("credited")).exclude(case_id__in=hidden)
    credited = KeyTextTransform("credited_number", KeyTransform("tried", "after"))
    refused = Q(verb__in=(MONEY_IMPORT, MONEY_LINE), outcome="refused")
    telling = SubAccount.objects.filter(case_id__in=hidden, number=OuterRef("named"))
    shown = entries.annotate(credited=credited).exclude(refused & ~Exists(placed))
    for path in (
        KeyTextTransform("account", "after"),
        KeyTextTransform("slot", "after"),
        KeyTextTransform("account", KeyTransform("tried", "after")),
    ):
        shown = shown.alias(named=path).exclude(Q(verb__startswith="money.") & Exists(telling))
    return shown


def _telling_preparations(hidden: set[int]) -> QuerySet[Preparation]:
    """Preparations around applications to bid on lots before close; they stand in the platform's chain."""
    return Preparation.objects.filter(case_id__in=hidden).exclude(act__in=verbs_told())
