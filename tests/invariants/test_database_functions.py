"""The database's functions and triggers are those of the rooms' files, and no others."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from kernel.database_functions import load_sql, sql_files

_FUNCTIONS = """
    SELECT pg_get_functiondef(oid), proacl::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' ORDER BY oid::regprocedure::text
"""
_TRIGGERS = """
    SELECT pg_get_triggerdef(one.oid) FROM pg_trigger one JOIN pg_class t ON t.oid = one.tgrelid
    WHERE NOT one.tgisinternal AND t.relnamespace = 'public'::regnamespace ORDER BY 1
"""


def _state() -> list[Any]:
    with connections["owner"].cursor() as cursor:
        found = []
        for query in (_FUNCTIONS, _TRIGGERS):
            cursor.execute(query)
            found.append(cursor.fetchall())
    return found


def _do(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def test_loading_again_changes_nothing(committed_db: str) -> None:
    before = _state()
    load_sql(using="owner")
    assert _state() == before
    assert len(before[1]) > 60


@pytest.mark.parametrize(
    "done",
    [
        "DROP TRIGGER bidding_bid_append_only ON bidding_bid",
        "CREATE OR REPLACE FUNCTION refused_as_frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE FUNCTION nobody_made() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER nobody_made BEFORE UPDATE ON money_refund FOR EACH ROW EXECUTE FUNCTION refused_as_frozen()",
        "GRANT EXECUTE ON FUNCTION bids_write(json) TO PUBLIC",
    ],
)
def test_what_was_done_by_hand_is_undone_with_the_next_migration(committed_db: str, done: str) -> None:
    before = _state()
    _do(done)
    assert _state() != before
    call_command("migrate", verbosity=0)
    assert _state() == before


def test_the_calls_with_which_rooms_promise_are_gone_when_the_files_are_loaded(committed_db: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE prokind = 'p'")
        assert cursor.fetchone() == (0,)


def test_every_table_that_only_grows_is_named_in_a_file_of_its_room() -> None:
    for path in sql_files():
        room = path.parent.parent.name
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("CALL pg_temp."):
                table = next(each for each in re.findall(r"'([a-z_]+)'", line))
                assert table.startswith(f"{room}_"), f"{path.name}: {table}"
