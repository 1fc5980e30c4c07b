"""What the database itself refuses: changed records, unbalanced ledgers, impossible bids, moves that do not exist."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from apps.listings.states import MOVES, ListingStatus
from apps.stages.award import commands as awards
from apps.stages.bidding.methods import METHOD
from apps.stages.bidding.rules import GENESIS
from apps.stages.qualification.models import Registration
from kernel import clock
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks
from kernel.money import Yuan
from tests.factories.deal import Deal
from tests.factories.journey import bidding_lot
from tests.invariants.refusals import APP, OWNER, changed, columns, copied, taken_back, why_not

ROLES = {"as the runtime role": APP, "as the owner": OWNER}
ANY_ROLE = pytest.mark.parametrize("role", list(ROLES.values()), ids=list(ROLES))

RECORDS = (
    "announcement_announcement",
    "announcement_portalnote",
    "announcement_supplement",
    "application_submission",
    "audit_auditentry",
    "award_award",
    "bidding_auctionresult",
    "bidding_bid",
    "confirmation_confirmation",
    "deadlines_deadlinemove",
    "deposit_certificate",
    "documents_attachment",
    "documents_incomingcorrection",
    "funds_answer",
    "funds_conclusion",
    "funds_distribution",
    "crossprovince_adjustmentopinion",
    "crossprovince_auditdraw",
    "crossprovince_demandopinion",
    "crossprovince_nationalreceipt",
    "crossprovince_plan",
    "crossprovince_planacceptance",
    "crossprovince_planline",
    "crossprovince_quarterreport",
    "funds_allocation",
    "funds_entry",
    "funds_finding",
    "funds_movement",
    "funds_payee",
    "funds_payin",
    "funds_portion",
    "funds_restitution",
    "funds_reversal",
    "funds_spending",
    "money_balancereport",
    "money_bankentry",
    "money_counted",
    "money_countedanswer",
    "money_entry",
    "money_movement",
    "money_outgoingline",
    "money_statement",
    "payment_settlement",
    "qualification_termsconfirmation",
    "quota_batch",
    "quota_batchline",
    "quota_encumbranceline",
    "quota_entry",
    "quota_movement",
    "quota_retirement",
    "land_part",
    "land_regrade",
    "quota_yearstatement",
    "review_returnnotice",
    "review_reviewopinion",
    "surplus_measurement",
    "surplus_opinion",
    "surplus_part",
    "transfer_transfer",
)
"""What is written once and stands for ever."""


def some_column(table: str) -> str:
    return columns(table)[-1]


@ANY_ROLE
@pytest.mark.parametrize("deed", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", RECORDS)
def test_a_record_is_neither_changed_nor_deleted_nor_emptied(
    whole: Deal, table: str, deed: str, role: str
) -> None:
    with connections[APP].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
    column = some_column(table)
    statement = {
        "UPDATE": changed(table, **{column: f'"{column}"'}),
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }[deed]
    said = why_not(statement, role=role)
    assert ("permission denied" if role == APP else "append-only") in said, said


def test_every_append_only_table_is_listed_here(whole: Deal) -> None:
    with connections[APP].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE tgname = relname || '_append_only'"
        )
        assert sorted(row[0] for row in cursor.fetchall()) == sorted(RECORDS)


def test_the_runtime_role_may_empty_no_table_and_switch_off_no_trigger(whole: Deal) -> None:
    with connections[APP].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(current_user, oid, 'TRUNCATE, TRIGGER')"
        )
        assert cursor.fetchall() == []
    for statement in (
        "ALTER TABLE bidding_bid DISABLE TRIGGER ALL",
        "DROP TRIGGER bidding_bid_append_only ON bidding_bid",
        "SET session_replication_role = replica",
        "SET ROLE exchange_owner",
    ):
        assert why_not(statement), statement


# --- the ledgers


@pytest.mark.parametrize("table", ["quota_account", "money_account"])
@pytest.mark.parametrize("deed", ["UPDATE {0} SET balance = balance + 1", "DELETE FROM {0}"])
def test_nobody_at_run_time_writes_a_balance(whole: Deal, table: str, deed: str) -> None:
    assert "permission denied" in why_not(deed.format(table))


@pytest.mark.parametrize("table", ["quota_account", "money_account"])
def test_an_account_opens_empty_whatever_is_asked_for(whole: Deal, table: str) -> None:
    with taken_back(APP) as cursor:
        new = (
            {"bucket": "'returned'", "sub_account_id": "NULL"}
            if table == "money_account"
            else {"bucket": "'used'"}
        )
        cursor.execute(copied(table, balance="100", **new) + " RETURNING balance")
        assert cursor.fetchone()[0] == 0


def lines(table: str, *amounts: str, account: str) -> tuple[str, ...]:
    """A journal entry of its own whose lines have these amounts, all on one account."""
    movement = table.replace("_entry", "_movement")
    more = {"once": "'test'"} if movement == "money_movement" else {}
    last = f"(SELECT max(id) FROM {movement})"
    return (
        copied(movement, **more),
        *(
            copied(table, where=f"account_id = {account}", movement_id=last, amount=amount)
            for amount in amounts
        ),
    )


@ANY_ROLE
@pytest.mark.parametrize("table", ["quota_entry", "money_entry"])
@pytest.mark.parametrize("amounts", [("1",), ("2", "-1.99"), ("1", "1", "-3")])
def test_a_journal_entry_that_does_not_sum_to_zero_is_refused_at_commit(
    whole: Deal, table: str, amounts: tuple[str, ...], role: str
) -> None:
    *first, last = lines(table, *amounts, account=full_account(table))
    assert "does not sum to zero" in why_not(last, role=role, first=tuple(first))


def full_account(table: str) -> str:
    """An account with plenty on it."""
    accounts = table.replace("_entry", "_account")
    return f"(SELECT id FROM {accounts} WHERE balance > 5 ORDER BY id LIMIT 1)"


@ANY_ROLE
@pytest.mark.parametrize(
    ("table", "constraint"),
    [("quota_entry", "quota_account_not_below_zero"), ("money_entry", "money_account_not_below_zero")],
)
def test_a_balanced_entry_that_takes_an_account_below_zero_is_refused(
    whole: Deal, table: str, constraint: str, role: str
) -> None:
    movement, _, overdraft = lines(table, "99999999", "-99999999", account=full_account(table))
    assert constraint in why_not(overdraft, role=role, first=(movement,))


@ANY_ROLE
@pytest.mark.parametrize("stranger", ["batch_id", "kind"])
def test_a_line_is_of_the_kind_and_the_batch_of_its_account(whole: Deal, stranger: str, role: str) -> None:
    """Else farmland could leave one account and arrive as grain in another, with every sum at zero."""
    grain = "(SELECT id FROM quota_account WHERE kind = 'grain_capacity' AND balance > 5 LIMIT 1)"
    other = {"kind": "'paddy_area'"} if stranger == "kind" else {"batch_id": "batch_id + 1"}
    wrong = copied("quota_entry", account_id=grain, amount="1", **other)
    assert "its account" in why_not(wrong, role=role, first=(copied("quota_movement"),))


# --- bids

FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "a gap in the sequence": ({"sequence": "sequence + 2"}, "sequence has a gap"),
    "a sequence used before": ({"sequence": "sequence"}, "bid_sequence_once"),
    "a hair under the increment": ({"unit_price": "69999.99"}, "below the increment"),
    "the same price": ({"unit_price": "65000"}, "bidder_bids_a_price_once"),
    "a microsecond before the opening": (
        {
            "received_at": "(SELECT opens_at - interval '1 microsecond' FROM listings_listing WHERE id = listing_id)"
        },
        "outside [open, close)",
    ),
    "the closing instant": (
        {"received_at": "(SELECT closes_at FROM listings_listing WHERE id = listing_id)"},
        "outside [open, close)",
    ),
    "another chain": ({"previous_hash": f"'{GENESIS}'"}, "chain is broken"),
    "a certificate of another lot": ({"certificate_id": "-1"}, "certificate of another lot"),
    "more than the ceiling": ({"unit_price": "80001"}, "above the ceiling"),
}


def in_bidding(cursor: Any, status: str = "bidding") -> None:
    """As the owner, put the lot back to where it takes bids, with a ceiling."""
    cursor.execute("ALTER TABLE listings_listing DISABLE TRIGGER USER")
    cursor.execute(f"UPDATE listings_listing SET status = '{status}', ceiling = 80000")


def next_bid(**changes: str) -> str:
    """The bid that could follow, with changes."""
    fair = {
        "sequence": "sequence + 1",
        "unit_price": "unit_price + 5000",
        "previous_hash": "hash",
        "hash": "repeat('1', 64)",
        "request_id": "''",
    }
    last = "sequence = (SELECT max(sequence) FROM bidding_bid)"
    return copied("bidding_bid", where=last, **(fair | changes))


def test_a_fair_bid_is_taken_so_that_the_refusals_below_have_their_reason(whole: Deal) -> None:
    with taken_back(OWNER) as cursor:
        in_bidding(cursor)
        cursor.execute(next_bid())
        cursor.execute("SELECT max(unit_price) FROM bidding_bid")
        assert cursor.fetchone()[0] == 70000


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_bid_that_may_not_follow_is_refused_by_the_table(whole: Deal, fault: str) -> None:
    changes, message = FAULTS[fault]
    said = _bid_refusal(next_bid(**changes))
    assert message in said, said


@pytest.mark.parametrize("status", [each for each in ListingStatus if each not in ("bidding", "suspended")])
def test_a_bid_on_a_lot_that_does_not_take_bids_is_refused_by_the_table(whole: Deal, status: str) -> None:
    assert "takes no bids" in _bid_refusal(next_bid(), status=status)


def test_a_first_bid_below_the_start_is_refused_by_the_table(whole: Deal) -> None:
    another = copied("listings_listing", number="'another'", status="'bidding'", ceiling="80000")
    lot = "(SELECT max(id) FROM listings_listing)"
    offence = next_bid(listing_id=lot, sequence="1", previous_hash=f"'{GENESIS}'", unit_price="49999.99")
    assert "below the start" in _bid_refusal(offence, first=(another,))


def _bid_refusal(offence: str, *, status: str = "bidding", first: tuple[str, ...] = ()) -> str:
    back = (
        "ALTER TABLE listings_listing DISABLE TRIGGER USER",
        f"UPDATE listings_listing SET status = '{status}', ceiling = 80000",
    )
    return why_not(offence, role=OWNER, first=(*back, *first))


# --- awards


LOSER = "(SELECT id FROM qualification_registration WHERE id <> registration_id LIMIT 1)"


@ANY_ROLE
@pytest.mark.parametrize(
    "changes", [{"registration_id": LOSER}, {"winner_id": "winner_id + 1"}, {"listing_id": "-1"}], ids=str
)
def test_an_award_to_who_did_not_register_for_the_lot_is_refused(
    whole: Deal, changes: dict[str, str], role: str
) -> None:
    assert "did not register" in why_not(copied("award_award", **changes), role=role)


AFTER_AWARD = (
    "confirmation_confirmation",
    "contract_contract",
    "payment_settlement",
    "transfer_transfer",
    "filing_filing",
)


@ANY_ROLE
@pytest.mark.parametrize("column", ["award_id", "listing_id"])
@pytest.mark.parametrize("table", AFTER_AWARD)
def test_what_follows_an_award_is_of_its_listing(whole: Deal, table: str, column: str, role: str) -> None:
    assert "not the award of listing" in why_not(copied(table, **{column: "-1"}), role=role)


@ANY_ROLE
@pytest.mark.parametrize(
    "changes",
    [{"award_id": "-1"}, {"bid_id": "(SELECT id FROM bidding_bid WHERE sequence = 1)"}],
    ids=["another award", "a bid that did not win"],
)
def test_an_auction_comes_to_the_award_of_its_winning_bid(
    whole: Deal, changes: dict[str, str], role: str
) -> None:
    assert "is not what award" in why_not(copied("bidding_auctionresult", **changes), role=role)


# --- moves


def test_the_table_in_the_database_is_the_process_as_the_code_knows_it() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'listings_listing_moves'")
        written = re.findall(r"\('(\w+)', '(\w+)'\)", cursor.fetchone()[0])
    assert sorted(written) == MOVES.pairs()


@ANY_ROLE
@pytest.mark.parametrize("source", list(ListingStatus))
def test_a_status_is_followed_only_by_those_that_the_process_knows(
    whole: Deal, source: ListingStatus, role: str
) -> None:
    """Every pair of statuses, generated; a suspended lot goes on only from where it stood, or ends."""
    done = set()
    for target in ListingStatus:
        stood = "announced" if source is ListingStatus.SUSPENDED else ""
        new = copied(
            "listings_listing",
            where="form = 'listing'",
            status=f"'{source}'",
            suspended_from=f"'{stood}'",
            number="NULL",
        )
        onward = "announced" if target is ListingStatus.SUSPENDED else ""
        move = (
            f"UPDATE listings_listing SET status = '{target}', suspended_from = '{onward}'"
            " WHERE id = (SELECT max(id) FROM listings_listing)"
        )
        said = why_not(move, role=role, first=(new.replace("NULL", "'test'"),))
        if not said:
            done.add(target)
        else:
            assert "is no move of" in said or "cannot go on as" in said, said
    known = MOVES.targets(source)
    if source is ListingStatus.SUSPENDED:
        known = frozenset({ListingStatus.ANNOUNCED, ListingStatus.TERMINATED})
    if source is ListingStatus.ANNOUNCED:  # what is bid for is closed by the bidding
        known -= {ListingStatus.CLOSED}
    assert done == {*known, source}


# --- rules, documents


@ANY_ROLE
@pytest.mark.parametrize("deed", ["UPDATE rulebook_rulebook SET name = 'x'", "DELETE FROM rulebook_rulebook"])
def test_an_approved_rulebook_never_changes(whole: Deal, deed: str, role: str) -> None:
    said = why_not(deed, role=role)
    assert "fixed" in said or "refused" in said or (role == APP and "permission denied" in said), said


def test_a_drafted_rulebook_is_approved_once_and_otherwise_kept_as_it_was_drafted(whole: Deal) -> None:
    draft = copied("rulebook_rulebook", version="99", approved_at="NULL", approved_by_id="NULL")
    change, approval = "SET name = 'x'", "SET approved_at = now(), approved_by_id = -7"
    assert "is fixed" in why_not(f"UPDATE rulebook_rulebook {change} WHERE version = 99", first=(draft,))
    assert why_not(f"UPDATE rulebook_rulebook {approval} WHERE version = 99", first=(draft,)) == ""


@ANY_ROLE
@pytest.mark.parametrize(
    "column", ["facts", "number", "issued_at", "sha256", "file", "visible_to", "verification_code"]
)
def test_an_issued_document_and_its_file_never_change(whole: Deal, column: str, role: str) -> None:
    other = {"facts": "'{}'", "issued_at": "now()", "visible_to": "-1"}.get(column, "repeat('a', 64)")
    if column == "verification_code":
        other = "'AAAA-AAAA-AAAA-AAAA'"
    said = why_not(changed("documents_document", where="sha256 IS NOT NULL", **{column: other}), role=role)
    assert "immutable" in said or (role == APP and "permission denied" in said), said


@ANY_ROLE
@pytest.mark.parametrize("deed", ["DELETE FROM documents_document", "TRUNCATE documents_document"])
def test_an_issued_document_is_never_deleted(whole: Deal, deed: str, role: str) -> None:
    said = why_not(deed, role=role)
    assert "immutable" in said or "permission denied" in said, said


# --- the audit record


def tampered(*statements: str) -> list[tuple[int, str]]:
    """What the check finds after the owner has switched the guards off and done this; all taken back."""
    with taken_back(OWNER) as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        with pytest.MonkeyPatch.context() as patch:
            # The check reads through the owner's open transaction.
            patch.setattr(AuditEntry, "objects", AuditEntry.objects.using(OWNER))
            return [(each.entry_id, each.what) for each in breaks()]


@pytest.fixture
def victim(whole: Deal) -> AuditEntry:
    """An entry in the middle of the lot's chain."""
    found = AuditEntry.objects.get(chain=f"case:{whole.listing_id}", verb="bid.place", after__sequence=1)
    assert breaks() == []
    return found


