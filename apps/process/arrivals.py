"""What will become of bank lines once a closed statement holds them (到账预判), before anybody imports them.

Each is judged by the rules that book it (`judged` of the deposit and of the payment), in the order of arrival, as if
those before it were taken in. Before the close a preview, which leaves no trace, tells nothing that is not in the file
or in the announcement: not who bids, not what a bidder has paid, not how its application stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.listings.models import Listing, Suspension
from apps.listings.queries import identities_hidden
from apps.money.forecast import BankLine, Forecast
from apps.money.models import BankEntry, Purpose, SubAccount
from apps.money.queries import deposit_positions, own_accounts, twin_of
from apps.money.rules import Verdict, payer_set_apart
from apps.parties.models import Organisation
from apps.stages.contract.models import Contract
from apps.stages.deposit import rules as deposit
from apps.stages.payment import queries as payments
from apps.stages.payment import rules as payment
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus
from kernel.errors import Code
from kernel.money import ZERO, Yuan, round_fen

Line = BankLine | BankEntry
Own = set[tuple[int, str]]
"""Payers' accounts that are known as an organisation's, as (organisation id, number)."""


@dataclass
class _Deposit:
    """One bidder's deposit as it fills up."""

    registration: Registration
    cutoff_at: datetime | None
    held: Yuan

    @property
    def hidden(self) -> bool:
        """Whether what is there already is nobody's business."""
        return identities_hidden(self.registration.listing)

    def judged(self, line: Line, own: Own) -> Verdict:
        """The next line."""
        listing, hidden = self.registration.listing, self.hidden
        verdict = deposit.judged(
            payer=line.payer_name,
            bidder=self.registration.organisation.name,
            is_own=hidden,
            arrived_at=line.arrived_at,
            cutoff_at=self.cutoff_at,
            listing=listing.stood_at,
            registration=RegistrationStatus.SUBMITTED if hidden else self.registration.state,
            amount=line.amount,
            held=self.held,
            required=listing.deposit_amount or ZERO,
            tolerance=_tolerance(listing),
        )
        self.held += verdict.counted
        return _set_apart(verdict, line, self.registration.organisation, own)


@dataclass
class _Price:
    """One winner's price as it is paid."""

    listing: Listing
    contract: Contract
    terms: payment.Terms | None
    known: list[payment.Instalment]
    now: datetime
    hidden = False

    def judged(self, line: Line, own: Own) -> Verdict:
        """The next line."""
        verdict = payment.judged(
            payer=line.payer_name,
            winner=self.contract.winner.name,
            listing=self.listing.stood_at,
            is_own=False,
            arrived_at=line.arrived_at,
            amount=line.amount,
            terms=self.terms,
            known=self.known,
            tolerance=_tolerance(self.listing),
            at=self.now,
        )
        if verdict.counted:
            self.known.append(payment.Instalment(line.arrived_at, verdict.counted))
        return _set_apart(verdict, line, self.contract.winner, own)


def _set_apart(verdict: Verdict, line: Line, organisation: Organisation, own: Own) -> Verdict:
    """Money under another name may wait for two persons, as it does when it is booked."""
    if verdict.refusal is None or verdict.refusal.code is not Code.PAYER_MISMATCH:
        return verdict
    return payer_set_apart(
        verdict.refusal,
        payer=line.payer_name,
        organisation=organisation.name,
        from_own_account=(organisation.pk, line.payer_account) in own,
    )


def _tolerance(listing: Listing) -> Yuan:
    return round_fen(listing.rules.parameters.overpayment_tolerance)


def foreseen(found: Sequence[Forecast], *, now: datetime) -> list[Verdict | None]:
    """What becomes of each line, were its statement closed now; None of one that is there, refused, a likely double,
    or for no account of ours, of which its forecast says enough.

    Deposits take the same few queries for many lines as for one; a price takes a few for its lot.
    """
    fresh = {place: each for place, each in enumerate(found) if _is_judged(each)}
    accounts = {each.account.pk: each.account for each in fresh.values() if each.account}
    judges: dict[int, _Deposit | _Price] = {
        **_deposits([pk for pk, each in accounts.items() if each.purpose == Purpose.DEPOSIT], now=now),
        **_prices([each for each in accounts.values() if each.purpose == Purpose.PRICE], now=now),
    }
    waiting: dict[int, list[tuple[Line, int | None]]] = defaultdict(list)
    told = [pk for pk, judge in judges.items() if not judge.hidden]
    uncounted = BankEntry.objects.filter(sub_account__in=told, counted__isnull=True)
    for entry in uncounted.order_by("arrived_at", "id"):
        if twin_of(entry) is None:  # a likely double waits for two persons
            waiting[entry.sub_account_id or 0].append((entry, None))
    for place, each in fresh.items():
        if each.account and each.account.pk in judges:
            waiting[each.account.pk].append((each.line, place))
    paid_from = {line.payer_account for lines in waiting.values() for line, _ in lines}
    own = own_accounts(paid_from, of={each.organisation_id for each in accounts.values()})
    verdicts: list[Verdict | None] = [None] * len(found)
    for account_id, lines in waiting.items():
        for line, at in sorted(lines, key=lambda one: one[0].arrived_at):
            verdict = judges[account_id].judged(line, own)
            if at is not None:
                verdicts[at] = verdict
    return verdicts


def _is_judged(each: Forecast) -> bool:
    return each.account is not None and each.known is None and each.refusal is None and not each.alike


def _deposits(account_ids: Iterable[int], *, now: datetime) -> dict[int, _Deposit]:
    ids = list(account_ids)
    applied = list(Registration.objects.filter(sub_account__in=ids).select_related("organisation", "listing"))
    pauses = Suspension.objects.filter(listing__in={each.listing_id for each in applied}, ended_at=None)
    began = dict(pauses.values_list("listing_id", "began_at"))
    positions = deposit_positions([each.sub_account_id for each in applied])
    return {
        each.sub_account_id: _Deposit(
            each,
            deposit.cutoff_standing(
                each.listing.deposit_cutoff_at, paused_at=began.get(each.listing_id), now=now
            ),
            ZERO if identities_hidden(each.listing) else positions[each.sub_account_id].held,
        )
        for each in applied
    }


def _prices(accounts: Iterable[SubAccount], *, now: datetime) -> dict[int, _Price]:
    opened = {each.case_id: each for each in accounts}
    signed = Contract.objects.filter(listing__in=list(opened)).select_related("listing", "winner")
    return {
        opened[each.listing_id].pk: _Price(
            each.listing,
            each,
            payments.terms_of(each.listing, each, now=now),
            payments.instalments(each),
            now,
        )
        for each in signed
    }
