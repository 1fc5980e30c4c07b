"""How the cost of pages, API lists and search grows: 1,000, 100,000 and 1,000,000 lots, and a million bids.

Pages and lists are asked for over HTTP, by one client; search is asked of the database, beside a trigram index and
beside reading every title.
"""

import base64
import time
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import psycopg2
from django.db import connection, connections
from django.db.models import QuerySet

from apps.listings.models import Listing
from apps.listings.queries import holding, published
from bench.bids import bid
from bench.hot import pages
from bench.processes import Server
from bench.report import Row, compare, figure, median, missing, plot, say
from bench.run import Gathered, Run
from bench.servers import FOLDER
from bench.world import World, certificates_of, copy_rows
from kernel import clock

NAME = "Pages, lists and search as they grow"
SIZES = (1_000, 100_000, 1_000_000)
BIDS = 1_000_000
_BIDS_OF_ONE = 10_000
_PAGE = 20
_SIGNS = (
    "山水川河林田原野石泉沟岭坡台湾塘桥寺营堡镇庄屯集碧青白赤金银玉珠龙凤马牛松柏杨柳桃李梅兰竹菊东西南北"
)
NAMES = (
    "page of lots, first",
    "page of lots, deep",
    "page of lots, a search that finds all",
    "page of lots, a search that finds few",
    "API list of lots, first",
    "API list of lots, deep",
    "API list of lots, a search that finds few",
    "home page",
)
_RARE, _SELDOM, _FREQUENT = "鄢岗", "碧竹", "补充"
"""In one of 40,000 lots, in one of 1,250, in all."""


def measure(run: Run) -> list[Row]:
    """The table of the sizes."""
    sizes = SIZES[:2] if run.quick else SIZES
    bids = BIDS // 20 if run.quick else BIDS
    got = Gathered()
    searches: dict[int, dict[str, float]] = {}
    there = 0
    with pages(run.world) as server:
        for size in sizes:
            say(f"  filling up to {size:,} lots")
            fill_lots(run.world, size - there)
            there = size
            for _ in run.each_round():
                for name, path in _addresses(size).items():
                    got.add(name, size, _asked(run, server, path))
            searches[size] = _searched(run.world)
        say(f"  and {bids:,} bids")
        busiest = fill_bids(run.world, bids)
        history = f"/api/v1/listings/{busiest}/bid-history/"
        for _ in run.each_round():
            got.add("bid history, page 1", bids, _asked(run, server, history))
            got.add(
                "bid history, deep", bids, _asked(run, server, f"{history}?{_cursor(_BIDS_OF_ONE * 4 // 5)}")
            )
    return _table(got, sizes, searches, bids)


def _table(
    got: Gathered, sizes: tuple[int, ...], searches: dict[int, dict[str, float]], bids: int
) -> list[Row]:
    rows = []
    small, large = sizes[0], sizes[-1]
    for name in NAMES:
        cost, first = got.median(name, large, "p50"), got.median(name, small, "p50")
        rows.append(
            compare(
                NAME, f"{name}, {large:,} lots", cost, first, unit="ms", name=f"{small:,} lots", at_most=1.5
            )
        )
    for what in ("page of lots", "API list of lots"):
        deep, first = got.median(f"{what}, deep", large, "p50"), got.median(f"{what}, first", large, "p50")
        rows.append(
            compare(
                NAME, f"{what}, a deep page of {large:,}", deep, first, unit="ms", name="page 1", at_most=1.5
            )
        )
    deep, first = got.median("bid history, deep", bids, "p50"), got.median("bid history, page 1", bids, "p50")
    rows.append(
        compare(
            NAME,
            f"bid history of a lot with {_BIDS_OF_ONE:,} of {bids:,} bids, deep page",
            deep,
            first,
            unit="ms",
            name="page 1",
            at_most=1.5,
        )
    )
    found = searches[large]
    for word in (_RARE, _SELDOM, _FREQUENT):
        ours = found[f"ours {word}"]
        rows.append(figure(NAME, f"search “{word}” in {large:,} lots, ours", ours, unit="ms"))
        if f"trigrams {word}" in found:
            least = 50 if word == _RARE else None
            rows.append(
                _faster(
                    f"search “{word}” in {large:,} lots", ours, found[f"trigrams {word}"], "pg_trgm", least
                )
            )
        rows.append(
            _faster(
                f"search “{word}” in {large:,} lots",
                ours,
                found[f"reading {word}"],
                "reading every title",
                None,
            )
        )
    if f"trigrams {_RARE}" not in found:
        rows.append(missing(NAME, "search beside pg_trgm", "this PostgreSQL has no pg_trgm"))
    curves = {name: got.curve(name, "p50") for name in NAMES}
    words = {_RARE: "rare word", _SELDOM: "seldom word", _FREQUENT: "frequent word"}
    for name in found:
        way, word = name.split()
        curves[f"search, {way}, {words[word]}"] = [(size, each[name]) for size, each in searches.items()]
    to = "Pages, lists and search: cost as lots grow"
    plot("size", curves, folder=FOLDER, title=to, x="lots", y="ms")
    return rows