TAMPERINGS = {
    "after": '\'{"unit_price": "1.00", "sequence": 1}\'',
    "person_name": "'别人'",
    "organisation_id": "organisation_id + 1",
    "at": "at + interval '1 microsecond'",
    "outcome": "'refused'",
    "code": "'x'",
    "verb": "'bid.other'",
    "before": "'{\"x\": 1}'",
    "address": "'10.0.0.1'",
    "role": "'public'",
    "subject": "'x:1'",
    "case_id": "NULL",
    "person_id": "0",
}


@pytest.mark.parametrize("column", list(TAMPERINGS))
def test_an_entry_that_the_owner_changed_is_found_and_named(victim: AuditEntry, column: str) -> None:
    change = f"UPDATE audit_auditentry SET {column} = {TAMPERINGS[column]} WHERE id = {victim.pk}"
    assert tampered(change) == [(victim.pk, "内容被改动")]


def test_an_entry_that_the_owner_deleted_is_missed_at_its_place(victim: AuditEntry) -> None:
    following = AuditEntry.objects.get(chain=victim.chain, sequence=victim.sequence + 1)
    found = tampered(f"DELETE FROM audit_auditentry WHERE id = {victim.pk}")
    assert found == [(following.pk, "缺失记录"), (following.pk, "与上一条不衔接")]


def test_an_entry_with_a_hash_made_anew_breaks_the_one_after_it(victim: AuditEntry) -> None:
    following = AuditEntry.objects.get(chain=victim.chain, sequence=victim.sequence + 1)
    found = tampered(f"UPDATE audit_auditentry SET hash = repeat('f', 64) WHERE id = {victim.pk}")
    assert (following.pk, "与上一条不衔接") in found


@transaction.atomic
def _award_without_a_bid(deal: Deal) -> None:
    awards.give(
        listing=deal.listing,
        registration=Registration.objects.filter(listing_id=deal.listing_id).earliest("pk"),
        unit_price=Yuan(50000),
        method=METHOD,
        proof={},
        at=clock.now(),
    )
    connection.check_constraints()


@pytest.mark.django_db
def test_nobody_wins_an_auction_without_a_bid() -> None:
    deal = bidding_lot()
    with pytest.raises(IntegrityError, match="names no bid"):
        _award_without_a_bid(deal)
