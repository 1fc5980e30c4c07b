"""Proceeds of surplus quota: what the bank has paid is booked once, and distributed as the lot's rules say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.funds import commands, ledger
from apps.funds.faults import faults
from apps.funds.ledger import Source
from apps.funds.models import Account, Distribution, Entry, Receipt
from apps.funds.queries import visible_to
from apps.money.models import Answered, Purse, Remittance
from apps.notices.models import Notice
from apps.parties.models import Organisation
from kernel.access.models import Preparation
from kernel.acts.perform import approval_of
from kernel.audit.models import AuditEntry
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refusal, Refused
from kernel.money import ZERO, Yuan
from tests.factories.deal import FINANCE, SELLER, A, at
from tests.factories.proceeds import (
    AUDITOR,
    COUNTY_FINANCE,
    FAR_AUDITOR,
    FAR_FINANCE,
    NEXT_FINANCE,
    Proceeds,
    rows,
)

pytestmark = pytest.mark.django_db
WHOLE = "20500000.00"


@pytest.fixture
def proceeds(own_media: None) -> Proceeds:
    return Proceeds.of_sale()


def no(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.refusal


# --- what comes in ---


def test_what_the_bank_has_paid_stands_in_the_sellers_pool_once(proceeds: Proceeds) -> None:
    sent = proceeds.remitted()
    assert proceeds.balances() == {}, "an order is no payment"
    proceeds.answered(sent, Answered.PAID)
    assert proceeds.balances() == {"external": f"-{WHOLE}", "pool": WHOLE}
    assert proceeds.pool.holder == proceeds.organisation(SELLER)
    assert commands.receive(remittance_id=sent.pk, arrived_at=at("04-22 09:00"), now=at("04-22 10:00"))
    assert (Receipt.objects.count(), str(proceeds.pool.balance)) == (1, WHOLE)
    assert AuditEntry.objects.get(verb="funds.receive").case_id == proceeds.listing_id
    assert faults() == []


def test_it_is_to_be_distributed_by_the_countys_finance_within_twenty_working_days(
    proceeds: Proceeds,
) -> None:
    proceeds.received()
    deadline = Deadline.objects.get(kind="funds.to_distribute")
    assert deadline.concerns_id == proceeds.organisation(COUNTY_FINANCE).pk
    assert (deadline.triggered_at, deadline.due_at) == (at("04-22 09:00"), at("05-23 00:00"))
    told = Notice.objects.filter(kind="funds.received").values_list("organisation_id", flat=True)
    assert set(told) == {proceeds.organisation(each).pk for each in (COUNTY_FINANCE, SELLER)}
    proceeds.distributed()
    deadline.refresh_from_db()
    assert (deadline.status, deadline.met_at) == ("met", at("04-23 10:00"))


def test_where_no_finance_is_registered_it_concerns_the_seller(proceeds: Proceeds) -> None:
    Organisation.objects.filter(pk=proceeds.organisation(COUNTY_FINANCE).pk).update(active=False)
    proceeds.received()
    concerned = Deadline.objects.get(kind="funds.to_distribute").concerns_id
    assert concerned == proceeds.organisation(SELLER).pk


def test_what_the_bank_sends_back_after_all_leaves_the_pool_and_comes_anew(proceeds: Proceeds) -> None:
    sent = proceeds.remitted()
    proceeds.answered(sent, Answered.PAID)
    proceeds.answered(sent, Answered.REJECTED, "04-24 09:00", reference="O-2")
    assert proceeds.balances() == {}
    assert Deadline.objects.get(kind="funds.to_distribute").status == "cancelled"
    assert faults() == []
    again = proceeds.remitted("04-24 10:00")
    proceeds.answered(again, Answered.PAID, "04-25 09:00", reference="O-3")
    assert proceeds.balances()["pool"] == WHOLE
    assert faults() == []


def test_what_was_distributed_before_the_bank_sent_it_back_is_not_booked_twice(proceeds: Proceeds) -> None:
    sent = proceeds.remitted()
    proceeds.answered(sent, Answered.PAID)
    proceeds.distributed()
    before = proceeds.balances()
    proceeds.answered(sent, Answered.REJECTED, "04-24 09:00", reference="O-2")
    again = proceeds.remitted("04-24 10:00")
    proceeds.answered(again, Answered.PAID, "04-25 09:00", reference="O-3")
    assert proceeds.balances() == before
    assert faults() == []


def test_a_forfeited_deposit_is_no_proceeds(proceeds: Proceeds) -> None:
    sent = proceeds.remitted()
    assert sent.account is not None
    forfeited = Remittance.objects.create(
        case_id=proceeds.listing_id,
        province="520000",
        purse=Purse.FORFEITED,
        account=sent.account,
        amount=Yuan(1),
        reason="x",
        request_id="00000000-0000-0000-0000-000000000001",
        due_since=at("04-21 10:00"),
    )
    now = at("04-22 10:00")
    assert commands.receive(remittance_id=forfeited.pk, arrived_at=now, now=now) is None
    assert not Account.objects.exists()


# --- how it is distributed ---


def test_a_pool_is_distributed_whole_by_two_persons_of_the_countys_finance(proceeds: Proceeds) -> None:
    pool = proceeds.received()
    proceeds.alone(COUNTY_FINANCE, "funds.distribute", "04-23 09:00", subject=pool.pk, shares=rows())
    waiting = Preparation.objects.get(act="funds.distribute")
    read = approval_of(waiting, by=proceeds.approver(COUNTY_FINANCE), now=at("04-23 09:30"))
    facts = {each.label: each.value for each in read.bound.facts}
    assert facts == {
        "收益所有单位": "紫云苗族布依族自治县人民政府",
        "收益来源": f"{proceeds.listing} 紫云县节余指标",
        "待分配收益": WHOLE,
        "农户补偿": "12300000.00",
        "村集体公共服务": "6150000.00",
        "其中：村集体自用": "3000000.00",
        "乡镇统筹": "2050000.00",
    }
    assert read.refusal is None
    proceeds.distributed()
    assert proceeds.balances() == {
        "external": f"-{WHOLE}",
        "share:farmers": "12300000.00",
        "share:village": "6150000.00",
        "share:township": "2050000.00",
    }
    made = Distribution.objects.get()
    assert (str(made.amount), made.organisation) == (WHOLE, proceeds.organisation(COUNTY_FINANCE))
    portions = {each.category: str(each.amount) for each in made.portions.all()}
    assert portions["collective"] == "3000000.00"
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        (
            {"farmers": "12299999.99", "township": "2050000.01"},
            {"category": "farmers", "amount": "12299999.99", "least": "12300000.00", "whole": WHOLE},
        ),
        (
            {"farmers": "12300000.00", "village": "6150000.01", "township": "2049999.99"},
            {"category": "village", "amount": "6150000.01", "most": "6150000.00", "whole": WHOLE},
        ),
        (
            {"village": "6149999.99", "township": "2050000.01"},
            {"category": "township", "amount": "2050000.01", "most": "2050000.00", "whole": WHOLE},
        ),
        (
            {"collective": "2049999.99"},
            {"category": "collective", "amount": "2049999.99", "least": "2050000.00", "whole": WHOLE},
        ),
        (
            {"collective": "4100000.01"},
            {"category": "collective", "amount": "4100000.01", "most": "4100000.00", "whole": WHOLE},
        ),
        (
            {
                "farmers": "18450000.00",
                "village": "2050000.00",
                "township": "0.00",
                "collective": "2050000.01",
            },
            {"category": "collective", "amount": "2050000.01", "most": "2050000.00"},
        ),
        (
            {"farmers": "12300000.01"},
            {"total": "20500000.01", "whole": WHOLE, "difference": "-0.01"},
        ),
    ],
)
def test_a_share_out_of_its_range_is_refused_with_the_figures(
    proceeds: Proceeds, changes: dict[str, str], detail: dict[str, str]
) -> None:
    pool = proceeds.received()
    refusal = no(
        lambda: proceeds.alone(
            COUNTY_FINANCE, "funds.distribute", "04-23 10:00", subject=pool.pk, shares=rows(**changes)
        )
    )
    assert (refusal.code, dict(refusal.detail)) == (Code.SHARE_OUT_OF_RANGE, detail)
    assert proceeds.balances()["pool"] == WHOLE


def test_a_share_that_is_missing_or_named_twice_is_refused(proceeds: Proceeds) -> None:
    pool = proceeds.received()
    for shares in (rows()[:-1], [*rows(), rows()[0]], []):
        refusal = no(
            lambda given=shares: proceeds.alone(  # type: ignore[misc]
                COUNTY_FINANCE, "funds.distribute", "04-23 10:00", subject=pool.pk, shares=given
            )
        )
        assert refusal.code is Code.INVALID


def test_the_lots_own_rules_say_how_it_is_shared(own_media: None) -> None:
    proceeds = Proceeds.of_sale(proceeds={"farmers_least": "0.70", "village_most": "0.20"})
    pool = proceeds.received()
    given = {"farmers": "14350000.00", "village": "4100000.00"}
    refusal = no(
        lambda: proceeds.alone(
            COUNTY_FINANCE, "funds.distribute", "04-23 10:00", subject=pool.pk, shares=rows()
        )
    )
    assert refusal.detail["least"] == "14350000.00"
    proceeds.distributed(**given)
    assert proceeds.balances()["share:farmers"] == "14350000.00"


def test_a_pool_is_distributed_once(proceeds: Proceeds) -> None:
    proceeds.received()
    proceeds.distributed()
    again = no(lambda: proceeds.distributed("04-24 10:00"))
    assert again.code is Code.WRONG_STATUS
    assert faults() == []


@pytest.mark.parametrize("who", [NEXT_FINANCE, FAR_FINANCE])
def test_the_finance_of_another_county_sees_and_books_nothing(proceeds: Proceeds, who: str) -> None:
    pool = proceeds.received()
    assert not visible_to(proceeds.operator(who)).exists()
    refusal = no(
        lambda: proceeds.alone(who, "funds.distribute", "04-23 10:00", subject=pool.pk, shares=rows())
    )
    assert refusal.code is Code.NOT_FOUND


@pytest.mark.parametrize("who", [FINANCE, SELLER, AUDITOR, A])
def test_nobody_but_the_countys_finance_distributes(proceeds: Proceeds, who: str) -> None:
    pool = proceeds.received()
    refusal = no(
        lambda: proceeds.alone(who, "funds.distribute", "04-23 10:00", subject=pool.pk, shares=rows())
    )
    assert refusal.code is Code.NOT_PERMITTED


def test_an_auditor_sees_the_accounts_of_its_region(proceeds: Proceeds) -> None:
    proceeds.received()
    assert visible_to(proceeds.operator(AUDITOR)).count() == 2
    assert not visible_to(proceeds.operator(FAR_AUDITOR)).exists()
    assert not visible_to(proceeds.operator(FINANCE)).exists()


@pytest.mark.parametrize(
    "act", ["money.line", "money.cover", "money.answer", "refund.release", "remittance.release"]
)
def test_a_countys_finance_has_no_bank_entries_refunds_or_remittances(proceeds: Proceeds, act: str) -> None:
    refusal = no(lambda: proceeds.alone(COUNTY_FINANCE, act, "04-23 10:00", **_FACTS.get(act, {})))
    assert refusal.code is Code.NOT_PERMITTED


_FACTS: dict[str, dict[str, Any]] = {
    "money.line": {
        "subject": 0, "reference": "x", "credited_number": "1", "amount": "1.00", "payer_name": "某单位",
        "arrived_at": "2026-04-22T10:00:00+08:00",
    },
    "money.cover": {
        "subject": 0, "account": "6100000000000001", "covers_until": "2026-04-22T10:00:00+08:00",
        "opening_balance": "0.00", "closing_balance": "0.00", "debit_total": "0.00",
    },
    "money.answer": {
        "subject": 0, "reference": "x", "account": "6100000000000001", "outcome": "paid", "amount": "1.00",
        "at": "2026-04-22T10:00:00+08:00",
    },
    "refund.release": {"organisation_id": 1},
}  # fmt: skip


# --- what the database keeps ---


def test_the_ledger_refuses_what_does_not_add_up(proceeds: Proceeds) -> None:
    pool = proceeds.received()
    of, now = Source(pool.holder_id, pool.source_id), at("04-23 10:00")
    with pytest.raises(IntegrityError), transaction.atomic():
        _one_sided(of)
    more = pool.balance + Yuan("0.01")
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.move(
            {"pool": -more, "share:farmers": more}, of=of, reason="distribute", once="too much", now=now
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.move({"pool": Yuan(-1), "nowhere": Yuan(1)}, of=of, reason="x", once="no bucket", now=now)
    ledger.move(
        {"pool": Yuan(-1), "share:farmers": Yuan(1)}, of=of, reason="distribute", once="once", now=now
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.move(
            {"pool": Yuan(-1), "share:farmers": Yuan(1)}, of=of, reason="distribute", once="once", now=now
        )


def test_money_of_one_source_never_becomes_anothers(proceeds: Proceeds) -> None:
    pool = proceeds.received()
    other = Source(proceeds.organisation(A).pk, pool.source_id)
    foreign = ledger.account("pool", of=other)
    made = ledger.move(
        {"pool": Yuan(-1), "share:farmers": Yuan(1)},
        of=Source(pool.holder_id, pool.source_id),
        reason="distribute",
        once="own",
        now=at("04-23 10:00"),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(movement=made, account=foreign, amount=Yuan(1))


def test_nothing_that_is_booked_is_edited(proceeds: Proceeds) -> None:
    proceeds.received()
    proceeds.distributed()
    for change in (
        lambda: Entry.objects.update(amount=Yuan(1)),
        lambda: Distribution.objects.all().delete(),
        lambda: Receipt.objects.update(amount=Yuan(1)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_fault_is_found(proceeds: Proceeds) -> None:
    pool = proceeds.received()
    ledger.move(
        {"external": Yuan(-1), "pool": Yuan(1)},
        of=Source(pool.holder_id, pool.source_id),
        reason="x",
        once="without a receipt",
        now=at("04-23 10:00"),
    )
    assert faults() == [{"what": "received", "id": pool.source_id}]
    assert pool.balance > ZERO


def _one_sided(of: Source) -> None:
    ledger.move({"pool": Yuan(1)}, of=of, reason="x", once="one-sided", now=at("04-23 10:00"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
