"""What a lot sells its lines say, what a project makes its parts say: the database holds both to them."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.factories.deal import Deal
from tests.invariants.refusals import OWNER, changed, copied, why_not

LOT, LINE = "listings_listing", "listings_listingline"
OPENED = (
    f"ALTER TABLE {LOT} DISABLE TRIGGER listings_listing_frozen",
    f"ALTER TABLE {LINE} DISABLE TRIGGER listings_line_of_announced",
)
"""What was announced is frozen before any of this is asked."""
PRICED_BY, IN_ITS_UNIT = "is not priced by what its lines sell", "is not priced in the unit of"
NEWEST = f"(SELECT max(id) FROM {LOT})"
BARE = f"DELETE FROM {LINE} WHERE listing_id = {NEWEST}"


@dataclass(frozen=True)
class Offence:
    """A statement that one trigger of a table refuses, what it says, and what is done before by a function."""

    trigger: str
    table: str
    statement: Callable[[], str]
    said: str
    first: Callable[[], tuple[str, ...]] = tuple


def _of_lot(said: str, **changes: str) -> Offence:
    return Offence("listings_priced_changed", LOT, lambda: changed(LOT, **changes), said)


def _of_line(statement: str, first: Callable[[], tuple[str, ...]] = tuple) -> Offence:
    return Offence("listings_line_prices_its_lot", LINE, lambda: statement, PRICED_BY, first)


OFFENCES = (
    _of_lot(PRICED_BY, priced_amount="priced_amount + 1"),
    _of_lot(PRICED_BY, priced_kind="'paddy_area'"),
    _of_lot(IN_ITS_UNIT, price_unit="'yuan_per_kg'"),
    _of_lot(IN_ITS_UNIT, price_unit="'yuan'"),
    _of_line(changed(LINE, amount="amount + 1")),
    _of_line(changed(LINE, kind="'paddy_area'")),
    _of_line(f"DELETE FROM {LINE}"),
    _of_line(
        f"UPDATE {LINE} SET listing_id = {NEWEST} WHERE listing_id = (SELECT min(listing_id) FROM {LINE})",
        lambda: (
            copied(LOT, number="'another'"),
            BARE,
        ),
    ),
    Offence(
        "listings_priced_new",
        LOT,
        lambda: BARE,
        PRICED_BY,
        lambda: (
            f"ALTER TABLE {LINE} DISABLE TRIGGER listings_line_prices_its_lot",
            copied(LOT, number="'another'"),
        ),
    ),
    Offence(
        "land_project_has_its_parts",
        "land_project",
        lambda: copied("land_project", acceptance_no="'x'", acceptance_key="'x'"),
        "has not the parts",
    ),
    Offence("land_part_of_its_project", "land_part", lambda: copied("land_part"), "has not the parts"),
)


@pytest.mark.parametrize("offence", OFFENCES, ids=lambda each: each.trigger)
def test_what_lines_and_parts_say_is_held_at_commit_by_a_trigger_of_its_own(
    whole: Deal, offence: Offence
) -> None:
    said = why_not(offence.statement(), role=OWNER, first=(*OPENED, *offence.first()))
    assert offence.said in said, said or "the database did it"
    off = f"ALTER TABLE {offence.table} DISABLE TRIGGER {offence.trigger}"
    assert why_not(offence.statement(), role=OWNER, first=(off, *OPENED, *offence.first())) == ""


def test_lines_of_an_announced_lot_stay_as_they_are(whole: Deal) -> None:
    for statement in (changed(LINE, amount="amount + 1"), f"DELETE FROM {LINE}", copied(LINE, kind="'x'")):
        assert "the lot is announced" in why_not(statement, role=OWNER)


def test_no_line_is_zero_or_less(whole: Deal) -> None:
    for amount in ("0", "-1"):
        said = why_not(changed(LINE, amount=amount), role=OWNER, first=OPENED)
        assert '"listing_line_positive"' in said, said


def test_what_changes_on_the_way_asks_for_no_line(whole: Deal) -> None:
    """A bid may move the close: the checks are of the columns that price a lot and of nothing else."""
    bare = (f"ALTER TABLE {LINE} DISABLE TRIGGER listings_line_prices_its_lot", f"DELETE FROM {LINE}")
    move = changed(LOT, timed_round="timed_round + 1", priced_amount="priced_amount")
    assert why_not(move, role=OWNER, first=(*OPENED, *bare)) == ""