def _faster(what: str, ours: float, theirs: float, name: str, least: float | None) -> Row:
    return compare(
        NAME,
        f"{what}, how many times faster",
        theirs,
        ours,
        unit="ms",
        name="ours",
        note=name,
        at_least=least,
    )


# --- asking


def _addresses(size: int) -> dict[str, str]:
    """What is asked for: the first page, one four fifths down, and two searches."""
    deep = published().order_by("-announced_at", "-pk")[size * 4 // 5 :][:1].get()
    assert deep.announced_at is not None
    after = urlencode({"after": f"{deep.announced_at.isoformat()}~{deep.pk}"})
    return {
        "page of lots, first": "/listings/",
        "page of lots, deep": f"/listings/?{after}",
        "page of lots, a search that finds all": f"/listings/?q={quote(_FREQUENT)}",
        "page of lots, a search that finds few": f"/listings/?q={quote(_SELDOM)}",
        "API list of lots, first": f"/api/v1/listings/?page_size={_PAGE}",
        "API list of lots, deep": f"/api/v1/listings/?page_size={_PAGE}&{_cursor(deep.pk)}",
        "API list of lots, a search that finds few": f"/api/v1/listings/?page_size={_PAGE}&search={quote(_SELDOM)}",
        "home page": "/",
    }


def _cursor(position: int) -> str:
    """The API's cursor behind a row."""
    return urlencode({"cursor": base64.b64encode(urlencode({"p": position}).encode()).decode()})


def _asked(run: Run, server: Server, path: str) -> dict[str, float]:
    asked = {"name": "reader", "clients": 1, "requests": [{"method": "GET", "path": path}]}
    found = bid(run, server.port, asked, seconds=run.seconds / 2)["reader"]
    if found["errors"] or found["refused"]:
        raise RuntimeError(f"{path} is not answered")
    return {"p50": found["p50"], "p99": found["p99"]}


def _searched(world: World) -> dict[str, float]:
    """Milliseconds of a page of found lots: by our words, by a trigram index, and by reading every title."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    found: dict[str, float] = {}
    with closing(world.servers.superuser(world.database)) as superuser, superuser.cursor() as cursor:
        for way in ("ours", "reading", "trigrams"):
            if way == "trigrams" and not _index_trigrams(cursor):
                break
            for word in (_RARE, _SELDOM, _FREQUENT):
                found[f"{way} {word}"] = _timed(_holding(word) if way == "ours" else _called(word))
        cursor.execute("DROP INDEX IF EXISTS bench_trigrams")
    return found


def _holding(word: str) -> QuerySet[Listing]:
    return holding(published(), word).order_by("-announced_at", "-pk")[:_PAGE]


def _called(word: str) -> QuerySet[Listing]:
    return published().filter(title__contains=word).order_by("-announced_at", "-pk")[:_PAGE]


def _index_trigrams(cursor: Any) -> bool:
    try:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("CREATE INDEX bench_trigrams ON listings_listing USING gin (title gin_trgm_ops)")
        cursor.execute("ANALYZE listings_listing")
    except psycopg2.Error:
        return False
    return True


def _timed(rows: QuerySet[Listing]) -> float:
    """Median milliseconds of the statement alone: at least five times, or for two seconds."""
    statement, given = rows.query.sql_with_params()
    took: list[float] = []
    ends = time.perf_counter() + 2
    with connection.cursor() as cursor:
        while len(took) < 6 or (time.perf_counter() < ends and len(took) < 100):
            began = time.perf_counter()
            cursor.execute(statement, given)
            cursor.fetchall()
            took.append((time.perf_counter() - began) * 1000)
    return median(took[1:])


# --- filling


def fill_lots(world: World, count: int) -> None:
    """Published lots, each a copy of the first with a title of its own; their words are kept as triggers would."""
    now = clock.now()
    first = Listing.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with closing(world.servers.superuser(world.database)) as superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT coalesce(max(id), 0) FROM cases_case")
        [(start,)] = cursor.fetchall()
        # Three signs, spread so that every pair of them occurs about as often as any other.
        sign = "substr(%s, 1 + ((it.n * 7919 %% 125000) / {} %% 50)::integer, 1)"
        title = " || ".join(sign.format(place) for place in (1, 50, 2500))
        rare = f"CASE it.n %% 40009 WHEN 17 THEN '{_RARE}' ELSE '' END"
        at = "%s::timestamptz - it.n * interval '1 second'"
        changes = {
            "id": "it.n",
            "number": "'量' || it.n",
            "title": f"'通许县' || {rare} || {title} || '村补充耕地指标第' || it.n || '号'",
            "status": "(ARRAY['announced', 'bidding', 'completed', 'unsold'])[1 + it.n %% 4]",
            "announced_at": at,
        }
        given: list[Any] = []
        for column in _ordered_columns(cursor, changes):
            if column == "title":
                given += [_SIGNS] * 3
            elif column == "announced_at":
                given.append(now - timedelta(days=400))
        copy_rows(
            cursor, "cases_case", like=world.deal.listing_id, source="generate_series(%s::bigint, %s) AS it (n)",
            changes={"id": "it.n", "number": "'量' || it.n", "holds": "0"}, given=[start + 1, start + count],
        )  # fmt: skip
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s)", [start + count])
        copy_rows(
            cursor, "listings_listing", like=world.deal.listing_id, source="generate_series(%s::bigint, %s) AS it (n)",
            changes=changes, given=[*given, start + 1, start + count],
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO listings_listingline (listing_id, batch_id, kind, amount)"
            " SELECT it.n, line.batch_id, line.kind, line.amount"
            " FROM listings_listingline line, generate_series(%s::bigint, %s) AS it (n) WHERE line.listing_id = %s",
            [start + 1, start + count, world.deal.listing_id],
        )
        # Quicker than row by row: the index is made anew behind them.
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'listing_by_words'")
        [(index,)] = cursor.fetchall()
        cursor.execute("DROP INDEX listing_by_words")
        cursor.execute(
            "CREATE TABLE bench_words AS"
            " SELECT lot.id, search_grams(coalesce(lot.number, ''), lot.title, seller.name, region.name) AS grams"
            " FROM listings_listing lot JOIN parties_organisation seller ON seller.id = lot.seller_id"
            " JOIN parties_region region ON region.code = seller.region_id WHERE lot.id > %s",
            [first],
        )
        cursor.execute(
            "INSERT INTO listings_listingwords (listing_id, grams) SELECT id, grams FROM bench_words"
        )
        cursor.execute("DROP TABLE bench_words")
        cursor.execute(index)
        cursor.execute("VACUUM ANALYZE listings_listing, listings_listingline, listings_listingwords")


def _ordered_columns(cursor: Any, changes: dict[str, str]) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name = 'listings_listing' ORDER BY ordinal_position"
    )
    return [name for (name,) in cursor.fetchall() if name in changes]


def fill_bids(world: World, count: int) -> int:
    """Bids on a thousand lots, and many on one; gives that one."""
    [busiest] = world.lots(1, bidders=32)
    certificate = min(certificates_of(busiest).values())
    superuser = world.servers.superuser(world.database)
    rows = (
        "INSERT INTO bidding_bid (listing_id, certificate_id, sequence, unit_price, received_at, timed_round,"
        " request_id, placed_by_id, previous_hash, hash) SELECT {lot}, %s, {n}, 50000 + 5000 * {n},"
        " now() + {n} * interval '1 millisecond', 0, '', 1, repeat('0', 64),"
        " encode(sha256(('bench' || {lot} || ' ' || {n})::bytea), 'hex') FROM {source}"
    )
    with superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            rows.format(lot=busiest, n="n", source="generate_series(1, %s) AS n"), [certificate, _BIDS_OF_ONE]
        )
        cursor.execute("SELECT id FROM listings_listing WHERE number LIKE '量%' ORDER BY id LIMIT 1000")
        lots = [row[0] for row in cursor.fetchall()]
        source = "unnest(%s::bigint[]) AS lot (id), generate_series(1, %s) AS n"
        cursor.execute(
            rows.format(lot="lot.id", n="n", source=source),
            [certificate, lots, (count - _BIDS_OF_ONE) // len(lots)],
        )
        cursor.execute("VACUUM ANALYZE bidding_bid")
    return busiest
