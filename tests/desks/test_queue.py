"""One queue for a team: who has taken what, what is late, and forms that are kept while they are filled in."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override

from apps.desks.menu import MENU
from apps.desks.queue import tasks_for
from apps.parties.queries import actor_of
from apps.process.record_words import CODES
from kernel.access.models import Assignment
from kernel.actors import Actor
from kernel.acts.models import Draft
from kernel.audit.models import AuditEntry
from kernel.clock import now as clock_now
from kernel.errors import Code
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

pytestmark = pytest.mark.django_db


def _share(site: DeskSite, place: int, step: str, **more: Any) -> str:
    page = site.see("centre", "/desk/", place)
    task = re.findall(r'name="task" value="([^"]+)"', page)
    answer = site.browser("centre", place).post(
        "/desk/tasks/", {"task": task[0] if task else "", "step": step, "show": "team"} | more, follow=True
    )
    return str(answer.content.decode())


def test_a_task_is_taken_handed_over_and_given_back_and_all_of_it_is_on_record() -> None:
    with opened() as site:
        steps.submitted(site)
        assert "已领取" in _share(site, 0, "take")
        held = Assignment.objects.get()
        assert held.person_id == site.people["centre"][0].person_id
        assert '我的 <span class="mute">1' in site.see("centre", "/desk/")
        colleague = site.people["centre"][1].person
        assert f"已转交给{colleague.name}" in _share(site, 0, "hand_over", to=str(colleague.pk))
        assert Assignment.objects.get().person_id == colleague.pk
        task = Assignment.objects.get().task
        refused = site.browser("centre", 0).post(
            "/desk/tasks/", {"task": task, "step": "give_back"}, follow=True
        )
        assert "只能由其退回或转交" in refused.content.decode()
        assert Assignment.objects.count() == 1
        verbs = list(AuditEntry.objects.filter(verb__startswith="task.").values_list("verb", flat=True))
        assert verbs == ["task.take", "task.hand_over"]


def test_a_task_is_only_taken_by_what_was_sent() -> None:
    with opened() as site:
        steps.submitted(site)
        page = site.see("centre", "/desk/?q=资格")
        task = re.findall(r'name="task" value="([^"]+)"', page)[0]
        for way in ("get", "head"):
            answer = getattr(site.browser("centre"), way)("/desk/tasks/", {"task": task, "step": "take"})
            assert answer.status_code == 200
        assert not Assignment.objects.exists()
        asked = site.browser("centre").get("/desk/tasks/", {"task": task, "query": "q=资格&evil=1"})
        form = form_of(asked, having="query")
        assert form["query"] == ["q=%E8%B5%84%E6%A0%BC"]
        back = site.browser("centre").post("/desk/tasks/", form | {"step": "take"})
        assert back.headers["Location"] == "/desk/?q=%E8%B5%84%E6%A0%BC"


def test_nobody_takes_what_a_colleague_has_or_what_is_not_the_teams() -> None:
    with opened() as site:
        steps.submitted(site)
        _share(site, 0, "take")
        task = Assignment.objects.get().task
        answer = site.browser("centre", 1).post("/desk/tasks/", {"task": task, "step": "take"}, follow=True)
        assert Assignment.objects.get().person_id == site.people["centre"][0].person_id
        assert "已领取。" not in answer.content.decode()
        made_up = site.browser("centre", 0).post(
            "/desk/tasks/", {"task": "x:1:0", "step": "take"}, follow=True
        )
        assert "不属于本单位" in made_up.content.decode()
        assert Assignment.objects.count() == 1
        stranger = site.people["finance"][0].person
        _share(site, 0, "hand_over", to=str(stranger.pk))
        assert Assignment.objects.get().person_id == site.people["centre"][0].person_id


def test_a_task_tells_its_working_days_and_is_late_when_they_are_over() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        by = actor_of_centre(site)
        first = next(task for task in tasks_for(by, now=clock_now()) if task.kind == "review")
        assert first.workdays_left == 10
        assert not first.overdue
        site.go("03-30 09:00")
        late = [task for task in tasks_for(by, now=clock_now()) if task.listing_id == listing.pk]
        assert late
        assert all(task.overdue for task in late)
        assert "逾期" in site.see("centre", "/desk/?show=overdue")


def actor_of_centre(site: DeskSite) -> Actor:
    """The centre's operator."""
    return actor_of(site.people["centre"][0])


DRAFT = "/desk/acts/listing.draft/0/"


def test_a_form_is_checked_while_it_is_filled_in_and_kept_for_the_next_time() -> None:
    with opened() as site:
        batch = steps.booked(site)
        browser = site.browser("seller")
        fields = form_of(browser.get(DRAFT))
        typed = fields | steps.LOT | steps.drawn(batch, "20", "18000") | {"reserve_price": "61234.00"}
        wrong = browser.post(f"{DRAFT}check/", typed | {"grade": "99"}).content.decode()
        assert "还不能提交" in wrong
        assert 'id="id_grade_said" data-hx-swap-oob="true"><p class="wrong">' in wrong
        empty = browser.post(f"{DRAFT}check/", fields | {"title": "甲"}).content.decode()
        assert "还不能提交" in empty
        assert 'id="id_grade_said" data-hx-swap-oob="true"><p class="wrong">' not in empty
        right = browser.post(f"{DRAFT}check/", typed).content.decode()
        assert "可以提交" in right
        kept = Draft.objects.exclude(data={}).get()
        assert kept.data["title"] == steps.LOT["title"]
        assert "61234" not in str(kept.data)
        again = browser.get(DRAFT).content.decode()
        assert "已恢复未提交的内容" in again
        assert steps.LOT["title"] in again
        assert "61234" not in again
        assert steps.LOT["title"] not in site.see("seller", DRAFT, 1)


