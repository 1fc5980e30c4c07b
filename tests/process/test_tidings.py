"""Who paid hears of each time its money was not counted, and why; nobody else does."""

from pathlib import Path
from typing import Any

import pytest

from apps.money.models import Exceptional, Outcome
from apps.notices.models import Notice
from apps.stages.deposit import queries as deposit
from apps.stages.deposit.models import Certificate
from apps.stages.qualification.models import Registration
from kernel.money import Yuan
from tests.factories import bank
from tests.factories.actors import enrol
from tests.factories.deal import FINANCE, A, B, Deal, at
from tests.factories.journey import act, announced, contract_on, contracted, qualify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _paid(deal: Deal, number: str, payer: str, *, now: Any, reference: str = "T-1") -> None:
    bank.arrive(
        reference=reference, number=number, amount=Yuan(200000), payer=payer, now=now,
        operator=deal.operator(FINANCE), approver=deal.approver(FINANCE),
    )  # fmt: skip


def _count(deal: Deal, *, now: Any) -> None:
    """Two persons of finance find that money that was held is the payer's own."""
    found = Exceptional.objects.get(held=True)
    for by in (deal.operator(FINANCE), deal.approver(FINANCE)):
        act(by, "money.decide", found.pk, now=now, outcome=str(Outcome.COUNT), remark="已向银行核实")


def test_a_second_refusal_of_the_same_deposit_for_another_reason_is_told_as_well() -> None:
    deal = Deal.begun()
    deal.announce()
    row = qualify(deal, A)
    _paid(deal, row.sub_account.number, f"{deal.organisation(A).name}（本级）", now=at("03-26 10:00"))
    _count(deal, now=at("03-26 11:00"))
    told = list(Notice.objects.filter(kind="deposit_rejected").order_by("id"))
    assert [each.organisation for each in told] == [deal.organisation(A)] * 2
    assert "暂存待核实" in told[0].text
    assert "已过保证金到账截止时间" in told[1].text


def test_the_same_refusal_is_told_once() -> None:
    deal = Deal.begun()
    deal.announce()
    row = qualify(deal, A)
    for _ in range(2):
        _paid(deal, row.sub_account.number, "无关单位", now=at("03-12 10:00"))
    assert Notice.objects.filter(kind="deposit_rejected").count() == 1


def test_a_winner_hears_at_once_that_a_payment_for_the_price_does_not_count_and_why() -> None:
    deal = contracted()
    number = contract_on(deal).terms["payment_account"]
    _paid(deal, number, "无关单位", now=at("04-07 10:00"))
    notice = Notice.objects.get(kind="instalment_rejected")
    assert notice.organisation == deal.organisation(B)
    assert "200,000.00元未予计入：付款人与竞得人不一致" in notice.text
    assert "无关单位" not in notice.text
    assert not Notice.objects.filter(kind="payment").exists()


def test_a_winner_hears_again_when_what_was_held_is_refused_for_another_reason() -> None:
    deal = contracted()
    number = contract_on(deal).terms["payment_account"]
    _paid(deal, number, deal.organisation(B).name.replace("水厂", "水广"), now=at("04-07 10:00"))
    [held] = Notice.objects.filter(kind="instalment_rejected")
    assert "暂存待核实" in held.text
    deal.terminate(now=at("04-08 10:00"))
    _count(deal, now=at("04-08 11:00"))
    told = list(Notice.objects.filter(kind="instalment_rejected").order_by("id"))
    assert len(told) == 2
    assert "价款已结清" in told[1].text


def test_those_with_a_paddle_are_found_by_one_query_and_nobody_else_is_among_them() -> None:
    deal = announced()
    enrol(deal, "c", "金丝雀丙市人民政府")
    qualify(deal, "c")
    a, b = deal.organisation(A).pk, deal.organisation(B).pk
    assert Registration.objects.count() == 3
    assert Certificate.objects.count() == 2
    assert deposit.admitted(deal.listing_id) == [a, b]
    assert deposit.admitted(deal.listing_id, except_for=b) == [a]
