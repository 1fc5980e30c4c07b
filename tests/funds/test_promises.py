"""Whatever is booked, taken back and refused in whatever order: of a source nothing is lost, and nothing made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.documents.models import Attachment
from apps.funds import commands, ledger, reversals, spending
from apps.funds.faults import faults
from apps.funds.ledger import Source
from apps.funds.models import Account, Movement, Restitution
from apps.funds.payees import Paid
from apps.funds.queries import is_reversed, shares_of
from apps.funds.rules import suggested
from apps.funds.spending import ReturnFacts, SpendingFacts
from apps.funds.states import PayeeKind, is_share, is_spent
from kernel.actors import Actor
from kernel.errors import Refused
from kernel.money import ZERO, Yuan
from tests.factories.deal import at
from tests.factories.proceeds import COUNTY_FINANCE, Proceeds

pytestmark = pytest.mark.django_db
_CATEGORIES = ("farmers", "village", "township")
_AMOUNTS = st.integers(min_value=1, max_value=13_000_000).map(Yuan)
_STEPS = st.one_of(
    st.tuples(st.just("distribute")),
    st.tuples(st.just("spend"), st.sampled_from(_CATEGORIES), _AMOUNTS),
    st.tuples(
        st.just("return"), st.sampled_from(["pool", *(f"share:{each}" for each in _CATEGORIES)]), _AMOUNTS
    ),
    st.tuples(st.just("reverse"), st.integers(min_value=0, max_value=9)),
)


class Bookings:
    """The county's finance at work, each act tried as if it were released."""

    def __init__(self, proceeds: Proceeds) -> None:
        self.pool = proceeds.pool
        self.by: Actor = replace(proceeds.approver(COUNTY_FINANCE), dry_run=True)
        self.now = at("04-23 10:00")
        self.count = 0

    def take(self, what: str, *given: Any) -> None:
        """One step; a refusal changes nothing."""
        self.now += timedelta(minutes=1)
        self.count += 1
        try:
            with transaction.atomic():
                self._steps[what](self, *given)
        except Refused:
            pass

    def _distribute(self) -> None:
        self.pool.refresh_from_db()
        shares = suggested(self.pool.balance, shares_of(self.pool.source_id))
        commands.distribute(fund_id=self.pool.pk, shares=shares, by=self.by, now=self.now)

    def _copy(self) -> Attachment:
        return Attachment.objects.create(
            kind="fund_voucher",
            name="x.pdf",
            organisation_id=self.by.organisation_id,
            uploaded_by_id=1,
            uploaded_at=self.now,
            case_id=self.pool.source_id,
            content_type="application/pdf",
            size=1,
            sha256=f"{self.count:064x}",
            file="x",
        )

    def _spend(self, category: str, amount: Yuan) -> None:
        copy = self._copy()
        facts = SpendingFacts(
            category=category,
            purpose="补偿",
            project="项目",
            attachment_id=copy.pk,
            payees=[Paid(PayeeKind.PERSON, "王小明", "1", amount)],
            declared={"loan_source": False, "income_tied": False},
        )
        spending.spend(
            fund_id=self.pool.pk, voucher_no=f"记-{self.count}", facts=facts, by=self.by, now=self.now
        )

    def _return(self, bucket: str, amount: Yuan) -> None:
        facts = ReturnFacts(
            bucket=bucket,
            amount=amount,
            recipient="普定县人民政府",
            reason="退款",
            attachment_id=self._copy().pk,
        )
        spending.give_back(fund_id=self.pool.pk, facts=facts, by=self.by, now=self.now)

    def _reverse(self, place: int) -> None:
        movements = list(Movement.objects.order_by("-id")[:10])
        movement = movements[place % len(movements)]
        copy = self._copy()
        reversals.reverse(
            movement_id=movement.pk, reason="有误", by=self.by, now=self.now, attachment_id=copy.pk
        )

    _steps: dict[str, Callable[..., None]] = {
        "distribute": _distribute,
        "spend": _spend,
        "return": _return,
        "reverse": _reverse,
    }


@pytest.fixture
def proceeds(own_media: None) -> Proceeds:
    """The pool waits, on 22 April."""
    made = Proceeds.of_sale()
    made.received()
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEPS, min_size=3, max_size=10))
def test_of_a_source_nothing_is_lost_and_nothing_made(
    proceeds: Proceeds, steps: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        bookings = Bookings(proceeds)
        bookings.take("distribute")
        for what, *given_ in steps:
            bookings.take(what, *given_)
            _agrees(bookings.pool.source_id)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)


def _agrees(case_id: int) -> None:
    held = dict(Account.objects.filter(source_id=case_id).values_list("bucket", "balance"))
    came = -held.pop("external")
    assert came == sum(held.values(), ZERO)
    assert all(each >= ZERO for each in held.values())
    shares = sum((amount for bucket, amount in held.items() if is_share(bucket)), ZERO)
    spent = sum((amount for bucket, amount in held.items() if is_spent(bucket)), ZERO)
    returned = sum(
        (
            each.amount
            for each in Restitution.objects.select_related("movement")
            if is_share(each.bucket) and not is_reversed(each.movement)
        ),
        ZERO,
    )
    distributed = sum(
        (
            each.distribution.amount
            for each in Movement.objects.filter(reason="distribute").select_related("distribution")
            if not is_reversed(each)
        ),
        ZERO,
    )
    assert distributed == shares + spent + returned
    assert faults() == []


@pytest.mark.parametrize(
    ("reason", "lines"),
    [
        ("spend", {"share:farmers": "-1.00", "spent:village": "1.00"}),
        ("spend", {"pool": "-1.00", "spent:farmers": "1.00"}),
        ("distribute", {"share:farmers": "-1.00", "share:village": "1.00"}),
        ("distribute", {"share:farmers": "-1.00", "pool": "1.00"}),
        ("return", {"share:farmers": "-1.00", "pool": "1.00"}),
        ("return", {"external": "-1.00", "returned": "1.00"}),
        ("reverse", {"share:farmers": "-1.00", "pool": "1.00"}),
        ("receive", {"external": "-1.00", "share:farmers": "1.00"}),
        ("anything", {"share:farmers": "-1.00", "returned": "1.00"}),
    ],
)
def test_the_database_refuses_what_a_reason_does_not_move(
    proceeds: Proceeds, reason: str, lines: dict[str, str]
) -> None:
    proceeds.distributed()
    proceeds_of = Source(proceeds.pool.holder_id, proceeds.pool.source_id)
    ledger.move(
        {"external": Yuan(-5), "pool": Yuan(5)}, of=proceeds_of, reason="x", once="5", now=at("04-23 10:00")
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        _moved(proceeds_of, reason, lines)


def _moved(of: Source, reason: str, lines: dict[str, str]) -> None:
    ledger.move(
        {bucket: Yuan(amount) for bucket, amount in lines.items()},
        of=of,
        reason=reason,
        once="wrong",
        now=at("04-23 11:00"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
