"""The offices' desks: rules compared and tried, the calendar previewed, the record searched, figures exported."""

import io
import json
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.insight.anomalies import signals
from apps.insight.office_statistics import Asked, report
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Organisation
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.rehearsal import trials
from apps.rehearsal.models import Trial
from apps.rulebook.models import Rulebook
from kernel.actors import SYSTEM, Duty
from kernel.audit import heads
from kernel.audit.models import AuditEntry
from kernel.deadlines.models import Deadline
from kernel.errors import Refused
from kernel.money import Yuan
from kernel.workdays.models import Year
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

OPEN_TO = {
    "/desk/quota/": "seller a b outsider",
    "/desk/quota/import/": "seller a outsider province",
    "/desk/quota/import/template.xlsx": "seller a outsider province",
    "/desk/projects/": "seller a outsider",
    "/desk/finance/statement/template.xlsx": "finance",
    "/desk/acts/scheme.import/tables/rows.xlsx": "province",
    "/desk/acts/adjustment.transfer/tables/rows.xlsx": "province",
    "/desk/money/": "finance centre supervisor",
    "/desk/reconciliation/": "finance supervisor",
    "/desk/reserve/handovers/": "province centre supervisor",
    "/desk/rulebooks/compare/": "province centre supervisor",
    "/desk/calendars/load/": "province",
    "/desk/statistics/": "centre province supervisor",
    "/desk/record/chains/": "supervisor",
    "/desk/record/head.json": "supervisor",
    "/desk/anomalies/": "supervisor",
}


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


pytestmark = pytest.mark.django_db


def test_each_page_opens_to_its_offices_and_to_nobody_else(site: DeskSite) -> None:
    for page, who in OPEN_TO.items():
        for key in site.people:
            found = site.browser(key).get(page).status_code
            assert found == (200 if key in who.split() else 403), f"{key} {page}: {found}"


