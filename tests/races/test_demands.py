"""Payments for a demand, and its scheme taken back, at once, where commits are real."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.crossprovince.demand_faults import demand_faults
from apps.crossprovince.demand_states import DemandStatus as S
from apps.documents.states import AttachmentKind as K
from apps.funds.faults import faults as fund_faults
from apps.funds.models import PayIn
from config import scratch
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from tests.factories.actors import codes, errors, taken, together
from tests.factories.kept import kept
from tests.factories.taking import FINANCE, PROVINCE, Taking, at


def _paying() -> Taking:
    made = Taking.with_ministry()
    made.paying()
    return made


@pytest.fixture
def paying(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Taking]:
    """A demand whose price is to be paid in."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        yield from _in_copy()


def _in_copy() -> Iterator[Taking]:
    world = kept("committed-taking-paying", _paying)
    with world.copied("demands") as database, scratch.point_at(database):
        yield world.given
        connections.close_all()


def released(taking: Taking, key: str, act: str, when: str, **data: Any) -> Any:
    """What an operator prepares; the call releases it."""
    taking.alone(key, act, when, **data)
    waiting, by = Preparation.objects.latest("id"), taking.actor(key, Duty.APPROVER)
    return lambda: perform(
        act_called(act),
        subject_id=taking.demand_id,
        data=waiting.payload,
        by=by,
        now=at(when),
        seen=waiting.digest,
    )


def paid(taking: Taking, amount: str) -> Any:
    taking.attach(FINANCE, K.PAYMENT_VOUCHER, when="10-12 10:00")
    return released(
        taking, FINANCE, "demand.pay_in", "10-12 10:00", payer=taking.name_of(FINANCE), voucher_no="缴1号",
        amount=amount, paid_at=at("10-12 09:00").isoformat(),
    )  # fmt: skip


def sound() -> None:
    assert (demand_faults(), fund_faults()) == ([], [])


def test_a_payment_that_is_released_three_times_at_once_counts_once(paying: Taking) -> None:
    call = paid(paying, "250000000.00")
    outcomes = together(call, call, call)
    assert (len(taken(outcomes)), errors(outcomes)) == (1, [])
    assert paying.funds()["central"] == "250000000.00"
    sound()


def test_a_scheme_is_paid_for_or_taken_back_and_never_both(paying: Taking) -> None:
    pay = paid(paying, "400000000.00")
    paying.attach(PROVINCE, K.INCOMING_DOCUMENT, when="10-12 10:00")
    revoke = released(
        paying, PROVINCE, "demand.revoke", "10-12 10:00", body="自然资源部", document_no="自然资函〔2026〕30号",
        document_date="2026-10-12", reason="调整计划",
    )  # fmt: skip
    outcomes = together(pay, revoke)
    assert (len(taken(outcomes)), errors(outcomes)) == (1, [])
    assert set(codes(outcomes)) <= {"text_changed", "wrong_status"}, "what its approver saw is no more so"
    came = PayIn.objects.count()
    assert (came, paying.status) in ((1, S.PAID_IN), (0, S.WITH_MINISTRY))
    sound()
