"""What holds after every step, asked of the tables themselves: each check gives the rows for which it does not."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.listings.states import MOVES, ListingStatus
from kernel.audit.commands import GENESIS, entry_hash
from kernel.audit.models import AuditEntry
from kernel.deadlines.commands import Period, end_of
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kinds_running_on
from kernel.deadlines.states import DeadlineStatus, Unit
from kernel.workdays.queries import current

_RUN_ON = ", ".join(f"'{kind}'" for kind in sorted(kinds_running_on()))
_FROZEN = (
    "'under_review', 'returned', 'approved', 'announced', 'bidding', 'suspended', 'closed', 'confirmed',"
    " 'contracted', 'paid'"
)
_AFTER_PRICE = "'paid','transferred','publicised','completed'"
_LOTS = "l.id = ANY($1)"
_BID_FOR = "l.form <> 'agreement'"
_STOOD = "coalesce(nullif(l.suspended_from, ''), l.status)"

_CHECKS: dict[str, str] = {
    # money
    "a money account is the sum of its lines": """
        SELECT a.id FROM money_account a LEFT JOIN money_entry e ON e.account_id = a.id
        GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)""",
    "a money movement balances": "SELECT movement_id FROM money_entry GROUP BY movement_id HAVING sum(amount) <> 0",
    "received = applied + refunded + forfeited + held + kept + in suspense": """
        SELECT coalesce(sub_account_id, 0) FROM money_account GROUP BY sub_account_id HAVING sum(balance) <> 0""",
    "no money account but the bank's side is below zero": """
        SELECT id FROM money_account WHERE balance < 0 AND bucket <> 'bank'""",
    "all that arrived at the bank is in the ledger": """
        SELECT s.id FROM money_subaccount s JOIN listings_listing l ON l.id = s.case_id
        LEFT JOIN money_account a ON a.sub_account_id = s.id AND a.bucket = 'bank'
        WHERE """ + _LOTS + """ AND coalesce(-a.balance, 0) <>
            coalesce((SELECT sum(b.amount) FROM money_bankentry b WHERE b.sub_account_id = s.id), 0)""",
    "what was sent back is what was released, once": """
        SELECT s.id FROM money_subaccount s JOIN listings_listing l ON l.id = s.case_id WHERE """ + _LOTS + """
        AND coalesce((SELECT sum(a.balance) FROM money_account a WHERE a.sub_account_id = s.id
                AND a.bucket IN ('refunded', 'returned')), 0) <>
            coalesce((SELECT sum(r.amount) FROM money_refund r JOIN money_bankentry b ON b.id = r.entry_id
                WHERE b.sub_account_id = s.id AND r.released_at IS NOT NULL), 0)""",
    "no entry is returned beyond its amount": """
        SELECT b.id FROM money_refund r JOIN money_bankentry b ON b.id = r.entry_id
        GROUP BY b.id HAVING sum(r.amount) > b.amount""",
    "money in suspense is on its way back": """
        SELECT s.id FROM money_subaccount s JOIN listings_listing l ON l.id = s.case_id WHERE """ + _LOTS + """
        AND coalesce((SELECT sum(a.balance) FROM money_account a WHERE a.sub_account_id = s.id
                AND a.bucket = 'suspense'), 0) <>
            coalesce((SELECT sum(r.amount) FROM money_refund r JOIN money_bankentry b ON b.id = r.entry_id
                WHERE b.sub_account_id = s.id AND r.released_at IS NULL AND r.source = 'suspense'), 0)
            + coalesce((SELECT sum(b.amount) FROM money_bankentry b WHERE b.sub_account_id = s.id
                AND NOT EXISTS (SELECT FROM money_counted c WHERE c.entry_id = b.id)), 0)
            + coalesce((SELECT sum(x.amount) FROM money_exceptional x JOIN money_bankentry b ON b.id = x.entry_id
                WHERE b.sub_account_id = s.id AND x.held AND x.decided_at IS NULL), 0)""",
    "a deposit is held, on its way back, applied or forfeited as the lot's status says": """
        SELECT d.id FROM (
            SELECT r.id, r.status AS state, l.status, """ + _STOOD + """ AS stood, l.deposit_amount AS deposit,
                w.registration_id = r.id AS won,
                coalesce((SELECT balance FROM money_account a WHERE a.sub_account_id = r.sub_account_id
                    AND bucket = 'held'), 0) AS held,
                coalesce((SELECT sum(balance) FROM money_account a WHERE a.sub_account_id = r.sub_account_id
                    AND bucket IN ('applied', 'remitted', 'held_back') AND NOT EXISTS (SELECT FROM money_account f
                        WHERE f.sub_account_id = a.sub_account_id AND f.bucket = 'forfeited')), 0) AS applied,
                coalesce((SELECT sum(balance) FROM money_account a WHERE a.sub_account_id = r.sub_account_id
                    AND bucket IN ('forfeited', 'remitted', 'held_back') AND EXISTS (SELECT FROM money_account f
                        WHERE f.sub_account_id = a.sub_account_id AND f.bucket = 'forfeited')), 0) AS forfeited,
                coalesce((SELECT sum(f.amount) FROM money_refund f JOIN money_bankentry b ON b.id = f.entry_id
                    WHERE b.sub_account_id = r.sub_account_id AND f.released_at IS NULL AND f.source = 'held'),
                    0) AS due
            FROM qualification_registration r JOIN listings_listing l ON l.id = r.listing_id
            LEFT JOIN award_award x ON x.listing_id = l.id LEFT JOIN bidding_auctionresult s ON s.award_id = x.id
            LEFT JOIN bidding_bid y ON y.id = s.bid_id
            LEFT JOIN deposit_certificate w ON w.id = y.certificate_id WHERE """ + _LOTS + """) d
        WHERE NOT CASE
            WHEN state = 'rejected' THEN held = due AND applied = 0 AND forfeited = 0
            WHEN stood IN ('announced', 'bidding') AND status <> 'terminated'
                THEN due = 0 AND applied = 0 AND forfeited = 0
            WHEN status = 'unsold' THEN held = due AND applied = 0 AND forfeited = 0
            WHEN status = 'terminated' THEN held = due AND forfeited = 0
            WHEN won IS NOT TRUE THEN held = due AND applied = 0 AND forfeited = 0
            WHEN stood IN ('closed', 'confirmed', 'contracted')
                THEN held = deposit AND due = 0 AND applied = 0 AND forfeited = 0
            WHEN status = 'defaulted' THEN held = 0 AND due = 0 AND applied = 0 AND forfeited = deposit
            ELSE held = 0 AND due = 0 AND applied = deposit AND forfeited = 0 END""",
    "what counts as a deposit came from the bidder before the cut-off, and is never too much": """
        SELECT r.id FROM qualification_registration r JOIN listings_listing l ON l.id = r.listing_id
        JOIN parties_organisation o ON o.id = r.organisation_id
        JOIN money_account a ON a.sub_account_id = r.sub_account_id AND a.bucket = 'held'
        JOIN money_entry e ON e.account_id = a.id AND e.amount > 0 JOIN money_movement m ON m.id = e.movement_id
        JOIN money_bankentry b ON b.id = m.entry_id WHERE """ + _LOTS + """
        GROUP BY r.id, l.deposit_amount, o.name HAVING sum(e.amount) > l.deposit_amount
            OR bool_or(b.payer_name <> o.name) OR bool_or(b.arrived_at >= coalesce(
                l.deposit_cutoff_at, b.arrived_at) AND l.status <> 'suspended' AND l.status <> 'terminated')""",
    "a certificate stands on a qualification and a full deposit": """
        SELECT c.id FROM deposit_certificate c JOIN qualification_registration r ON r.id = c.registration_id
        JOIN listings_listing l ON l.id = c.listing_id WHERE """ + _LOTS + """ AND (r.status <> 'qualified'
            OR r.listing_id <> c.listing_id OR l.deposit_amount > coalesce((SELECT sum(e.amount) FROM money_entry e
                JOIN money_account a ON a.id = e.account_id WHERE a.sub_account_id = r.sub_account_id
                AND a.bucket = 'held' AND e.amount > 0), 0))""",
    "a price is settled exactly when the lot is paid, and to the fen": """
        SELECT l.id FROM listings_listing l LEFT JOIN payment_settlement s ON s.listing_id = l.id
        LEFT JOIN contract_contract c ON c.listing_id = l.id
        LEFT JOIN award_award w ON w.listing_id = l.id
        WHERE """ + _LOTS + """ AND ((s.id IS NOT NULL) <> (""" + _STOOD + """ IN (""" + _AFTER_PRICE + """))
            OR s.total_price <> w.total_price OR c.total_price <> w.total_price
            OR s.deposit_applied <> l.deposit_amount
            OR (s.id IS NOT NULL AND s.paid <> coalesce((SELECT sum(a.balance) FROM money_account a
                JOIN money_subaccount u ON u.id = a.sub_account_id WHERE u.case_id = l.id
                AND u.purpose = 'price' AND a.bucket IN ('received', 'remitted', 'held_back')), 0)
                + coalesce((SELECT sum(r.amount) FROM money_refund r JOIN money_bankentry b ON b.id = r.entry_id
                JOIN money_subaccount u ON u.id = b.sub_account_id WHERE u.case_id = l.id AND u.purpose = 'price'
                AND r.source = 'held_back' AND r.released_at IS NOT NULL), 0)))""",
    "part payments of a deal that ended are on their way back": """
        SELECT s.id FROM money_subaccount s JOIN listings_listing l ON l.id = s.case_id
        WHERE """ + _LOTS + """ AND s.purpose = 'price' AND l.status IN ('terminated', 'defaulted')
        AND coalesce((SELECT balance FROM money_account a WHERE a.sub_account_id = s.id
                AND bucket = 'received'), 0) <>
            coalesce((SELECT sum(r.amount) FROM money_refund r JOIN money_bankentry b ON b.id = r.entry_id
                WHERE b.sub_account_id = s.id AND r.released_at IS NULL AND r.source = 'received'), 0)""",
    # quota
    "a quota account is the sum of its lines": """
        SELECT a.id FROM quota_account a LEFT JOIN quota_entry e ON e.account_id = a.id
        GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)""",
    "a quota movement balances in every batch and kind": """
        SELECT movement_id FROM quota_entry GROUP BY movement_id, batch_id, kind HAVING sum(amount) <> 0""",
    "a batch is all there, and nobody has more of it than was booked": """
        SELECT a.batch_id FROM quota_account a LEFT JOIN quota_batchline b USING (batch_id, kind)
        GROUP BY a.batch_id, a.kind, b.amount HAVING sum(a.balance) <> 0 OR sum(a.balance) FILTER (WHERE a.bucket <>
            'issued') IS DISTINCT FROM b.amount""",
    "no quota account but the issuer's is below zero": """
        SELECT id FROM quota_account WHERE balance < 0 AND bucket <> 'issued'""",
    "a lot has its own quota frozen while it is on its way, and none before or after": """
        SELECT l.id FROM listings_listing l JOIN listings_listingline i ON i.listing_id = l.id
        WHERE """ + _LOTS + """ AND CASE WHEN l.status IN (""" + _FROZEN + """) THEN i.amount ELSE 0 END <>
            coalesce((SELECT sum(e.amount) FROM quota_movement m JOIN quota_entry e ON e.movement_id = m.id
                JOIN quota_account a ON a.id = e.account_id WHERE m.case_id = l.id AND a.bucket = 'frozen'
                AND e.batch_id = i.batch_id AND e.kind = i.kind), 0)""",
    "what is frozen is frozen for lots": """
        SELECT a.id FROM quota_account a LEFT JOIN quota_entry e ON e.account_id = a.id
        LEFT JOIN quota_movement m ON m.id = e.movement_id WHERE a.bucket = 'frozen'
        GROUP BY a.id HAVING bool_or(m.case_id IS NULL AND e.id IS NOT NULL)""",
    "quota changes hands once, to the winner, when the lot is transferred": """
        SELECT l.id FROM listings_listing l LEFT JOIN transfer_transfer t ON t.listing_id = l.id
        LEFT JOIN contract_contract c ON c.listing_id = l.id WHERE """ + _LOTS + """
        AND ((t.id IS NOT NULL) <> (l.status IN ('transferred', 'publicised', 'completed'))
            OR t.buyer_id <> c.winner_id OR (SELECT count(*) FROM quota_movement m WHERE m.case_id = l.id
                AND m.reason = 'transfer') <> CASE WHEN t.id IS NULL THEN 0 ELSE 1 END)""",
    # bids and awards
    "bids are numbered without gaps": """
        SELECT l.id FROM listings_listing l JOIN bidding_bid b ON b.listing_id = l.id WHERE """ + _LOTS + """
        GROUP BY l.id HAVING min(b.sequence) <> 1 OR max(b.sequence) <> count(*)""",
    "bids rise by the increment, from the start, to the ceiling": """
        SELECT b.id FROM (SELECT b.id, b.unit_price AS price, b.received_at AS at, l.ceiling, l.starting_price,
                l.increment, lag(b.unit_price) OVER w AS before, lag(b.received_at) OVER w AS at_before
            FROM bidding_bid b JOIN listings_listing l ON l.id = b.listing_id WHERE """ + _LOTS + """
            WINDOW w AS (PARTITION BY b.listing_id ORDER BY b.sequence)) b
        WHERE price < starting_price OR price > ceiling OR at < at_before
            OR (price < before + increment AND price IS DISTINCT FROM ceiling)
            OR (price <= before AND NOT (price = before AND price = ceiling))""",
    "bids fall within [opens, closes)": """
        SELECT b.id FROM bidding_bid b JOIN listings_listing l ON l.id = b.listing_id WHERE """ + _LOTS + """
        AND (b.received_at < l.opens_at OR b.received_at >= l.closes_at OR b.received_at > l.closed_at
            OR (b.received_at = l.closed_at AND l.status <> 'terminated'))""",  # the clock stands between two acts
    "a round is not extended after its end": """
        SELECT m.id FROM deadlines_deadlinemove m JOIN deadlines_deadline d ON d.id = m.deadline_id
        JOIN listings_listing l ON l.id = d.case_id WHERE """ + _LOTS + """ AND d.kind = 'bidding_close'
        AND m.moved_at >= m.old_due_at AND m.reason NOT LIKE '恢复%'""",
    "who bids holds the paddle, and is neither the seller nor its own body": """
        SELECT b.id FROM bidding_bid b JOIN listings_listing l ON l.id = b.listing_id
        JOIN deposit_certificate c ON c.id = b.certificate_id
        JOIN qualification_registration r ON r.id = c.registration_id
        JOIN parties_organisation o ON o.id = r.organisation_id
        JOIN parties_membership p ON p.person_id = b.placed_by_id WHERE """ + _LOTS + """
        AND (c.listing_id <> l.id OR o.id = l.seller_id OR o.superior_id = l.seller_id OR p.organisation_id <> o.id)""",
    "a lot has an award exactly after a close with a winner": """
        SELECT l.id FROM listings_listing l LEFT JOIN award_award w ON w.listing_id = l.id WHERE """ + _LOTS + """
        AND ((w.id IS NULL AND """ + _STOOD + """ IN ('closed', 'confirmed', 'contracted', 'defaulted', """
    + _AFTER_PRICE + """)) OR (w.id IS NOT NULL AND """ + _STOOD + """ NOT IN ('closed', 'confirmed', 'contracted',
            'defaulted', 'terminated', """ + _AFTER_PRICE + """)) OR w.at <> l.closed_at)""",
    "the highest bid has won, as of the close": """
        SELECT w.id FROM award_award w JOIN listings_listing l ON l.id = w.listing_id
        LEFT JOIN bidding_auctionresult s ON s.award_id = w.id
        LEFT JOIN bidding_bid b ON b.id = s.bid_id WHERE """ + _LOTS + """
            AND """ + _BID_FOR + """ AND (b.id IS NULL OR b.listing_id <> l.id
            OR b.hash <> w.proof ->> 'hash'
            OR w.unit_price <> b.unit_price
            OR w.unit_price <> (SELECT max(o.unit_price) FROM bidding_bid o WHERE o.listing_id = l.id)
            OR s.drawn <> ((SELECT count(*) FROM bidding_bid o WHERE o.listing_id = l.id
                AND o.unit_price = w.unit_price) > 1))""",
    "who was agreed with has the lot, at the price that was agreed": """
        SELECT w.id FROM award_award w JOIN listings_listing l ON l.id = w.listing_id WHERE """ + _LOTS + """
        AND NOT """ + _BID_FOR + """ AND (w.winner_id IS DISTINCT FROM l.counterparty_id
            OR w.unit_price <> l.starting_price OR w.registration_id IS NOT NULL)""",
    "a lot is unsold only without a bid, or below its reserve": """
        SELECT l.id FROM listings_listing l JOIN bidding_bid b ON b.listing_id = l.id
        WHERE """ + _LOTS + """ AND l.status = 'unsold' GROUP BY l.id
        HAVING l.reserve_price IS NULL OR max(b.unit_price) >= l.reserve_price""",
    # review, persons, contracts, objections
    "a lot is approved by three favourable opinions of three persons": """
        SELECT l.id FROM listings_listing l LEFT JOIN review_reviewopinion o
            ON o.listing_id = l.id AND o.review_round = l.review_round
        WHERE """ + _LOTS + """ AND l.status NOT IN ('draft', 'under_review', 'returned', 'withdrawn')
        GROUP BY l.id HAVING count(DISTINCT o.decided_by_id) <> 3 OR count(*) <> 3
            OR bool_or(o.outcome <> 'pass') IS NOT FALSE""",
    "what one prepared another released": """
        SELECT id FROM access_preparation WHERE released AND prepared_by_id = decided_by_id""",
    "signatures are on the present text, one for a party, and three put it in force": """
        SELECT c.id FROM contract_contract c JOIN listings_listing l ON l.id = c.listing_id
        LEFT JOIN contract_signature s ON s.contract_id = c.id AND s.voided_at IS NULL WHERE """ + _LOTS + """
        GROUP BY c.id, l.id HAVING bool_or(s.text_sha256 <> c.text_sha256) OR count(s.id) <> count(DISTINCT s.party)
            OR (c.effective_at IS NOT NULL) <> (count(s.id) = 3)
            OR (c.effective_at IS NULL AND """ + _STOOD + """ NOT IN ('confirmed', 'terminated', 'defaulted'))""",
    "open objections are counted": """
        SELECT l.id FROM listings_listing l WHERE """ + _LOTS + """ AND (
            (SELECT k.holds FROM cases_case k WHERE k.id = l.id) <> (SELECT count(*)
            FROM objections_objection o WHERE o.case_id = l.id AND o.status = 'accepted')
            OR l.unanswered_objections <> (SELECT count(*)
            FROM objections_objection o WHERE o.case_id = l.id AND o.status = 'raised'))""",
    "a lot stands still exactly while one suspension is open": """
        SELECT l.id FROM listings_listing l WHERE """ + _LOTS + """ AND ((l.status = 'suspended') <> ((SELECT count(*)
            FROM listings_suspension s WHERE s.listing_id = l.id AND s.ended_at IS NULL) = 1)
            OR (l.status = 'suspended') <> (l.suspended_from <> ''))""",
    # deadlines
    "no deadline has failed": """
        SELECT id FROM deadlines_deadline WHERE attempts > 0 OR status = 'failed'""",
    "the close is waited for while bids may come": """
        SELECT l.id FROM listings_listing l LEFT JOIN deadlines_deadline d ON d.case_id = l.id
            AND d.kind = 'bidding_close' AND d.status = 'pending' WHERE """ + _LOTS + """ AND """ + _BID_FOR + """
        AND l.status IN ('announced', 'bidding') AND d.due_at IS DISTINCT FROM l.closes_at""",
    "the opening is waited for while a lot is announced": """
        SELECT l.id FROM listings_listing l LEFT JOIN deadlines_deadline d ON d.case_id = l.id
            AND d.kind = 'bidding_open' AND d.status = 'pending' WHERE """ + _LOTS + """ AND """ + _BID_FOR + """
        AND l.status = 'announced' AND d.due_at IS DISTINCT FROM l.opens_at""",
    "what comes next is waited for": """
        SELECT l.id FROM listings_listing l JOIN (VALUES ('under_review', 'review'), ('closed', 'confirmation'),
            ('confirmed', 'contract'), ('contracted', 'payment'), ('paid', 'transfer'),
            ('transferred', 'publication_start'), ('transferred', 'filing'), ('publicised', 'publication_end'))
            n (status, kind) ON n.status = l.status WHERE """ + _LOTS + """ AND NOT EXISTS (SELECT FROM
            deadlines_deadline d WHERE d.case_id = l.id AND d.kind = n.kind AND d.status <> 'cancelled')""",
    "deadlines stand still while their lot does": """
        SELECT d.id FROM deadlines_deadline d JOIN listings_listing l ON l.id = d.case_id
        WHERE """ + _LOTS + """ AND d.status = 'pending' AND d.kind NOT IN (""" + _RUN_ON + """)
        AND (d.paused_at IS NOT NULL) <> (l.status = 'suspended')""",
    "a deadline is moved out by as long as its lot stood still": """
        SELECT d.id FROM deadlines_deadline d JOIN listings_listing l ON l.id = d.case_id WHERE """ + _LOTS + """
        AND d.status = 'pending' AND d.unit <> 'instant' AND d.kind NOT IN (""" + _RUN_ON + """)
        AND d.shift <> coalesce((SELECT sum(s.ended_at - greatest(s.began_at, d.triggered_at))
            FROM listings_suspension s WHERE s.listing_id = l.id AND s.ended_at > d.triggered_at), interval '0')""",
    "a lot that has ended waits for nothing but money, objections and the end of a bar": """
        SELECT d.id FROM deadlines_deadline d JOIN listings_listing l ON l.id = d.case_id WHERE """ + _LOTS + """
        AND d.status = 'pending' AND l.status IN ('withdrawn', 'terminated', 'defaulted')
        AND d.kind NOT IN ('bar_end', 'remit', """ + _RUN_ON + """)""",
    "who defaulted is barred, and nobody else for this lot": """
        SELECT l.id FROM listings_listing l LEFT JOIN parties_bar x ON x.case_id = l.id
        LEFT JOIN confirmation_confirmation c ON c.listing_id = l.id WHERE """ + _LOTS + """
        AND ((x.id IS NOT NULL) <> (l.status = 'defaulted') OR x.organisation_id <> c.winner_id)""",
    # secrecy
    "nothing public names a bidder before the close": """
        SELECT o.id FROM qualification_registration r JOIN listings_listing l ON l.id = r.listing_id
        JOIN parties_organisation o ON o.id = r.organisation_id
        WHERE """ + _LOTS + """ AND """ + _STOOD + """ IN ('announced', 'bidding') AND (
            EXISTS (SELECT FROM documents_document d WHERE d.case_id = l.id AND d.public
                AND strpos(d.facts::text, o.name) > 0)
            OR EXISTS (SELECT FROM announcement_supplement s WHERE s.listing_id = l.id
                AND strpos(s.changes::text || s.text, o.name) > 0)
            OR EXISTS (SELECT FROM notices_notice n WHERE n.case_id = l.id AND strpos(n.title || n.text, o.name) > 0
                AND n.organisation_id <> o.id AND (n.organisation_id = l.seller_id OR n.organisation_id IN (SELECT
                    q.organisation_id FROM qualification_registration q WHERE q.listing_id = l.id)))
            OR EXISTS (SELECT FROM outbox_message m WHERE m.topic = 'live' AND strpos(m.payload::text, o.name) > 0))""",
}  # fmt: skip


def prepare() -> None:
    """Plan all checks once for this connection."""
    parts = [
        f"SELECT {number} AS which, found.* FROM ({check}) found"
        for number, check in enumerate(_CHECKS.values())
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE invariants (bigint[]) AS {' UNION ALL '.join(parts)}")


class Watch:
    """Looks at the tables after every step, and remembers what was there before it."""

    def __init__(self, lots: Iterable[int]) -> None:
        self._statuses: dict[int, ListingStatus] = {}
        self._last_audit = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
        self._tails: dict[str, tuple[int, str]] = {}
        self.look(list(lots))

    def look(self, lots: list[int]) -> list[str]:
        """Everything that does not hold now, in words; empty when all does."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("EXECUTE invariants (%s)", [lots])
            names = list(_CHECKS)
            found = [f"{names[which]} (row {row})" for which, row in cursor.fetchall()]
        return [*found, *self._moves(lots), *self._audit(), *_bids(lots), *_dates(lots)]

    def _moves(self, lots: list[int]) -> list[str]:
        found = []
        for lot, status in _rows(
            "SELECT id, status FROM listings_listing WHERE id = ANY(%s) ORDER BY id", lots
        ):
            before, after = self._statuses.get(lot), ListingStatus(status)
            if before is not None and not _leads(before, after):
                found.append(f"lot {lot} moved from {before} to {after}")
            self._statuses[lot] = after
        return found

    @property
    def statuses(self) -> dict[int, ListingStatus]:
        """Where each lot stood at the last look."""
        return self._statuses

    def _audit(self) -> list[str]:
        """The new end of every chain: gapless, hashed, joined to what was there before."""
        found = []
        for entry in AuditEntry.objects.filter(pk__gt=self._last_audit).order_by("id"):
            self._last_audit = entry.pk
            sequence, previous = self._tails.get(entry.chain) or _tail_before(entry)
            if (entry.sequence, entry.previous_hash) != (sequence + 1, previous) or entry.hash != entry_hash(
                entry
            ):
                found.append(f"the audit chain {entry.chain} breaks at {entry.sequence}")
            self._tails[entry.chain] = (entry.sequence, entry.hash)
        return found


