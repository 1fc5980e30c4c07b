"""A day at the desk: finding things, keeping a search, taking lists away, and pages for finance and for leaders."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.desks import exports
from apps.desks.commands import MOST_VIEWS
from apps.desks.models import SavedView
from apps.disclosure.documents import readable, readable_all
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.notices.models import Notice
from apps.parties.queries import actor_of
from kernel.access.models import Preparation
from kernel.audit.models import AuditEntry
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened

pytestmark = pytest.mark.django_db


def _ticked(opinion: str) -> dict[str, Any]:
    return dict(steps.ticked(opinion))


def _book(site: DeskSite, key: str, address: str, place: int = 0) -> dict[str, list[tuple[Any, ...]]]:
    answer = site.browser(key, place).get(address)
    assert answer.status_code == 200, f"{key} {address}: {answer.status_code}"
    assert answer.headers["Content-Type"].startswith("application/vnd.openxml")
    book = load_workbook(io.BytesIO(answer.content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def _labels(page: str) -> list[str]:
    return re.findall(r'class="duty-label">([^<]+)<', page)


def test_the_queue_is_searched_by_act_lot_county_person_deadline_and_words() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        listing.refresh_from_db()
        everything = _labels(site.see("province", "/desk/"))
        assert len(everything) == 2
        county = listing.seller.region_id
        for query, count in {
            "act=review.decide": 2,
            "act=contract.sign": 0,
            f"lot={listing.number}": 2,
            "lot=没有这个": 0,
            f"county={county}": 2,
            "county=410184": 0,
            "q=通许县 合法性": 1,
            "q=出具 第一批": 2,
            "q=９９９９": 0,
            "due=overdue": 0,
            "due=week": 0,
            "person=陈": 0,
        }.items():
            assert len(_labels(site.see("province", f"/desk/?{query}"))) == count, query
        task = re.findall(r'name="task" value="([^"]+)"', site.see("province", "/desk/"))[0]
        site.browser("province").post("/desk/tasks/", {"task": task, "step": "take"})
        assert len(_labels(site.see("province", "/desk/?person=陈"))) == 1
        site.go("03-13 09:00")  # the review is due by the end of that day
        for due, count in {"today": 2, "week": 2, "overdue": 0}.items():
            assert len(_labels(site.see("province", f"/desk/?due={due}"))) == count, due
        site.go("03-30 09:00")
        assert len(_labels(site.see("province", "/desk/?due=overdue"))) == 2


def test_rows_that_wait_for_release_tell_lot_county_opinion_conclusion_and_days_left() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        listing.refresh_from_db()
        for opinion in ("legality", "validity"):
            site.alone(
                "province", "review.decide", listing.pk, query=f"?opinion={opinion}", outcome="pass",
                **_ticked(opinion),
            )  # fmt: skip
        page = site.see("province", "/desk/", 1).partition('id="waiting"')[2].partition("</table>")[0]
        rows = [re.sub(r"<[^>]+>|\s+", " ", each) for each in page.split("<tr data-row")[1:]]
        assert len(rows) == 2
        for row in rows:
            assert str(listing.number) in row
            assert listing.seller.region.name in row
            assert "通过" in row
            assert "个工作日" in row
        assert len({re.search(r"出具\S+意见", row).group() for row in rows}) == 2  # type: ignore[union-attr]


def test_the_centres_row_of_an_application_names_the_applicant_which_it_may_know() -> None:
    with opened() as site:
        listing = steps.announced(site)
        site.go("03-10 10:00")
        registration = steps.registered(site, listing, "a")
        site.alone("centre", "registration.decide", registration.pk, outcome="qualified")
        name = site.organisation("a").name
        assert name in site.see("centre", "/desk/", 1)
        assert name not in site.see("province", "/desk/", 1)
        site.release("centre", "registration.decide")
        assert name not in site.see("centre", "/desk/", 1)
        assert name not in site.see("centre", "/desk/")


def test_the_queue_asks_at_most_twelve_questions_however_long_it_is() -> None:
    with opened() as site:
        steps.in_bidding(site)
        again = steps.announced_again(site)
        registration = steps.registered(site, again, "a")
        site.alone("centre", "registration.decide", registration.pk, outcome="qualified")
        site.alone("centre", "listing.suspend", again.pk, reason="核实", public_reason="核实")
        for key in ("seller", "a", "centre", "province", "finance", "supervisor"):
            for place in (0, 1):
                assert len(_asked(site, key, place)) <= 12, (key, place)
        short = _asked(site, "centre", 1)
        one = Preparation.objects.filter(act="listing.suspend").get()
        Preparation.objects.bulk_create(
            Preparation(
                act=one.act, slot=f"{number}", subject_id=one.subject_id, case_id=one.case_id,
                organisation_id=one.organisation_id, payload=one.payload, bound=one.bound, digest=one.digest,
                prepared_by_id=one.prepared_by_id, prepared_by_name=one.prepared_by_name,
                prepared_at=one.prepared_at,
            )
            for number in range(120)
        )  # fmt: skip
        assert len(_asked(site, "centre", 1)) == len(short)
        page = site.see("centre", "/desk/?waiting=2", 1)
        assert page.count("<tr data-row") == 50
        assert "第 2 / 3 页" in page


def _asked(site: DeskSite, key: str, place: int) -> list[str]:
    site.see(key, "/desk/", place)
    with CaptureQueriesContext(connection) as queries:
        site.see(key, "/desk/", place)
    return [each["sql"] for each in queries]


def test_a_search_is_kept_under_a_name_opened_changed_and_deleted() -> None:
    with opened() as site:
        steps.submitted(site)
        browser = site.browser("province")
        kept = browser.post(
            "/desk/views/", {"page": "queue", "name": "通许待审", "query": "act=review.decide&q=通许&evil=1"}
        )
        assert kept.headers["Location"].startswith("/desk/?")
        view = SavedView.objects.get()
        assert "evil" not in view.query
        page = site.see("province", f"/desk/?{view.query}")
        assert "通许待审" in page
        assert len(_labels(page)) == 2
        assert "通许待审" not in site.see("province", "/desk/listings/")
        browser.post("/desk/views/", {"page": "queue", "name": "通许待审", "query": "due=overdue"})
        assert SavedView.objects.get().query == "due=overdue"
        browser.post("/desk/views/", {"page": "queue", "name": "", "query": "due=today"})
        browser.post("/desk/views/", {"page": "queue", "name": "空", "query": ""})
        assert (
            browser.post("/desk/views/", {"page": "record", "name": "x", "query": "q=1"}).status_code == 404
        )
        assert SavedView.objects.count() == 1
        assert browser.post(f"/desk/views/{shown(view.pk, 'savedview')}/delete/").status_code == 302
        assert not SavedView.objects.exists()
        asked = "&".join(f"q{number}=1" for number in range(60))
        assert (
            browser.post("/desk/views/", {"page": "queue", "name": "多", "query": asked}).status_code == 302
        )
        hidden = browser.post(
            "/desk/views/", {"page": "queue", "name": "甲\u202e乙", "query": "q=1"}, follow=True
        )
        assert "U+202E" in hidden.content.decode()
        assert not SavedView.objects.exists()
        for number in range(MOST_VIEWS + 3):
            browser.post("/desk/views/", {"page": "queue", "name": f"第{number}个", "query": "q=1"})
        assert SavedView.objects.count() == MOST_VIEWS


def test_nobody_sees_or_deletes_anothers_kept_search() -> None:
    with opened() as site:
        site.browser("centre").post("/desk/views/", {"page": "queue", "name": "我的条件", "query": "q=1"})
        view = SavedView.objects.get()
        assert "我的条件" in site.see("centre", "/desk/")
        for key, place in (("centre", 1), ("province", 0), ("a", 0)):
            assert "我的条件" not in site.see(key, "/desk/", place)
            answer = site.browser(key, place).post(f"/desk/views/{shown(view.pk, 'savedview')}/delete/")
            assert answer.status_code == 404
        assert SavedView.objects.filter(pk=view.pk).exists()


def test_the_queue_as_a_workbook_has_what_its_filters_show() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        listing.refresh_from_db()
        site.alone(
            "province", "review.decide", listing.pk, query="?opinion=legality", outcome="pass",
            **_ticked("legality"),
        )  # fmt: skip
        book = _book(site, "province", "/desk/?as=xlsx", 1)
        assert len(book["待审核"]) == 2
        assert listing.number in book["待审核"][1]
        assert len(_book(site, "province", "/desk/?as=xlsx")["需要办理"]) == 3
        narrowed = _book(site, "province", "/desk/?q=有效性&as=xlsx")
        assert (
            len(narrowed["需要办理"]) == len(_labels(site.see("province", "/desk/?q=有效性&show=team"))) + 1
        )
        assert any("关键词：有效性" in str(row[0]) for row in narrowed["说明"])


@pytest.fixture
def bidding() -> Iterator[tuple[DeskSite, Listing]]:
    with opened() as site:
        yield site, steps.in_bidding(site)


LISTS = {
    "/desk/": "seller a b outsider centre province finance supervisor",
    "/desk/listings/": "seller a b outsider centre province finance supervisor",
    "/desk/notices/": "seller a b outsider centre province finance supervisor",
    "/desk/documents/": "seller a b outsider centre province finance supervisor",
    "/desk/registrations/": "seller a b outsider",
    "/desk/proceeds/": "seller a outsider",
    "/desk/projects/": "seller a outsider",
    "/desk/finance/": "finance supervisor",
    "/desk/finance/expected/": "finance",
    "/desk/money/": "finance centre supervisor",
    "/desk/reconciliation/": "finance supervisor",
    "/desk/reserve/": "province centre supervisor",
    "/desk/reserve/handovers/": "province centre supervisor",
    "/desk/deadlines/": "province centre supervisor",
    "/desk/record/": "supervisor",
    "/desk/anomalies/": "supervisor",
}


def test_no_workbook_says_before_the_close_who_bids(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    accounts = set(listing.registrations.values_list("sub_account__number", flat=True))
    for address, who in LISTS.items():
        for key in who.split():
            book = _book(site, key, f"{address}?as=xlsx")
            text = str(book)
            strangers = {each for each in ("a", "b") if each != key}
            if key in ("a", "b"):
                strangers -= {key}
            own = set(
                listing.registrations.filter(organisation=site.organisation(key)).values_list(
                    "sub_account__number", flat=True
                )
            )
            allowed = accounts if address == "/desk/finance/" and key == "finance" else own
            assert not [each for each in accounts - allowed if each in text], (key, address)
            names = [site.organisation(each).name for each in strangers]
            if (
                address == "/desk/record/"
            ):  # the record names whom it registered as an organisation, and no more
                rows = [row for row in book["审计记录"] if any(name in str(row) for name in names)]
                assert {row[1] for row in rows} <= {"登记机构", "登记收款账户"}, rows
            elif address != "/desk/projects/":
                assert not [each for each in names if each in text], (key, address)


def test_before_the_close_an_expected_deposit_answers_to_its_whole_number_and_nothing_counts_applicants() -> (
    None
):
    with opened() as site:
        listing = steps.announced(site)
        site.go("03-10 10:00")
        paid = steps.qualified(site, listing, "a")
        owing = steps.registered(site, listing, "b")
        page = site.see("finance", "/desk/finance/expected/")
        assert listing.title in page
        assert "每个竞买人应缴 200,000.00 元" in page
        numbers = [each.sub_account.number for each in (paid, owing)]
        assert not [each for each in numbers if each in page]
        assert AuditEntry.objects.filter(verb="deposit.expect").count() == 1
        assert len(_book(site, "finance", "/desk/finance/expected/?as=xlsx")["应缴保证金"]) == 1
        for part in (numbers[0][:-1], "6", numbers[0][:8]):
            assert numbers[0] not in site.see("finance", f"/desk/finance/expected/?account={part}").replace(
                f'value="{part}"', ""
            )
        asked = site.see("finance", f"/desk/finance/expected/?account={numbers[0]}")
        assert "已足额" in asked
        assert "截止前不显示" in asked
        assert numbers[1] not in asked
        assert AuditEntry.objects.filter(verb="deposit.expect").latest("pk").after["accounts"] == "1"
        assert site.browser("finance").get("/desk/finance/expected/?account=%00").status_code == 200
        asked = site.see("finance", f"/desk/finance/expected/?account={numbers[1]}")
        assert "未到账" in asked
        for registration in (paid, owing):
            assert registration.organisation.name not in asked
            assert f"/{registration.pk}/" not in asked
        both = f"/desk/finance/expected/?account={numbers[0]},{numbers[1]}&status=missing&as=xlsx"
        book = _book(site, "finance", both)["应缴保证金"]
        assert len(book) == 2
        assert owing.organisation.name not in str(book)
        for key in ("centre", "province", "supervisor", "seller", "a"):
            assert site.browser(key).get("/desk/finance/expected/").status_code == 403


def test_of_more_deposits_than_are_counted_at_once_the_page_and_the_workbook_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with opened() as site:
        steps.closed(site)
        monkeypatch.setattr("apps.desks.expected._MOST", 1)
        assert "仅计入缴纳截止最晚的 1 笔" in site.see("finance", "/desk/finance/expected/")
        sheets = _book(site, "finance", "/desk/finance/expected/?as=xlsx")
        assert "仅计入缴纳截止最晚的1笔" in str(sheets)
        assert len(sheets["应缴保证金"]) == 2


def test_a_workbook_says_of_each_list_that_it_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened() as site:
        steps.closed(site)
        monkeypatch.setattr(exports, "MOST_ROWS", 1)
        monkeypatch.setattr(exports, "ROWS_READ", 2)
        sheets = _book(site, "finance", "/desk/reconciliation/?as=xlsx")
        assert len(sheets["子账户"]) == 2
        assert "“子账户”仅含前1行" in str(sheets)


def test_the_workbook_of_sub_accounts_has_their_money() -> None:
    with opened() as site:
        steps.closed(site)
        rows = _book(site, "finance", "/desk/reconciliation/?as=xlsx")["子账户"]
        held = rows[0].index("收到（元）")
        assert sorted(row[held] for row in rows[1:])[-1] == 200000


def test_after_the_close_finance_reads_whose_deposit_it_is() -> None:
    with opened() as site:
        steps.closed(site)
        page = site.see("finance", "/desk/finance/expected/")
        assert site.organisation("a").name in page
        assert '<span class="mute">截止前不显示' not in page


def test_a_leader_reads_load_delays_and_durations_and_nobody_else_does() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        site.alone(
            "centre", "review.decide", listing.pk, query="?opinion=eligibility", outcome="pass",
            **_ticked("eligibility"),
        )  # fmt: skip
        site.go("03-30 09:00")
        page = site.see("centre", "/desk/overview/", 1)
        assert 'data-chart="chart_states"' in page
        assert 'data-chart="chart_people"' in page
        assert "审查中" in page
        people = page.partition('id="people"')[2].partition("</tbody>")[0]
        assert site.people["centre"][0].person.name in people
        assert "/desk/overview/" in site.see("centre", "/desk/", 1)
        assert "/desk/overview/" not in site.see("centre", "/desk/")
        assert set(_book(site, "centre", "/desk/overview/?as=xlsx", 1)) >= {"按状态", "按人员", "各环节时长"}
        for key in ("centre", "province", "supervisor"):
            assert site.browser(key, 1).get("/desk/overview/").status_code == 200
            assert site.browser(key, 0).get("/desk/overview/").status_code == 403
        for key in ("seller", "finance"):
            assert site.browser(key, 1).get("/desk/overview/").status_code == 403


def test_the_documents_of_a_desk_are_those_that_each_lots_page_shows() -> None:
    with opened() as site:
        steps.confirmed(site)
        for key in ("seller", "a", "b", "outsider", "centre", "province", "finance", "supervisor"):
            by = actor_of(site.people[key][0])
            each = {pk for lot in visible_to(by) for pk in readable(lot, by=by).values_list("pk", flat=True)}
            assert set(readable_all(by).values_list("pk", flat=True)) == each, key
        assert "交易公告" in site.see("centre", "/desk/documents/?kind=announcement")
        assert "成交确认书" not in _table(site.see("centre", "/desk/documents/?kind=announcement"))


def _table(page: str) -> str:
    return page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_before_the_close_no_desk_lists_a_certificate_but_its_holders() -> None:
    with opened() as site:
        steps.in_bidding(site)
        for key, count in {"a": 1, "b": 1, "seller": 0, "outsider": 0, "centre": 0, "supervisor": 0}.items():
            page = site.see(key, "/desk/documents/?kind=qualification_certificate")
            assert page.count("data-open>") == count, key


def test_a_notice_is_read_by_acting_on_it_and_notices_stand_by_lot() -> None:
    with opened() as site:
        listing = steps.announced(site)
        page = site.see("seller", "/desk/notices/")
        assert page.count('class="notice-lot"') == len(
            set(Notice.objects.filter(organisation=site.organisation("seller")).values_list("case_id"))
        )
        notice = Notice.objects.filter(
            organisation=site.organisation("seller"), case_id=listing.pk, read_at=None
        ).latest("pk")
        answer = site.browser("seller").post(
            f"/desk/notices/{shown(notice.pk, 'notice')}/read/", {"open": "1"}
        )
        assert answer.headers["Location"] == f"/desk/listings/{listing.pk}/"
        notice.refresh_from_db()
        assert notice.read_at is not None
        assert notice.title not in _unread(site)
        assert site.browser("a").post(f"/desk/notices/{shown(notice.pk, 'notice')}/read/").status_code == 404


def test_who_acts_on_a_lot_has_read_what_was_told_about_it() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        told = Notice.objects.filter(organisation=site.organisation("centre"), case_id=listing.pk)
        assert told.filter(read_at=None).exists()
        site.go("03-02 09:00")
        site.alone(
            "centre", "review.decide", listing.pk, query="?opinion=eligibility", outcome="pass",
            **_ticked("eligibility"),
        )  # fmt: skip
        assert not told.filter(read_at=None).exists()


def _unread(site: DeskSite) -> str:
    page = site.see("seller", "/desk/notices/?show=unread")
    return "".join(re.findall(r'class="duty-label">([^<]+)<', page))


@pytest.mark.parametrize("required", [True, False])
def test_the_ground_of_a_parcel_is_marked_as_needed_where_the_rules_want_it(*, required: bool) -> None:
    with opened(changes={"geometry_required": required}) as site:
        page = site.see("seller", "/desk/acts/project.record/0/")
    marked = 'for="id_parts-0-geometry">界址（GeoJSON）<span class="must">（必填）</span>' in page
    assert marked is required
    assert 'for="id_parts-0-quantity">面积（亩）<span class="must">（必填）</span>' in page
