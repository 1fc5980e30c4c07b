"""`python -m bench.desk`: how long the first page of a desk takes with ten thousand things in it.

A lot under review is made by the forms that people fill in and copied, with its deadline, until the province has ten
thousand opinions to give; then each is prepared, and its approver has ten thousand to release. Pages are asked for in
this process, after one visit that warms it; each figure is the median of nine visits.
"""

import os
import statistics
import sys
import time
from typing import Any

import django

ITEMS = 10_000
VISITS = 9
LIMIT_MS = 300
PAGES = ("/desk/", "/desk/?q=通许县 合法性", "/desk/?due=overdue", "/desk/?page=40")


def main() -> int:
    """Make them, measure, and say it; 1 when a page took longer than it may."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from django.db import connection  # noqa: PLC0415 - models exist only now
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from config import scratch  # noqa: PLC0415
    from tests.factories import desk_steps as steps  # noqa: PLC0415
    from tests.factories.desk_site import opened  # noqa: PLC0415

    setup_test_environment()
    late = False
    with scratch.scratch_database("bench") as name, scratch.point_at(name), opened() as site:
        listing = steps.submitted(site)
        with connection.cursor() as cursor:
            _copy(cursor, listing.pk, ITEMS // 2)
        for who, place in (("operator, ten thousand to do", 0), ("approver, ten thousand to release", 1)):
            if place:
                _prepare(site, listing.pk)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            for page in PAGES:
                took, own, size = _visit(site.browser("province", place), page)
                late |= took > LIMIT_MS
                sys.stdout.write(
                    f"{who}: {page} {took:.0f} ms, {own:.0f} ms of them here, {size // 1024} kB\n"
                )
        connection.close()
    return int(late)


def _copy(cursor: Any, listing_id: int, count: int) -> None:
    from django.db import transaction  # noqa: PLC0415

    from bench.world import copy_lots  # noqa: PLC0415

    numbers = [f"测{number:07d}" for number in range(count)]
    with transaction.atomic():
        copy_lots(cursor, like=listing_id, numbers=numbers, changes={}, given=[])
    cursor.execute(
        "INSERT INTO deadlines_deadline (kind, case_id, subject_id, concerns_id, triggered_at, unit, count,"
        " daily_end, shift, due_at, try_at, provisional, paused_at, status, waiting_for, met_at, breached_at,"
        " handled_at, attempts, last_error) SELECT kind, l.id, subject_id, concerns_id, triggered_at, unit, count,"
        " daily_end, shift, due_at, try_at, provisional, paused_at, d.status, waiting_for, met_at, breached_at,"
        " handled_at, attempts, last_error FROM deadlines_deadline d, listings_listing l"
        " WHERE d.case_id = %s AND d.kind = 'review' AND l.number = ANY (%s)",
        [listing_id, numbers],
    )


def _prepare(site: Any, listing_id: int) -> None:
    from apps.listings.models import Listing  # noqa: PLC0415
    from kernel.access.models import Preparation  # noqa: PLC0415
    from tests.factories import desk_steps as steps  # noqa: PLC0415

    made = []
    for opinion in ("legality", "validity"):
        query = f"?opinion={opinion}"
        typed = steps.ticked(opinion)
        site.alone("province", "review.decide", listing_id, query=query, outcome="pass", **typed)
        one = Preparation.objects.latest("pk")
        others = Listing.objects.exclude(pk=listing_id).order_by("pk").values_list("pk", flat=True)
        for pk in others:
            copy = Preparation.objects.none().model(
                **{each.attname: getattr(one, each.attname) for each in Preparation._meta.concrete_fields}
            )
            copy.pk, copy.subject_id, copy.case_id = None, pk, pk
            made.append(copy)
    Preparation.objects.bulk_create(made, batch_size=1000)


def _visit(browser: Any, page: str) -> tuple[float, float, int]:
    """(median milliseconds, those on this process's processor, bytes of the page)."""
    size = len(browser.get(page).content)
    times, own = [], []
    for _ in range(VISITS):
        began, busy = time.perf_counter(), time.process_time()
        answer = browser.get(page)
        times.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - busy) * 1000)
        assert answer.status_code == 200, answer.status_code
    return statistics.median(times), statistics.median(own), size


if __name__ == "__main__":
    sys.exit(main())