def _tail_before(entry: AuditEntry) -> tuple[int, str]:
    earlier = AuditEntry.objects.filter(chain=entry.chain, pk__lt=entry.pk).order_by("-id").first()
    return (earlier.sequence, earlier.hash) if earlier else (0, GENESIS)


def _leads(before: ListingStatus, after: ListingStatus) -> bool:
    """Whether the process leads from one status to the other in some moves."""
    reached, border = {before}, [before]
    while border:
        border = [target for each in border for target in MOVES.targets(each) if target not in reached]
        reached |= set(border)
    return after in reached


def _rows(query: str, lots: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [lots])
        return list(cursor.fetchall())


_BIDS = """
    SELECT l.id, l.number, b.sequence, c.paddle, b.unit_price, b.received_at, b.previous_hash, b.hash
    FROM bidding_bid b JOIN listings_listing l ON l.id = b.listing_id
    JOIN deposit_certificate c ON c.id = b.certificate_id WHERE l.id = ANY(%s) ORDER BY l.id, b.sequence"""
_DRAWS = """
    SELECT w.listing_id, w.unit_price, s.draw_secret, s.draw_paddles::text, c.paddle FROM award_award w
    JOIN bidding_auctionresult s ON s.award_id = w.id JOIN bidding_bid b ON b.id = s.bid_id
    JOIN deposit_certificate c ON c.id = b.certificate_id
    WHERE w.listing_id = ANY(%s) AND s.drawn"""