def test_a_check_changes_nothing_and_a_form_handed_in_is_no_draft_any_more() -> None:
    with opened() as site:
        batch = steps.booked(site)
        browser = site.browser("seller")
        typed = form_of(browser.get(DRAFT)) | steps.LOT | steps.drawn(batch, "20", "18000")
        record = AuditEntry.objects.count()
        browser.post(f"{DRAFT}check/", typed)
        assert AuditEntry.objects.count() == record
        site.alone("seller", "listing.draft", **steps.LOT, **steps.drawn(batch, "20", "18000"))
        assert not Draft.objects.exclude(data={}).exists()


def test_a_draft_can_be_cleared() -> None:
    with opened() as site:
        browser = site.browser("seller")
        browser.post(f"{DRAFT}check/", form_of(browser.get(DRAFT)) | {"title": "甲乙丙"})
        assert browser.post(f"{DRAFT}draft/").status_code == 302
        assert "甲乙丙" not in browser.get(DRAFT).content.decode()


def test_a_reason_for_the_return_stands_at_the_field_it_is_about() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        site.go("03-03 10:00")
        typed: dict[str, Any] = {
            "outcome": "correct",
            "reason": "验收报告载明为6等",
            "items_shown": ["quantity", "grade", "not_traded"],
            "items.quantity": "true",
            "items.not_traded": "true",
        }
        site.both("province", "review.decide", listing.pk, query="?opinion=validity", **typed)
        site.alone("centre", "review.return", listing.pk, reason="请更正等别")
        page = site.see("seller", f"/desk/acts/listing.amend/{listing.pk}/")
        beside = page.split('id="id_grade"')[1].split('<div class="field')[0]
        assert "质量等别与验收报告一致：验收报告载明为6等" in beside
        assert "质量等别与验收报告一致" not in page.split('id="id_title"')[1].split('<div class="field')[0]


def test_the_announcement_is_seen_as_it_will_be_printed_before_anybody_publishes_it() -> None:
    with opened() as site:
        listing = steps.approved(site)
        site.go("03-05 09:00")
        browser = site.browser("centre")
        form = form_of(browser.get(f"/desk/acts/announcement.publish/{listing.pk}/"))
        address = f"/desk/listings/{listing.pk}/announcement-proof/"
        page = browser.post(address, form).content.decode()
        assert page.count("data:image/png;base64,") >= 2
        refused = browser.post(address, form | {"registration_closes": "2026-03-06T00:00"}).content.decode()
        assert "data:image" not in refused
        assert "暂不能预览" in refused
        listing.refresh_from_db()
        assert listing.status == "approved"
        assert site.browser("seller").post(address, form).status_code == 403


def test_every_entry_of_the_rail_opens_for_the_roles_it_is_shown_to() -> None:
    with opened() as site:
        for key in ("seller", "a", "centre", "province", "finance", "supervisor"):
            page = site.see(key, "/desk/")
            for _, entries in MENU:
                for entry in entries:
                    if f'href="{entry.url}"' in page:
                        assert site.browser(key).get(entry.url).status_code == 200, (key, entry.url)


def test_codes_of_refusals_have_words_of_their_own_in_english() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        browser = site.browser("a")
        browser.cookies["language"] = "en"
        answer = browser.post(
            f"/desk/listings/{listing.pk}/bid/", {"price": "100", "step": "confirm", "request_id": "r"}
        )
        assert gettext_in_english(CODES[Code.BELOW_START]) in answer.content.decode()


def gettext_in_english(text: str) -> str:
    with override("en"):
        return gettext(text)


def _asked(site: DeskSite, key: str, address: str) -> int:
    site.see(key, address)
    with CaptureQueriesContext(connection) as queries:
        site.see(key, address)
    return len(queries)


def test_lists_ask_the_database_the_same_few_times_however_long_they_are() -> None:
    lists = {"/desk/listings/": 7, "/desk/registrations/": 9, "/desk/notices/": 7, "/desk/documents/": 8}
    with opened() as site:
        listing = steps.in_bidding(site)
        assert {address: _asked(site, "a", address) for address in lists} == lists
        again = steps.announced_again(site)
        steps.registered(site, again, "a")
        assert {address: _asked(site, "a", address) for address in lists} == lists
        assert _asked(site, "a", f"/desk/listings/{listing.pk}/") <= 26
        assert _asked(site, "a", f"/desk/listings/{listing.pk}/bid/") <= 13


def test_a_nul_in_an_input_is_dropped() -> None:
    with opened() as site:
        browser = site.browser("seller")
        typed = form_of(browser.get(DRAFT)) | {"title": "甲\x00乙"}
        assert browser.post(f"{DRAFT}check/", typed).status_code == 200
        assert Draft.objects.get().data["title"] == "甲乙"
        assert browser.post(DRAFT, typed).status_code == 400