def test_before_the_close_no_office_reads_who_bids(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    steps.bid(site, listing, "a", "60000")
    names = [site.organisation(key).name for key in ("a", "b")]
    secrets = [*names, *listing.registrations.values_list("sub_account__number", flat=True)]
    for page, who in OPEN_TO.items():
        for key in set(who.split()) & {"centre", "province", "supervisor", "seller"}:
            text = site.browser(key).get(page).content.decode(errors="replace")
            assert not [each for each in secrets if each in text], f"{key} {page}"
    lines = site.browser("supervisor").get("/desk/record/?as=csv").content.decode().splitlines()
    registers = ("organisation.register", "person.register", "account.register")
    telling = [line for line in lines if not any(verb in line for verb in registers)]
    assert len(telling) > 10
    assert not [line for line in telling if any(each in line for each in secrets)]


# --- quota ---


def test_the_ledger_is_shown_by_batch_and_exported(site: DeskSite) -> None:
    steps.submitted(site)
    page = site.see("seller", "/desk/quota/")
    for text in ("豫库〔2025〕1号", "20.0000", "10.0000", "冻结", "入库", "变动记录"):
        assert text in page
    content = site.browser("seller").get("/desk/quota/?as=xlsx").content
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["合计", "分批次", "变动记录", "说明"]
    assert [cell.value for cell in book["合计"][2]][:4] == ["耕地数量", "亩", 10, 20]
    assert book["变动记录"].max_row > 4


def test_the_ledger_asks_the_database_no_more_often_for_more_movements(site: DeskSite) -> None:
    steps.booked(site)
    site.see("seller", "/desk/quota/")
    with CaptureQueriesContext(connection) as few:
        site.see("seller", "/desk/quota/")
    for number in range(3):
        site.alone(
            "seller",
            "project.record",
            **steps.PROJECT
            | {"acceptance_no": f"再{number}"}
            | steps.rows("parts", steps.PART | steps.elsewhere()),
        )
    with CaptureQueriesContext(connection) as more:
        site.see("seller", "/desk/quota/")
    assert len(more) <= len(few)


# --- rules ---


def drafted_rules(site: DeskSite, **changes: str) -> Rulebook:
    typed: dict[str, Any] = {
        "valid_from": "2026-06-01",
        **{f"parameters.{name}": value for name, value in changes.items()},
    }
    site.alone("province", "rulebook.draft", **typed)
    return Rulebook.objects.latest("pk")


def test_two_versions_stand_side_by_side_with_the_changes_marked(site: DeskSite) -> None:
    drafted_rules(site, review_wd="8", **{"timed_bidding.round_minutes": "6"})
    page = site.see("province", "/desk/rulebooks/compare/")
    assert "2项参数有差异" in page
    assert page.count("changed-row") == 2
    assert "三重审查时限" in page
    assert "合同" in page
    drafted = Rulebook.objects.latest("pk").parameters
    assert len(drafted["forms"]) == 3, "what a form offers many of is kept whole"
    only = site.see("centre", "/desk/rulebooks/compare/?only=changed")
    assert only.count('<th scope="row">') == 2


def test_a_case_that_is_none_is_refused_with_its_place(site: DeskSite) -> None:
    book = drafted_rules(site)
    address = f"/desk/rulebooks/{book.pk}/try/"
    browser = site.browser("province")
    for content, sentence in (
        (b"{", "JSON"),
        (b"[]", "对象"),
        (b'{"case": "x"}', "案例文件有误"),
        (b"x" * 600_000, "512 KB"),
    ):
        answer = browser.post(address, {"file": SimpleUploadedFile("case.json", content)})
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
    assert browser.post(address, {}).status_code == 400
    assert browser.post("/desk/rulebooks/999999/try/", {}).status_code == 404
    assert Trial.objects.count() == 0


@pytest.mark.parametrize("title", ['"\\u0000"', '"\\ud800"', "NaN", "1e999", "[" * 900 + "]" * 900])
def test_a_case_that_cannot_be_stored_is_refused(site: DeskSite, title: str) -> None:
    book = Rulebook.objects.filter(province="410000").latest("pk")
    case = f'{{"case": "x", "title": {title}}}'.encode()
    answer = site.browser("province").post(
        f"/desk/rulebooks/{book.pk}/try/", {"file": SimpleUploadedFile("case.json", case)}
    )
    assert answer.status_code == 400
    assert not Trial.objects.exists()


def test_a_trial_that_left_no_result_is_not_left_running(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = drafted_rules(site)
    site.browser("province").post(f"/desk/rulebooks/{book.pk}/try/", {"sample": "henan-448"})
    ended = subprocess.CompletedProcess[str]([], 0, "", "")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: ended)
    trials.play(trial_id=Trial.objects.get().pk)
    assert (Trial.objects.get().status, "没有留下结果" in Trial.objects.get().error) == ("failed", True)


def test_a_trial_that_cannot_be_played_says_so(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    book = drafted_rules(site)
    site.browser("province").post(f"/desk/rulebooks/{book.pk}/try/", {"sample": "henan-448"})
    monkeypatch.setattr(trials, "TIME_LIMIT_S", 0.01)
    trials.play(trial_id=Trial.objects.get().pk)
    found = Trial.objects.get()
    assert found.status == "failed"
    assert "已停止" in site.see("province", f"/desk/rulebooks/trials/{found.pk}/")


# --- the calendar ---


def notice(year: int) -> dict[str, str]:
    day = date(year, 1, 1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return {
        "year": str(year),
        "notice_no": "演示通知",
        "published_on": f"{year - 1}-11-01",
        "days_off": day.isoformat(),
        "workdays_on": "",
    }


def test_a_calendar_is_previewed_before_it_is_in_force(site: DeskSite) -> None:
    listing = steps.submitted(site)
    row = Deadline.objects.get(kind="review", case_id=listing.pk)
    due = row.due_at
    year = Year.objects.get(year=2026, revoked_at=None)
    changed = {
        "year": "2026", "notice_no": "演示更正通知", "published_on": "2025-11-04",
        "days_off": "\n".join([*year.days_off, "2026-03-10"]), "workdays_on": "\n".join(year.workdays_on),
    }  # fmt: skip
    browser = site.browser("province")
    page = browser.post("/desk/calendars/load/", changed | {"step": "preview"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "日期改变" in text
    assert "将被本次替换" in text
    row.refresh_from_db()
    assert row.due_at == due
    form = {name: values[0] for name, values in form_of(page, having="days_off").items()}
    assert form["step"] == "confirm"
    assert browser.post("/desk/calendars/load/", form).status_code == 302
    row.refresh_from_db()
    assert row.due_at == due
    site.release("province", "calendar.load")
    row.refresh_from_db()
    assert row.due_at > due


def test_a_wrong_notice_is_told_at_its_field_and_changes_nothing(site: DeskSite) -> None:
    browser = site.browser("province")
    for change, sentence in (
        ({"days_off": "昨天"}, "日期"),
        ({"workdays_on": "2027-01-04"}, "不是周六或周日"),
        ({"days_off": "2028-01-01"}, "不在 2027 年"),
        ({"year": ""}, ""),
    ):
        answer = browser.post("/desk/calendars/load/", notice(2027) | {"step": "preview"} | change)
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
    assert not Year.objects.filter(year=2027).exists()


# --- supervision ---


def test_the_record_is_found_by_person_organisation_verb_period_and_text(site: DeskSite) -> None:
    steps.booked(site)
    for query, there in (
        ("verb=quota.book", True),
        ("organisation=自然资源厅", True),
        ("name=陈某", True),
        ("text=豫验〔2025〕1号", True),
        ("since=2026-03-01&until=2026-03-01", True),
        ("since=2027-01-01", False),
        ("outcome=refused", False),
        ("text=没有这样的内容", False),
        ("listing=没有", False),
    ):
        page = site.see("supervisor", f"/desk/record/?{query}")
        assert ("没有符合条件的记录" not in page) is there, query
    assert "日期应写作" in site.see("supervisor", "/desk/record/?since=x")


def test_the_record_is_exported_without_living_cells(site: DeskSite) -> None:
    site.alone(
        "seller",
        "project.record",
        **steps.PROJECT | {"name": "=1+1"} | steps.rows("parts", steps.PART | steps.elsewhere()),
    )
    Organisation.objects.filter(pk=site.organisation("seller").pk).update(name="=cmd")
    site.browsers.clear()
    site.alone(
        "seller",
        "project.record",
        **steps.PROJECT | {"acceptance_no": "b"} | steps.rows("parts", steps.PART | steps.elsewhere()),
    )
    answer = site.browser("supervisor").get("/desk/record/?as=csv&verb=project.record")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert ",'=cmd," in lines[1]


def _endless(kept: dict[str, Any]) -> dict[str, Any]:
    return {**kept, "chains": {"platform": [float("inf"), "0" * 64]}}


def test_a_head_that_was_changed_or_is_none_is_refused(site: DeskSite) -> None:
    steps.booked(site)
    kept = json.loads(heads.exported(now=site.clock.now()))
    for bad in (
        {**kept, "count": 1},
        {**kept, "signature": "00" * 64},
        {},
        {**kept, "chains": 5},
        _endless(kept),
    ):
        with pytest.raises(Refused):
            heads.check(json.dumps(bad).encode())
    with pytest.raises(Refused):
        heads.check(b"\xff")


def _signals(site: DeskSite) -> dict[str, list[str]]:
    by = actor_of(site.people["supervisor"][0])
    found: dict[str, list[str]] = {}
    for _label, rows in signals(by=by, now=site.clock.now()):
        for each in rows:
            found.setdefault(each.sort, []).append(each.sentence)
    return found


def test_signals_name_ties_between_bidders_after_the_close_only(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    Organisation.objects.filter(pk__in=[site.organisation(key).pk for key in "ab"]).update(contact="同一人")
    assert "tied" not in _signals(site)
    steps.bid(site, listing, "b", "65000")
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    found = _signals(site)
    assert "同一人" not in found["tied"][0]
    assert site.organisation("a").name in found["tied"][0]
    assert "仅1个报价" in found["lonely"][0]
    assert "hasty" not in found or found["hasty"]
    page = site.see("supervisor", "/desk/anomalies/")
    assert "联系人相同" in page
    assert f"/desk/listings/{listing.pk}/" in page


def test_one_account_that_pays_for_two_bidders_is_a_signal(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    for key in ("a", "b"):
        registration = steps.registered(site, listing, key)
        site.both("centre", "registration.decide", registration.pk, outcome="qualified")
        steps.pay(site, registration.sub_account.number, key, "200000.00", f"S-{key}")
    assert "same_payer" not in _signals(site)
    site.go("03-25 09:00")
    steps.bid(site, listing, "a", "60000")
    steps.bid(site, listing, "b", "65000")
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    assert "2个竞买人" in _signals(site)["same_payer"][0]


# --- figures ---


def test_statistics_count_what_was_sold_and_are_exported(site: DeskSite) -> None:
    steps.closed(site)
    asked = Asked(date(2026, 1, 1), date(2026, 12, 31))
    found = report(asked, by=actor_of(site.people["centre"][0]))
    assert (found.whole.listed, found.whole.sold, found.whole.unsold) == (1, 1, 0)
    assert found.whole.turnover == Yuan(1_300_000)
    assert found.whole.average_per_mu == Yuan(65000)
    assert str(found.whole.premium) == "0.3000"
    assert found.durations[1].count == 1
    page = site.see("centre", "/desk/statistics/")
    assert "通许县" in page
    content = site.browser("centre").get("/desk/statistics/?as=xlsx").content
    sheet = load_workbook(io.BytesIO(content))["分县（市、区）"]
    assert sheet["H1"].value == "成交额（元）"
    assert (sheet["H2"].value, sheet["H2"].number_format) == (1_300_000, "#,##0.00")


@pytest.mark.parametrize(
    "query", ["since=x", "until=1999-01-01", "since=2026-05-01&until=2026-01-01", "kind=x&county=zz"]
)
def test_a_period_that_cannot_be_read_is_told_and_harmless(site: DeskSite, query: str) -> None:
    page = site.see("centre", f"/desk/statistics/?{query}")
    assert "已按本年度统计" in page or "kind" in query


def test_statistics_do_not_ask_per_lot(site: DeskSite) -> None:
    steps.closed(site)
    by = actor_of(site.people["centre"][0])
    with CaptureQueriesContext(connection) as asked:
        report(Asked(date(2026, 1, 1), date(2026, 12, 31)), by=by)
    assert len(asked) <= 14


def test_transfers_and_filings_are_filtered(site: DeskSite) -> None:
    for state in ("", "to_transfer", "transferred", "to_file", "to_accept", "accepted", "nonsense"):
        page: Any = site.see("province", f"/desk/reserve/handovers/?state={state}&q=通许")
        assert "没有符合条件的项目" in page


def test_a_platform_administrator_unlocks_a_login_and_it_is_written_down(site: DeskSite) -> None:
    now = site.clock.now()
    body = register_organisation(kind=Role.PLATFORM, name="平台", region="410000", by=SYSTEM, now=now)
    member = register_person(
        username="platform", name="管理员", organisation=body, duty=Duty.OPERATOR, by=SYSTEM, now=now
    )
    locked = AccessAttempt.objects.create(
        username="a0", ip_address="10.0.0.1", failures_since_start=10, attempt_time=now
    )
    client = Client()
    client.force_login(member.person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/axes/accessattempt/").content.decode()
    assert "连续失败次数" in page
    assert client.get("/admin/parties/bar/").status_code == 200
    assert client.get("/admin/parties/bar/add/").status_code == 403
    assert client.get("/admin/axes/accessattempt/add/").status_code == 403
    assert client.post(f"/admin/axes/accessattempt/{locked.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not AccessAttempt.objects.exists()
    assert AuditEntry.objects.get(verb="login.unlock").after["username"] == "a0"
    assert site.browser("supervisor").get("/admin/axes/accessattempt/").status_code == 302
