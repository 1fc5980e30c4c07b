"""What everybody reads of proceeds: sums by county and use, outcomes of audits, and nobody who was paid."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.funds.figures import audits_by_county, by_county
from apps.funds.models import Finding, Movement
from kernel import clock
from tests.factories import spent
from tests.factories.deal import at
from tests.factories.proceeds import AUDITOR, Proceeds

pytestmark = pytest.mark.django_db


@pytest.fixture
def proceeds(own_media: None) -> Iterator[Proceeds]:
    """100,000.00 of the farmers' 12,300,000.00 are paid."""
    made = Proceeds.of_sale()
    made.received()
    made.distributed()
    spent.spend(made)
    with clock.simulated(at("04-25 09:00")):
        yield made


def read() -> str:
    answer = Client().get("/funds/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_sums_by_county_and_use_are_those_of_the_ledger(proceeds: Proceeds) -> None:
    [county] = by_county("listing")
    assert (county.county, county.name) == ("520425", "紫云苗族布依族自治县")
    assert (f"{county.received}", f"{county.waiting}", f"{county.returned}") == (
        "20500000.00",
        "0.00",
        "0.00",
    )
    assert [(each.category, f"{each.distributed}", f"{each.spent}") for each in county.categories] == [
        ("farmers", "12300000.00", "100000.00"),
        ("village", "6150000.00", "0.00"),
        ("township", "2050000.00", "0.00"),
    ]
    assert by_county("adjustment") == []


def test_everybody_reads_the_sums_and_nobody_reads_a_payee(proceeds: Proceeds) -> None:
    said = read()
    for text in ("累计到位 20,500,000.00 元，待分配 0.00 元", "12,300,000.00", "100,000.00", "尚无审计结果"):
        assert text in said
    for secret in ("王小明", "李秀英", "6217000010001", "记-2026-001"):
        assert secret not in said


def test_what_audits_came_to_is_counted_by_outcome(proceeds: Proceeds) -> None:
    paid = Movement.objects.get(reason="spend")
    for text in ("凭证齐全", "尚待核实"):
        proceeds.both(
            AUDITOR, "funds.audit", "04-26 10:00", subject=proceeds.pool.pk, text=text, amount="0.00",
            movement_id=paid.pk,
        )  # fmt: skip
    finding = Finding.objects.earliest("id")
    proceeds.both(
        AUDITOR,
        "funds.conclude",
        "04-26 15:00",
        subject=finding.pk,
        outcome="in_order",
        text="合规",
        amount="0.00",
    )
    [found] = audits_by_county()
    assert (found.in_order, found.correct, found.recovered, found.open, f"{found.recover}") == (
        1,
        0,
        0,
        1,
        "0.00",
    )
    assert "紫云苗族布依族自治县 1 0 0 0.00 1" in read()


def test_the_page_takes_a_dozen_queries_at_most(proceeds: Proceeds) -> None:
    with CaptureQueriesContext(connection) as taken:
        read()
    assert len(taken) <= 12
