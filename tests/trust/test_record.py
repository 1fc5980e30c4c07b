"""The record is what was hashed, and nothing that a client sends can break it; announced facts and bids stay."""

import hashlib
import json
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.listings.models import Listing
from apps.notices.models import Notice
from apps.stages.announcement import commands as announcement
from apps.stages.award.models import Award
from apps.stages.bidding.models import Bid
from apps.stages.contract.models import Contract
from kernel.actors import PUBLIC
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.audit import commands as audit
from kernel.audit.commands import FORMAT
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks, is_whole
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import CENTRE, SELLER, A, B, Deal, at
from tests.factories.journey import bidding_lot, confirmed
from tests.invariants.refusals import OWNER, why_not

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.dictionaries(st.text(max_size=12), ANY_JSON, max_size=5))
def test_whatever_a_client_sends_the_record_verifies_when_read_back(tried: dict[str, Any]) -> None:
    with transaction.atomic():
        audit.record_refusal(
            verb="bid.place", by=PUBLIC, now=at("03-05 09:00"), case_id=None,
            refusal=Refusal(Code.INVALID, "填写内容有误"), tried=tried,
        )  # fmt: skip
        assert breaks() == []
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [1e22, float("nan"), float("inf"), 10**400, "\x00", "\ud800", "x" * 10**6])
def test_numbers_and_signs_that_no_json_keeps_do_not_break_the_chain(value: object) -> None:
    audit.record(verb="probe", by=PUBLIC, now=at("03-05 09:00"), after={"x": value, "deep": [{"x": value}]})
    entry = AuditEntry.objects.get(verb="probe")
    assert entry.format == FORMAT
    assert entry.hash == hashlib.sha256(entry.said.encode()).hexdigest()
    assert json.loads(entry.said)["after"] == entry.after
    assert len(entry.said) < 20_000
    assert is_whole()


@pytest.mark.django_db
def test_only_declared_fields_of_a_refused_request_are_recorded() -> None:
    deal = Deal.begun()
    with pytest.raises(Refused):
        perform(
            act_called("listing.amend"), subject_id=deal.listing_id, data={"title": "x", "undeclared": 1e22},
            by=deal.operator(SELLER), now=at("03-05 09:00"),
        )  # fmt: skip
    entry = AuditEntry.objects.filter(verb="listing.amend", outcome="refused").latest("pk")
    assert entry.after["tried"] == {"title": "x"}
    assert is_whole()


def app_refuses(sql: str, given: Any = ()) -> str:
    """What the runtime role is told when it tries."""
    with pytest.raises(DatabaseError) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, given)
    return str(no.value)