def _bids(lots: list[int]) -> list[str]:
    """Each bid's hash follows from what is published and the hash before it; a draw can be made again by anybody."""
    found = []
    last: dict[int, str] = {}
    paddles: dict[int, list[tuple[int, Decimal]]] = {}
    for lot, number, sequence, paddle, price, at, previous, digest in _rows(_BIDS, lots):
        before = last.get(lot, GENESIS)
        said = f"{number}|{sequence}|{paddle:03d}|{price}|{at.astimezone(UTC).isoformat()}|{before}"
        if (previous, digest) != (before, hashlib.sha256(said.encode()).hexdigest()):
            found.append(f"the chain of bids on lot {lot} breaks at {sequence}")
        last[lot] = digest
        paddles.setdefault(lot, []).append((paddle, price))
    for lot, price, secret, drawn, winner in _rows(_DRAWS, lots):
        tied = sorted(paddle for paddle, offered in paddles[lot] if offered == price)
        digest = hmac.new(bytes.fromhex(secret), last[lot].encode(), hashlib.sha256).digest()
        if json.loads(drawn) != tied or winner != tied[int.from_bytes(digest, "big") % len(tied)]:
            found.append(f"the draw on lot {lot} does not come out again")
    return found


_COUNTED = """
    SELECT id, kind, unit, count, daily_end, triggered_at, shift, due_at, provisional FROM deadlines_deadline
    WHERE case_id = ANY(%s) AND status = 'pending' AND unit <> 'instant'"""


def _dates(lots: list[int]) -> list[str]:
    """Every open deadline lies where the calendar in force puts it, moved out by the pauses."""
    calendar, found = current(), []
    for row, kind, unit, count, daily_end, triggered_at, shift, due_at, provisional in _rows(_COUNTED, lots):
        due = end_of(Period(Unit(unit), count, daily_end), triggered_at=triggered_at, calendar=calendar)
        if (due.at + shift, due.provisional) != (due_at, provisional):
            found.append(f"the deadline {kind} (row {row}) is not where the calendar puts it")
    return found


def overdue(lots: list[int], *, now: datetime) -> list[str]:
    """What is left over after the engine has run: nothing but what waits for something, and what that holds back."""
    rows = Deadline.objects.filter(
        case_id__in=lots, status=DeadlineStatus.PENDING, paused_at=None, due_at__lte=now
    )
    held = set(rows.exclude(waiting_for="").values_list("case_id", flat=True))
    return [f"{row} is overdue after the engine has run" for row in rows if row.case_id not in held]
