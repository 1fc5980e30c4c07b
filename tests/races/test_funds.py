"""One voucher twice, two people at once: one payment is made, the other refused, where commits are real."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.funds.faults import faults
from apps.funds.models import Payee, Spending
from config import scratch
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.web.opaque import shown
from tests.factories import spent
from tests.factories.actors import codes, errors, taken, together
from tests.factories.deal import at
from tests.factories.kept import kept
from tests.factories.proceeds import COUNTY_FINANCE, Proceeds

_WHEN = "04-24 10:00"


def distributed() -> Proceeds:
    """Distributed on 23 April."""
    made = Proceeds._of_sale()
    made.received()
    made.distributed()
    return made


@pytest.fixture
def proceeds(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[Proceeds]:
    """A database of its own, where commits are real."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path):
        world = kept("distributed-proceeds", distributed)
        with world.copied("funds") as name, scratch.point_at(name):
            yield world.given
            connections.close_all()


def prepared(proceeds: Proceeds, *rows: dict[str, str], **changes: Any) -> Any:
    """A payment that waits; the call releases it."""
    facts = spent.paid_to(*rows, **changes)
    facts["attachment"] = shown(spent.copy_of(proceeds, facts["project"]).pk, "attachment")
    proceeds.alone(COUNTY_FINANCE, "funds.spend", _WHEN, subject=proceeds.pool.pk, **facts)
    waiting = Preparation.objects.latest("id")
    by = proceeds.approver(COUNTY_FINANCE)
    return lambda: perform(
        act_called("funds.spend"),
        subject_id=proceeds.pool.pk,
        data=facts,
        by=by,
        now=at(_WHEN),
        seen=waiting.digest,
    )


def test_one_invoice_under_two_vouchers_at_once_is_paid_once(proceeds: Proceeds) -> None:
    calls = [
        prepared(proceeds, spent.BUILDER, voucher_no=f"记-{number}", project=f"项目{number}")
        for number in (1, 2)
    ]
    outcomes = together(*calls)
    assert (len(taken(outcomes)), codes(outcomes), errors(outcomes)) == (1, ["voucher_used"], [])
    assert (Spending.objects.count(), Payee.objects.count()) == (1, 1)
    assert faults() == []


def test_one_voucher_released_by_two_people_at_once_is_paid_once(proceeds: Proceeds) -> None:
    call = prepared(proceeds)
    outcomes = together(call, call)
    assert len(taken(outcomes)) == 1
    assert errors(outcomes) == []
    assert Spending.objects.count() == 1
    assert proceeds.balances()["spent:farmers"] == "100000.00"


def test_without_the_lanes_the_database_still_pays_an_invoice_once(
    proceeds: Proceeds, without_locks: Any
) -> None:
    calls = [
        prepared(proceeds, spent.BUILDER, voucher_no=f"记-{number}", project=f"项目{number}")
        for number in (1, 2)
    ]
    with without_locks():
        outcomes = together(*calls)
    assert len(taken(outcomes)) == 1
    assert Payee.objects.count() == 1
    assert faults() == []
