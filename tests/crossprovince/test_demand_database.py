"""What must never be of a demand is refused by the database too, whoever asks it."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from apps.crossprovince.demand_states import MOVES
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.queries import KIND
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind as K
from apps.funds import ledger
from apps.funds.ledger import Source
from apps.funds.models import PayIn
from apps.quota.received import ReceivedBatch, book
from kernel.money import Yuan
from tests.factories.taking import FINANCE, PROVINCE, Taking
from tests.factories.ziyun import at

pytestmark = pytest.mark.django_db


def refused(call: Any) -> str:
    def checked() -> None:
        call()
        execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as no, transaction.atomic():
        checked()
    return str(no.value)


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def moved(taking: Taking, status: str, **more: Any) -> None:
    columns = "".join(f", {name} = %s" for name in more)
    execute(
        f"UPDATE crossprovince_demand SET status = %s{columns} WHERE id = %s",
        status,
        *more.values(),
        taking.demand_id,
    )


def paid(taking: Taking, amount: Yuan, voucher: str) -> PayIn:
    """A payment as the room books one, without what it asks before."""
    taking.attach(FINANCE, K.PAYMENT_VOUCHER, when="10-12 10:00")
    of = Source(taking.demand.holder_id, taking.demand_id)
    movement = ledger.move(
        {"external": -amount, "central": amount},
        of=of,
        reason="pay_in",
        once=f"again:{voucher}",
        now=at("10-12 10:00"),
    )
    return PayIn.objects.create(
        movement=movement, organisation_id=taking.organisation_id(FINANCE), released_by_id=1,
        at=at("10-12 10:00"), province="330000", payer="某", voucher_no=voucher, amount=amount,
        paid_at=at("10-12 10:00"), attachment=Attachment.objects.latest("id"),
    )  # fmt: skip


def test_the_moves_of_the_database_are_those_of_the_process() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'crossprovince_demand_moves'")
        source = str(cursor.fetchone()[0])
    listed = source[: source.index("is no move of the process")]
    assert sorted(re.findall(r"\('(\w+)', '(\w+)'\)", listed)) == MOVES.pairs()


def test_nothing_is_passed_without_an_opinion() -> None:
    taking = Taking.settled()
    taking.draft()
    taking.submit()
    assert "was not passed" in refused(lambda: moved(taking, "passed"))


def test_what_is_demanded_and_its_scheme_are_fixed() -> None:
    taking = Taking.with_ministry()
    assert "is fixed" in refused(lambda: moved(taking, "with_ministry", amount="900"))
    taking.match(taking.row())
    assert "keeps its scheme" in refused(lambda: moved(taking, "matched", price="1.00"))
    assert "is no move" in refused(lambda: moved(taking, "paying"))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute("DELETE FROM crossprovince_demand WHERE id = %s", taking.demand_id)


def test_it_is_paid_in_once_all_of_p_is_there_and_never_more() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("399999999.99")
    early = at("10-13 10:00")
    assert "not paid in full" in refused(lambda: moved(taking, "paid_in", paid_in_at=early))
    assert "more is paid" in refused(lambda: paid(taking, Yuan("0.02"), "缴9号"))
    assert taking.funds()["central"] == "399999999.99"


def test_a_payment_is_what_its_movement_brings() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    of = Source(taking.demand.holder_id, taking.demand_id)

    def less() -> None:
        taking.attach(FINANCE, K.PAYMENT_VOUCHER, when="10-12 10:00")
        movement = ledger.move(
            {"external": Yuan("-1.00"), "central": Yuan("1.00")},
            of=of, reason="pay_in", once="less", now=at("10-12 10:00"),
        )  # fmt: skip
        PayIn.objects.create(
            movement=movement, organisation_id=taking.organisation_id(FINANCE), released_by_id=1,
            at=at("10-12 10:00"), province="330000", payer="某", voucher_no="缴9号", amount=Yuan("2.00"),
            paid_at=at("10-12 10:00"), attachment=Attachment.objects.latest("id"),
        )  # fmt: skip

    assert "is not what movement" in refused(less)


def test_what_is_received_is_never_more_than_the_rows_of_its_scheme() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("400000000.00")
    assert "was not received whole" in refused(
        lambda: moved(taking, "received", received_at=at("10-22 10:00"))
    )

    def more() -> None:
        book(
            ReceivedBatch(
                owner_id=taking.demand.holder_id, region_id="330122", title="多出", certificate_no="多出一号",
                source_id=taking.demand_id, kind=KIND,
                from_holders={taking.organisation_id(PROVINCE): taking.demand.amount},
            ),
            now=at("10-22 10:00"),
        )  # fmt: skip

    assert "more than its scheme brings" in refused(more)
    taking.receive()
    assert "batch_of_a_case_once" in refused(more)
    assert taking.quota() == {"available": "800.0000"}


def test_a_national_number_is_one_rows_whichever_side_enters_it() -> None:
    taking = Taking.with_ministry()
    taking.paying(taking.row("500.0000", "33.3333"), taking.row("300.0000", "20.0000", row_no="2"))
    taking.pay("400000000.00")
    first, second = taking.demand.rows.order_by("id")

    def entered(row_id: int, *, comes_in: bool) -> None:
        execute(
            "INSERT INTO crossprovince_nationalreceipt (row_id, comes_in, national_no, national_key,"
            " transferred_at, entered_at) VALUES (%s, %s, '国转1号', '国转1号', now(), now())",
            row_id,
            comes_in,
        )

    assert "another row" in refused(lambda: entered(first.pk, comes_in=False))
    entered(first.pk, comes_in=True)
    assert "another row" in refused(lambda: entered(second.pk, comes_in=True))
    assert taking.demand.state is S.PAID_IN
