"""A scheme, a notice of the centre and an application twice, at once, where commits are real."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.crossprovince.models import Adjustment, Scheme, SchemeRow
from apps.crossprovince.queries import faults
from apps.documents.states import AttachmentKind as K
from apps.funds.faults import faults as fund_faults
from apps.quota.queries import faults as quota_faults
from config import scratch
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from tests.factories.across import COUNTY, FINANCE, PAPERS, PROVINCE, Across, at, plan
from tests.factories.actors import codes, errors, taken, together
from tests.factories.kept import kept

_HALF = "400.0000"


def _implementing() -> Across:
    made = Across.with_ministry()
    made.match(made.row())
    made.implementing()
    return made


def _in(name: str, build: Any) -> Iterator[Across]:
    world = kept(name, build)
    with world.copied("schemes") as database, scratch.point_at(database):
        yield world.given
        connections.close_all()


@pytest.fixture
def reported(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Across]:
    """An application that waits for the ministry."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-across-reported", Across.with_ministry)


@pytest.fixture
def implementing(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Across]:
    """The same, matched and published."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-across-implementing", _implementing)


@pytest.fixture
def certified(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Across]:
    """800 亩 of which nothing is applied for."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-across-certified", Across.certified)


def released(across: Across, key: str, act: str, when: str, *, subject: int, **data: Any) -> Any:
    """What an operator prepares; the call releases it."""
    across.alone(key, act, when, subject=subject, **data)
    waiting, by = Preparation.objects.latest("id"), across.actor(key, Duty.APPROVER)
    return lambda: perform(
        act_called(act), subject_id=subject, data=waiting.payload, by=by, now=at(when), seen=waiting.digest
    )


def sound() -> None:
    assert (faults(), fund_faults(), quota_faults()) == ([], [], [])


def test_a_scheme_that_two_people_release_at_once_matches_once(reported: Across) -> None:
    reported.attach(PROVINCE, K.INCOMING_DOCUMENT, when="09-18 10:00")
    call = released(
        reported, PROVINCE, "scheme.import", "09-18 10:00", subject=0, rows=[reported.row()],
        body="自然资源部", document_no="自然资函〔2026〕9号", document_date="2026-09-17",
    )  # fmt: skip
    outcomes = together(call, call, call)
    assert taken(outcomes)
    assert errors(outcomes) == []
    assert (Scheme.objects.count(), SchemeRow.objects.count()) == (1, 1)
    assert reported.quota() == {"frozen": "800.0000"}
    sound()


def test_a_notice_that_is_released_three_times_at_once_allocates_once(implementing: Across) -> None:
    implementing.attach(FINANCE, K.INCOMING_DOCUMENT, when="10-20 10:00")
    call = released(
        implementing, FINANCE, "adjustment.allocate", "10-20 10:00", subject=implementing.adjustment_id,
        amount="216000000.00", arrived_at=at("10-20 09:00").isoformat(), body="财政部",
        document_no="财资环〔2026〕1号", document_date="2026-10-19",
    )  # fmt: skip
    outcomes = together(call, call, call)
    assert len(taken(outcomes)) == 1
    assert errors(outcomes) == []
    assert implementing.funds()["pool"] == "216000000.00"
    sound()


def test_applications_for_more_than_there_is_freeze_no_more_than_there_is(certified: Across) -> None:
    calls = []
    for _ in range(4):
        certified.draft(amount=_HALF)
        certified.attach(COUNTY, *PAPERS, when="04-02 10:00")
        calls.append(
            released(certified, COUNTY, "adjustment.submit", "04-02 10:00", subject=certified.adjustment_id)
        )
    outcomes = together(*calls)
    assert (len(taken(outcomes)), codes(outcomes), errors(outcomes)) == (2, ["quota_frozen"] * 2, [])
    assert certified.quota() == {"frozen": "800.0000"}
    sound()


def _switched() -> Across:
    """Two returned applications of 200 亩 each of one batch, changed to high-standard farmland without another 亩."""
    made = Across.certified(high_standard=True)
    for hour in ("09", "10"):
        made.draft(f"04-01 {hour}:00", amount="200.0000")
        made.submit(f"04-02 {hour}:00")
        made.both(PROVINCE, "adjustment.decide", f"04-10 {hour}:00", outcome="correct", reason="改地类")
        made.alone(PROVINCE, "adjustment.return", f"04-11 {hour}:00", reason="改地类")
        lines = [{"batch": made.batch.pk, "high_standard": "yes", "amount": "200.0000"}]
        facts = made.facts("200.0000", lines=lines, plan=plan(Decimal(200) * 360_000))
        made.alone(COUNTY, "adjustment.amend", f"04-12 {hour}:00", **facts)
    return made


@pytest.fixture
def switched(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Across]:
    """The two of them, of a batch with 237.6510 亩 of high-standard farmland."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in("committed-across-switched", _switched)


def test_two_applications_at_once_take_no_more_high_standard_farmland_than_there_is(switched: Across) -> None:
    calls = []
    for each in Adjustment.objects.order_by("pk").values_list("pk", flat=True):
        switched.adjustment_id = each
        calls.append(released(switched, COUNTY, "adjustment.submit", "04-13 10:00", subject=each))
    outcomes = together(*calls)
    assert (len(taken(outcomes)), codes(outcomes), errors(outcomes)) == (1, ["amount_exceeds"], [])
    assert (faults(), quota_faults()) == ([], [])
