"""Which vouchers are audited: a function of the secret alone, that anybody can compute."""

import hashlib
import hmac
from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.crossprovince.drawing import commitment_of, draw
from apps.crossprovince.periods import Quarter, quarter_called, quarter_of, quarter_of_key
from kernel.clock import BEIJING, iso
from kernel.money import ZERO, Yuan

SECRET = "11" * 32
FIFTH = Decimal("0.20")
_AMOUNTS = st.dictionaries(
    st.integers(1, 10**9), st.integers(1, 10**13).map(lambda fen: Yuan(Decimal(fen) / 100)), max_size=20
)


def test_what_was_committed_to_is_the_hash_of_the_secrets_bytes() -> None:
    assert commitment_of(SECRET) == hashlib.sha256(b"\x11" * 32).hexdigest()


def test_the_order_is_that_of_the_hmac_over_the_number_of_the_booking() -> None:
    vouchers = {number: Yuan(Decimal(100)) for number in range(1, 8)}
    order = draw(SECRET, vouchers, sample=FIFTH)
    expected = sorted(
        hmac.new(bytes.fromhex(SECRET), str(number).encode(), hashlib.sha256).hexdigest()
        for number in vouchers
    )
    assert [each.digest for each in order] == expected
    assert [each.sampled for each in order] == [True, True, *[False] * 5]  # 140 of 700: one is not enough


@given(_AMOUNTS)
def test_just_so_many_are_sampled_that_they_make_the_sample(vouchers: dict[int, Yuan]) -> None:
    order = draw(SECRET, vouchers, sample=FIFTH)
    assert {each.movement_id: each.amount for each in order} == vouchers
    sampled = [each for each in order if each.sampled]
    assert order[: len(sampled)] == sampled
    least = sum(vouchers.values(), ZERO).amount * FIFTH
    assert sum((each.amount for each in sampled), ZERO).amount >= least
    assert sum((each.amount for each in sampled[:-1]), ZERO).amount < least or not vouchers


def test_a_quarter_ends_with_its_last_day() -> None:
    last = Quarter(2026, 4)
    assert quarter_of(datetime(2026, 12, 31, 23, 59, tzinfo=BEIJING)) == last
    assert quarter_of(last.ends_at) == Quarter(2027, 1)
    assert iso(last.ends_at) == "2027-01-01T00:00:00+08:00"
    assert quarter_of_key(last.key) == quarter_called(last.code) == last
