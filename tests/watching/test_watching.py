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
from tests.desks import steps
from tests.desks.house import House, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Iterator[House]:
    with opened() as made:
        yield made


@pytest.fixture
def lot(house: House) -> Any:
    listing = steps.announced(house)
    house.go("03-10 10:00")
    listing.refresh_from_db()
    return listing


def watch(house: House, lot: Any, key: str, wanted: str = "remind") -> None:
    answer = house.browser(key).post(f"/desk/listings/{lot.pk}/watch/", {"wanted": wanted})
    assert answer.status_code == 302


def told(house: House, key: str) -> list[str]:
    found = Notice.objects.filter(kind="watch", organisation=house.organisation(key)).order_by("id")
    return [f"{each.title} {each.text}" for each in found]


def test_a_lot_is_watched_reminded_of_and_watched_no_longer(house: House, lot: Any) -> None:
    page = f"/listings/{lot.pk}/"
    assert "提醒我" in house.see("outsider", page)
    watch(house, lot, "outsider", "watch")
    assert (Watch.objects.get().reminds, "取消关注" in house.see("outsider", page)) == (False, True)
    watch(house, lot, "outsider")
    assert Watch.objects.get().reminds is True
    assert lot.title in house.see("outsider", "/desk/watching/")
    watch(house, lot, "outsider", "none")
    assert not Watch.objects.exists()
    assert lot.title not in house.see("outsider", "/desk/watching/")


def test_watchers_are_reminded_three_times_of_each_public_moment_and_of_nothing_else(
    house: House, lot: Any
) -> None:
    watch(house, lot, "outsider")
    watch(house, lot, "seller", "watch")
    for what, at in (("报名截止", lot.registration_closes_at), ("竞价开始", lot.opens_at)):
        for lead, words in ((86400, "一天"), (3600, "一小时"), (600, "十分钟")):
            before = len(told(house, "outsider"))
            reminders.remind(now=at - timedelta(seconds=lead) - timedelta(microseconds=1))
            early = [each for each in told(house, "outsider")[before:] if words in each and what in each]
            reminders.remind(now=at - timedelta(seconds=lead))
            reminders.remind(now=at - timedelta(seconds=lead))
            due = [each for each in told(house, "outsider")[before:] if words in each and what in each]
            assert (early, len(due)) == ([], 1)
    house.go("03-25 09:00")
    house.see("outsider", f"/listings/{lot.pk}/")
    lot.refresh_from_db()
    reminders.remind(now=lot.listing_period_ends_at - timedelta(minutes=10))
    assert "竞价截止不足十分钟" in told(house, "outsider")[-1]
    assert told(house, "seller") == []
    assert (
        not Notice.objects.filter(organisation=house.organisation("outsider")).exclude(kind="watch").exists()
    )
    text = "".join(told(house, "outsider"))
    assert not [word for word in ("号牌", "报价", "竞买人", "元") if word in text]


def test_nobody_else_sees_who_watches_and_nothing_counts_it(house: House, lot: Any) -> None:
    name = house.organisation("outsider").name
    addresses = {
        "seller": [f"/desk/listings/{lot.pk}/", "/desk/", "/desk/watching/", "/desk/notices/"],
        "centre": [f"/desk/listings/{lot.pk}/", "/desk/", "/desk/control/", "/desk/watching/", "/desk/statistics/"],
        "supervisor": [f"/desk/listings/{lot.pk}/", "/desk/record/", "/desk/record/?as=csv", "/desk/statistics/"],
        "a": [f"/desk/listings/{lot.pk}/", "/desk/watching/"],
    }  # fmt: skip
    api = ["listings/", f"listings/{lot.pk}/", "notices/", "deadlines/"]

    def seen() -> dict[str, str]:
        pages = {
            f"{key} {each}": _plain(house.see(key, each))
            for key, found in addresses.items()
            for each in found
        }
        for key in addresses:
            pages |= {
                f"{key} {each}": house.browser(key).get(f"/api/v1/{each}").content.decode() for each in api
            }
        pages["public"] = _plain(house.see("b", f"/listings/{lot.pk}/"))
        return pages

    house.browser("outsider")
    seen()
    before, entries = seen(), AuditEntry.objects.count()
    for wanted in ("watch", "remind"):
        watch(house, lot, "outsider", wanted)
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


def test_who_is_not_signed_in_is_led_to_the_login(house: House, lot: Any, client: Any) -> None:
    answer = client.post(f"/desk/listings/{lot.pk}/watch/", {"wanted": "remind"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")
    assert not Watch.objects.exists()
    assert "提醒我" not in client.get(f"/listings/{lot.pk}/").content.decode()


def test_a_draft_cannot_be_watched_nor_found_out(house: House) -> None:
    steps.booked(house)
    assert house.browser("a").post("/desk/listings/1/watch/", {"wanted": "remind"}).status_code == 404


def test_the_list_takes_as_many_queries_for_two_lots_as_for_one(house: House, lot: Any) -> None:
    client = house.browser("outsider")
    watch(house, lot, "outsider")
    client.get("/desk/watching/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/watching/")
        counts.append(len(queries))
        if len(counts) == 1:
            watch(house, steps.announced_again(house), "outsider")
    assert counts[0] == counts[1] <= 12
