"""Watching a lot: one's own list and reminders of what is public; nobody else sees it, nothing counts it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.notices.models import Notice
from apps.process import reminders
from apps.watching.models import Watch
from kernel.audit.models import AuditEntry
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


@pytest.fixture
def lot(site: DeskSite) -> Any:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    listing.refresh_from_db()
    return listing


def watch(site: DeskSite, lot: Any, key: str, wanted: str = "remind") -> None:
    answer = site.browser(key).post(f"/desk/listings/{lot.pk}/watch/", {"wanted": wanted})
    assert answer.status_code == 302


def told(site: DeskSite, key: str) -> list[str]:
    found = Notice.objects.filter(kind="watch", organisation=site.organisation(key)).order_by("id")
    return [f"{each.title} {each.text}" for each in found]


def test_a_lot_is_watched_reminded_of_and_watched_no_longer(site: DeskSite, lot: Any) -> None:
    page = f"/listings/{lot.pk}/"
    assert "提醒我" in site.see("outsider", page)
    watch(site, lot, "outsider", "watch")
    assert (Watch.objects.get().reminds, "取消关注" in site.see("outsider", page)) == (False, True)
    watch(site, lot, "outsider")
    assert Watch.objects.get().reminds is True
    assert lot.title in site.see("outsider", "/desk/watching/")
    watch(site, lot, "outsider", "none")
    assert not Watch.objects.exists()
    assert lot.title not in site.see("outsider", "/desk/watching/")


def test_watchers_are_reminded_three_times_of_each_public_moment_and_of_nothing_else(
    site: DeskSite, lot: Any
) -> None:
    watch(site, lot, "outsider")
    watch(site, lot, "seller", "watch")
    for what, at in (("报名截止", lot.registration_closes_at), ("竞价开始", lot.opens_at)):
        for lead, words in ((86400, "一天"), (3600, "一小时"), (600, "十分钟")):
            before = len(told(site, "outsider"))
            reminders.remind(now=at - timedelta(seconds=lead) - timedelta(microseconds=1))
            early = [each for each in told(site, "outsider")[before:] if words in each and what in each]
            reminders.remind(now=at - timedelta(seconds=lead))
            reminders.remind(now=at - timedelta(seconds=lead))
            due = [each for each in told(site, "outsider")[before:] if words in each and what in each]
            assert (early, len(due)) == ([], 1)
    site.go("03-25 09:00")
    site.see("outsider", f"/listings/{lot.pk}/")
    lot.refresh_from_db()
    reminders.remind(now=lot.listing_period_ends_at - timedelta(minutes=10))
    assert "竞价截止不足十分钟" in told(site, "outsider")[-1]
    assert told(site, "seller") == []
    assert (
        not Notice.objects.filter(organisation=site.organisation("outsider")).exclude(kind="watch").exists()
    )
    text = "".join(told(site, "outsider"))
    assert not [word for word in ("号牌", "报价", "竞买人", "元") if word in text]


def test_nobody_else_sees_who_watches_and_nothing_counts_it(site: DeskSite, lot: Any) -> None:
    name = site.organisation("outsider").name
    addresses = {
        "seller": [f"/desk/listings/{lot.pk}/", "/desk/", "/desk/watching/", "/desk/notices/"],
        "centre": [f"/desk/listings/{lot.pk}/", "/desk/", "/desk/auctions/", "/desk/watching/", "/desk/statistics/"],
        "supervisor": [f"/desk/listings/{lot.pk}/", "/desk/record/", "/desk/record/?as=csv", "/desk/statistics/"],
        "a": [f"/desk/listings/{lot.pk}/", "/desk/watching/"],
    }  # fmt: skip
    api = ["listings/", f"listings/{lot.pk}/", "notices/", "deadlines/"]

    def seen() -> dict[str, str]:
        pages = {
            f"{key} {each}": _plain(site.see(key, each)) for key, found in addresses.items() for each in found
        }
        for key in addresses:
            pages |= {
                f"{key} {each}": site.browser(key).get(f"/api/v1/{each}").content.decode() for each in api
            }
        pages["public"] = _plain(site.see("b", f"/listings/{lot.pk}/"))
        return pages

    site.browser("outsider")
    seen()
    before, entries = seen(), AuditEntry.objects.count()
    for wanted in ("watch", "remind"):
        watch(site, lot, "outsider", wanted)
    assert AuditEntry.objects.count() == entries
    after = seen()
    changed = [each for each in before if before[each] != after[each]]
    assert changed == []
    assert name not in "".join(text for each, text in after.items() if "record" not in each)


def _plain(page: str) -> str:
    """A page without what is new on each: tokens, keys, challenges."""
    return "\n".join(
        line
        for line in page.splitlines()
        if not any(each in line for each in ("csrf", 'name="key"', "challenge"))
    )


def test_who_is_not_signed_in_is_led_to_the_login(site: DeskSite, lot: Any, client: Any) -> None:
    answer = client.post(f"/desk/listings/{lot.pk}/watch/", {"wanted": "remind"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")
    assert not Watch.objects.exists()
    assert "提醒我" not in client.get(f"/listings/{lot.pk}/").content.decode()


def test_a_draft_cannot_be_watched_nor_found_out(site: DeskSite) -> None:
    steps.booked(site)
    assert site.browser("a").post("/desk/listings/1/watch/", {"wanted": "remind"}).status_code == 404


def test_the_list_takes_as_many_queries_for_two_lots_as_for_one(site: DeskSite, lot: Any) -> None:
    client = site.browser("outsider")
    watch(site, lot, "outsider")
    client.get("/desk/watching/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/watching/")
        counts.append(len(queries))
        if len(counts) == 1:
            watch(site, steps.announced_again(site), "outsider")
    assert counts[0] == counts[1] <= 12