@pytest.mark.django_db
def test_the_runtime_role_writes_bids_and_record_through_functions_alone() -> None:
    deal = bidding_lot()
    deal.bid(A, 60000, now=at("03-27 10:00"))
    for table in ("audit_auditentry", "bidding_bid"):
        columns = "(id)"
        assert "permission denied" in app_refuses(f"INSERT INTO {table} {columns} VALUES (1)")
    last = AuditEntry.objects.filter(chain=f"case:{deal.listing_id}").latest("sequence")
    said = json.loads(last.said)
    for forged in (
        said,
        said | {"sequence": last.sequence + 1},
        said | {"sequence": last.sequence + 2, "previous_hash": last.hash},
    ):
        why = app_refuses("SELECT audit_write(%s)", [json.dumps(forged)])
        assert "does not follow" in why or "audit_sequence_once" in why
    # One entry on two lines, made up for by two on one line: the columns would be others than those of the bytes.
    parts = json.dumps(said | {"sequence": last.sequence + 1, "previous_hash": last.hash}).split(", ", 1)
    hashes = [hashlib.sha256(part.encode()).hexdigest() for part in parts]
    rest = (
        json.dumps(said | {"sequence": last.sequence + 1 + place, "previous_hash": digest})
        for place, digest in enumerate(hashes, start=1)
    )
    lines = "\n".join([*parts, ",".join(rest)])
    assert "does not follow" in app_refuses("SELECT audit_write(%s)", [lines])
    assert is_whole()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("listings_listing", "increment = 1"),
        ("listings_listing", "starting_price = 1"),
        ("listings_listing", "priced_amount = 1"),
        ("listings_listing", "rules_copy = '{}'"),
        ("listings_listing", "deposit_amount = 1"),
        ("listings_listing", "sealed_reserve = 'x'"),
        ("listings_listing", "announced_at = NULL"),
        ("listings_listingline", "amount = 1"),
        ("announcement_announcement", "facts = '{}'"),
        ("contract_contract", "total_price = 1"),
        ("contract_contract", "terms = '{}'"),
        ("contract_contract", "winner_id = centre_id"),
        ("contract_signature", "signed_by_id = 1"),
        ("confirmation_confirmation", "winner_id = winner_id + 1"),
        ("award_award", "total_price = 1"),
        ("bidding_auctionresult", "drawn = true"),
        ("access_preparation", "payload = '{}'"),
        ("access_preparation", "released = true"),
    ],
)
def test_what_was_announced_signed_or_prepared_is_not_changed_whoever_asks(table: str, change: str) -> None:
    deal = confirmed()
    deal.sign(SELLER, now=at("04-01 09:00"))
    why = app_refuses(f"UPDATE {table} SET {change}")
    assert any(said in why for said in ("is fixed", "is announced", "append-only", "permission denied")), why
    why = app_refuses(f"DELETE FROM {table}")
    assert any(
        said in why for said in ("is fixed", "is announced", "append-only", "refused", "permission denied")
    ), why


@pytest.mark.django_db
def test_a_close_on_facts_that_are_not_those_announced_awards_nobody_and_tells() -> None:
    deal = bidding_lot()
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.bid(B, 65000, now=at("03-27 10:01"))
    original = announcement.frozen_facts
    with pytest.MonkeyPatch.context() as patch:
        # As if somebody with the owner's rights had switched the trigger off and lowered the increment.
        patch.setattr(
            "apps.stages.bidding.commands.frozen_facts", lambda lot: original(lot) | {"increment": "1.00"}
        )
        deal.run(at("03-31 00:00"))
    _withheld(deal)


@pytest.mark.django_db
def test_a_close_on_a_bid_history_that_is_not_whole_awards_nobody_and_tells() -> None:
    deal = bidding_lot()
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.bid(B, 65000, now=at("03-27 10:01"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apps.stages.bidding.queries.chain_is_whole", lambda listing: False)
        deal.run(at("03-31 00:00"))
    _withheld(deal)


def _withheld(deal: Deal) -> None:
    lot = Listing.objects.get(pk=deal.listing_id)
    assert (lot.status, lot.suspended_from) == ("suspended", "bidding")
    assert not Award.objects.exists()
    assert Bid.objects.count() == 2
    told = Notice.objects.filter(kind="award_withheld")
    assert told.exists()
    entry = AuditEntry.objects.get(verb="bidding.withhold")
    assert entry.after["fault"]


@pytest.mark.django_db(databases=["default", OWNER])
def test_even_the_owner_is_stopped_by_the_triggers(django_db_blocker: Any) -> None:
    """They name no role: only who switches them off first gets past, and the chains show that."""
    confirmed()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE listings_listing SET increment = 1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "effective_at = NULL",
        "effective_at = '2020-01-01'",
        "revision = revision + 1",
        "terms = '{}', revision = revision + 1",
        "fiscal_account_id = NULL, revision = revision + 1",
        "total_price = 1",
    ],
)
def test_a_contract_in_force_is_frozen_whole_also_when_its_signatures_are_void(change: str) -> None:
    deal = confirmed()
    for key in (SELLER, B, CENTRE):
        deal.sign(key, now=at("04-01 09:00"))
    assert Contract.objects.get().effective_at is not None
    void = "UPDATE contract_signature SET voided_at = now()"
    assert "is fixed" in why_not(f"UPDATE contract_contract SET {change}", first=(void,))
