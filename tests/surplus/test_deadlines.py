"""Whose the periods of a verification are: who sees them, who is told and reminded of them, and nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from rest_framework.test import APIClient

from apps.desks import queue
from apps.disclosure.deadlines import visible_deadlines
from apps.documents.states import AttachmentKind as K
from apps.insight.anomalies import signals
from apps.insight.office_statistics import Asked
from apps.insight.office_statistics import report as report_of
from apps.kinds.table import QuotaClass
from apps.notices.models import Notice
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Organisation
from apps.parties.roles import Role
from apps.process.notifications import deadlines_moved
from apps.process.reminders import remind
from kernel import clock
from kernel.actors import PUBLIC, SYSTEM, Duty
from kernel.clock import SimulatedClock
from kernel.deadlines import registry, runner
from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.states import DeadlineStatus
from tests.factories.actors import token_for
from tests.factories.ziyun import (
    BUREAU,
    CITY,
    COUNTY,
    FAR_CITY,
    FAR_PROVINCE,
    FAR_SUPERVISOR,
    MEASURER,
    NEXT_COUNTY,
    OTHER_MEASURER,
    PROVINCE,
    SUPERVISOR,
    Ziyun,
    at,
    report,
)

pytestmark = pytest.mark.django_db
CENTRE, FINANCE = "centre", "finance"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ziyun() -> Ziyun:
    """Commissioned, and not submitted yet."""
    made = Ziyun.settled()
    made.draft()
    made.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=made.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip
    return made


def submitted(ziyun: Ziyun) -> None:
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    ziyun.both(MEASURER, "verification.report", "01-20 09:00", **report(ziyun.parts()))
    ziyun.submit()


def deadline(ziyun: Ziyun, kind: str) -> Deadline:
    return Deadline.objects.filter(case_id=ziyun.verification_id, kind=f"verification.{kind}").latest("id")


# --- failed and moved ---


def test_a_failed_period_of_a_verification_is_told_to_its_province_and_others_go_on(
    ziyun: Ziyun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(deadline: Deadline, now: datetime) -> None:
        raise ZeroDivisionError("poison")

    sound = registry.kind_of("verification.measure")
    monkeypatch.setitem(registry._kinds, sound.name, replace(sound, effect=fails))
    row = deadline(ziyun, "measure")
    now = row.due_at
    for _ in range(runner.MOST_ATTEMPTS):
        runner.run_due(now=now)
        now += timedelta(hours=1)
    row.refresh_from_db()
    assert (row.status, row.attempts) == (DeadlineStatus.FAILED, runner.MOST_ATTEMPTS)
    told = Notice.objects.get(kind="deadline_failed")
    assert (told.organisation_id, told.case_id) == (
        ziyun.organisation_id(PROVINCE),
        ziyun.verification_id,
    )
    assert ziyun.verification.title not in told.text  # the county has submitted nothing yet


def moved(ziyun: Ziyun, kind: str) -> set[int]:
    """Who is told that a period ends a day later."""
    row = deadline(ziyun, kind)
    later = row.due_at + timedelta(days=1)
    move = DeadlineMove.objects.create(
        deadline=row, old_due_at=row.due_at, new_due_at=later, old_provisional=False, new_provisional=False,
        reason="日历", moved_at=at("01-21 09:00"),
    )  # fmt: skip
    deadlines_moved([move], now=at("01-21 09:00"))
    told = Notice.objects.filter(kind="deadline_moved", case_id=ziyun.verification_id)
    return set(told.values_list("organisation_id", flat=True))


def ids(ziyun: Ziyun, *keys: str) -> set[int]:
    return {ziyun.organisation_id(key) for key in keys}


def test_a_moved_period_is_told_to_the_county_and_whose_it_is_and_to_no_office_before_submission(
    ziyun: Ziyun,
) -> None:
    assert moved(ziyun, "measure") == ids(ziyun, COUNTY, MEASURER)


def test_a_moved_review_is_told_to_county_city_and_province_and_to_no_other_province(ziyun: Ziyun) -> None:
    submitted(ziyun)
    told = moved(ziyun, "city_review")
    assert told == ids(ziyun, COUNTY, CITY, PROVINCE)
    assert not told & ids(ziyun, MEASURER, FAR_PROVINCE)


def test_a_province_without_its_office_does_not_hold_up_the_calendar(ziyun: Ziyun) -> None:
    submitted(ziyun)
    Organisation.objects.filter(pk=ziyun.organisation_id(PROVINCE)).update(active=False)
    assert moved(ziyun, "city_review") == ids(ziyun, COUNTY, CITY)


# --- whose they are ---


def test_every_period_is_somebodys(ziyun: Ziyun) -> None:
    def concerned(kind: str) -> int | None:
        return deadline(ziyun, kind).concerns_id

    assert concerned("measure") == ziyun.organisation_id(MEASURER)
    submitted(ziyun)
    assert concerned("city_review") == ziyun.organisation_id(CITY)
    ziyun.decide(CITY, "correct", "03-10 10:00", reason="请补正")
    assert concerned("return_notice") == ziyun.organisation_id(CITY)
    ziyun.alone(CITY, "verification.return", "03-10 11:00", reason="请补正")
    ziyun.both(COUNTY, "verification.submit", "03-11 10:00")
    ziyun.decide(CITY, "pass", "03-12 10:00")
    assert concerned("province_review") == ziyun.organisation_id(PROVINCE)
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    assert concerned("to_record") == ziyun.organisation_id(PROVINCE)
    ziyun.record()
    assert concerned("to_certify") == ziyun.organisation_id(PROVINCE)


# --- what ends a review ---


def test_an_unfavourable_opinion_in_time_meets_the_review_and_its_return_has_a_period_of_its_own(
    ziyun: Ziyun,
) -> None:
    submitted(ziyun)
    ziyun.decide(CITY, "correct", "03-16 10:00", reason="请补正")
    review, notice = deadline(ziyun, "city_review"), deadline(ziyun, "return_notice")
    assert (review.status, review.met_at) == (DeadlineStatus.MET, at("03-16 10:00"))
    runner.run_due(now=at("03-18 09:00"))  # past the review's end, within the notice's
    ziyun.alone(CITY, "verification.return", "03-18 10:00", reason="请补正")
    for row in (review, notice):
        row.refresh_from_db()
        assert (row.status, row.breached_at) == (DeadlineStatus.MET, None)
    ziyun.both(COUNTY, "verification.submit", "03-19 10:00")
    again = deadline(ziyun, "city_review")
    assert (again.pk > review.pk, again.status) == (True, DeadlineStatus.PENDING)


def test_an_opinion_that_comes_late_keeps_its_breach_and_so_does_a_late_return(ziyun: Ziyun) -> None:
    submitted(ziyun)
    runner.run_due(now=at("03-17 09:00"))
    ziyun.decide(CITY, "fail", "03-18 10:00", reason="不符")
    runner.run_due(now=at("04-01 09:00"))
    ziyun.alone(CITY, "verification.return", "04-01 10:00", reason="不符")
    for kind, met in (("city_review", "03-18 10:00"), ("return_notice", "04-01 10:00")):
        row = deadline(ziyun, kind)
        assert (row.breached_at, row.met_at) == (row.due_at, at(met))


# --- who sees them ---

EVERYBODY = (
    COUNTY, BUREAU, NEXT_COUNTY, MEASURER, OTHER_MEASURER, CITY, PROVINCE, FAR_CITY, FAR_PROVINCE, CENTRE, FINANCE,
    SUPERVISOR, FAR_SUPERVISOR,
)  # fmt: skip


@pytest.fixture
def moved_clock() -> Iterator[SimulatedClock]:
    with clock.simulated(at("01-05 09:00")) as moved:
        yield moved


@pytest.fixture
def offices(ziyun: Ziyun) -> Ziyun:
    """Further offices of this province, and of another one."""
    for key, role, name, region in (
        (CENTRE, Role.TRADING_CENTRE, "贵州省土地指标交易中心", "520000"),
        (FINANCE, Role.FINANCE, "贵州省财政厅", "520000"),
    ):
        now = at("01-05 10:00")
        body = register_organisation(kind=role, name=name, region=region, by=SYSTEM, now=now)
        ziyun.people[key] = [
            register_person(
                username=f"{key}.{duty}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=now
            )
            for duty in (Duty.OPERATOR, Duty.APPROVER)
        ]
    return ziyun


def seers(ziyun: Ziyun, kind: str) -> set[str]:
    row = deadline(ziyun, kind)
    return {key for key in EVERYBODY if visible_deadlines(ziyun.actor(key)).filter(pk=row.pk).exists()}


def test_a_period_is_seen_by_its_own_county_its_own_offices_and_whose_it_is(offices: Ziyun) -> None:
    assert seers(offices, "measure") == {COUNTY, MEASURER}
    offices.both(
        COUNTY, "verification.commission", "01-08 09:00", measurer_id=offices.organisation_id(OTHER_MEASURER),
        contract_no="核定合同2号", contract_price="120000.00",
    )  # fmt: skip
    assert seers(offices, "measure") == {COUNTY, OTHER_MEASURER}
    offices.both(
        COUNTY, "verification.commission", "01-09 09:00", measurer_id=offices.organisation_id(MEASURER),
        contract_no="核定合同3号", contract_price="120000.00",
    )  # fmt: skip
    submitted(offices)
    assert seers(offices, "city_review") == {COUNTY, CITY, PROVINCE, SUPERVISOR}
    assert seers(offices, "measure") == {COUNTY, MEASURER, CITY, PROVINCE, SUPERVISOR}
    assert not visible_deadlines(PUBLIC).exists()


def pages(ziyun: Ziyun, key: str, address: str) -> Any:
    client = Client()
    client.force_login(ziyun.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(address)


def listed(ziyun: Ziyun, key: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(ziyun.people[key][0].person)}")
    return client.get(f"/api/v1/deadlines/?verification={ziyun.verification_id}").data["results"]


def test_an_overdue_period_stands_on_its_provinces_list_with_its_page_and_on_no_others(
    offices: Ziyun, moved_clock: SimulatedClock
) -> None:
    submitted(offices)
    row = deadline(offices, "city_review")
    Deadline.objects.filter(pk=row.pk).update(status=DeadlineStatus.FAILED)
    moved_clock.move_to(at("04-01 09:00"))
    page = f"/desk/verifications/{offices.verification_id}/"
    for key in (PROVINCE, SUPERVISOR):
        answer = pages(offices, key, "/desk/deadlines/")
        assert answer.status_code == 200
        assert page in answer.content.decode()
        assert "市级初审" in answer.content.decode()
    for key in (CENTRE, FAR_PROVINCE, FAR_SUPERVISOR):
        assert page not in pages(offices, key, "/desk/deadlines/").content.decode()
    book = load_workbook(BytesIO(pages(offices, PROVINCE, "/desk/deadlines/?as=xlsx").content))
    said = {str(cell.value) for line in book[book.sheetnames[0]].iter_rows() for cell in line}
    assert {offices.verification.title, offices.verification.case.number} <= said


def test_programs_are_told_of_which_verification_a_period_is(
    offices: Ziyun, moved_clock: SimulatedClock
) -> None:
    moved_clock.move_to(at("01-08 09:00"))
    [row] = listed(offices, MEASURER)
    assert (row["listing_id"], row["verification_id"], row["of"]) == (None, offices.verification_id, "own")
    for key in (OTHER_MEASURER, PROVINCE, FAR_PROVINCE):
        assert listed(offices, key) == []


def test_breaches_are_counted_for_the_own_province(offices: Ziyun) -> None:
    submitted(offices)
    runner.run_due(now=at("04-01 09:00"))
    asked = Asked(date(2026, 1, 1), date(2026, 12, 31), of=QuotaClass.SURPLUS)
    breaches = {key: report_of(asked, by=offices.actor(key)).breaches for key in EVERYBODY}
    assert {key for key in (PROVINCE, SUPERVISOR) if breaches[key] == 1} == {PROVINCE, SUPERVISOR}
    assert not any(breaches[key] for key in (CENTRE, FINANCE, FAR_PROVINCE, FAR_SUPERVISOR))
    other = replace(asked, of=QuotaClass.SUPPLEMENTARY)
    assert report_of(other, by=offices.actor(PROVINCE)).breaches == 0
    assert report_of(replace(asked, county="520422"), by=offices.actor(PROVINCE)).breaches == 0


def test_a_failed_period_is_a_signal_for_its_own_supervisor_alone(offices: Ziyun) -> None:
    submitted(offices)
    Deadline.objects.filter(pk=deadline(offices, "city_review").pk).update(status=DeadlineStatus.FAILED)

    def said(key: str) -> list[str]:
        found = dict(signals(by=offices.actor(key), now=at("04-01 09:00")))
        return [each.sentence for each in found["期限处理失败"]]

    [sentence] = said(SUPERVISOR)
    assert sentence.startswith(f"{offices.verification.case.number}：市级初审")
    assert said(FAR_SUPERVISOR) == said(CENTRE) == []


# --- who is reminded ---


def test_whose_period_it_is_is_reminded_and_nobody_else(offices: Ziyun) -> None:
    def reminded(kind: str) -> set[int]:
        due_at = deadline(offices, kind).due_at
        assert remind(now=due_at - timedelta(hours=2)) == 1
        assert remind(now=due_at - timedelta(minutes=119)) == 1
        told = Notice.objects.filter(kind="reminder", case_id=offices.verification_id)
        found = set(told.values_list("organisation_id", flat=True))
        assert told.count() == len(found)
        assert all(offices.verification.title in each.text for each in told)
        return found

    assert reminded("measure") == ids(offices, MEASURER)
    submitted(offices)
    assert reminded("city_review") == ids(offices, MEASURER, CITY)
    offices.decide(CITY, "pass", "03-10 10:00")
    assert reminded("province_review") == ids(offices, MEASURER, CITY, PROVINCE)


def test_a_period_stands_beside_its_task_also_on_a_long_board(
    offices: Ziyun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_FEW", 0)
    [task] = queue.tasks_for(offices.actor(MEASURER), now=at("01-08 09:00"))
    assert task.due_at == deadline(offices, "measure").due_at
    assert not [
        each for each in queue.tasks_for(offices.actor(PROVINCE), now=at("01-08 09:00")) if each.due_at
    ]
