"""Taking deposits in, granting paddles, and giving deposits back (保证金)."""

from datetime import datetime

from apps.listings.models import Listing
from apps.listings.queries import locked
from apps.money import commands as money
from apps.money.events import MoneyArrived, RefundReleased
from apps.money.models import BankEntry, Bucket
from apps.money.queries import balance, deposit_positions, was_found_own
from apps.stages.deposit import rules
from apps.stages.deposit.events import DepositRejected, PaddleGranted
from apps.stages.deposit.models import Certificate
from apps.stages.deposit.names import DEPOSIT_REFUND_DEADLINE
from apps.stages.deposit.queries import paddles
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus
from kernel import entropy
from kernel.actors import SYSTEM
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import Code
from kernel.events import emit
from kernel.money import ZERO, round_fen

_LOWEST_PADDLE, _PADDLES = 100, 900


def receive(event: MoneyArrived) -> None:
    """Take a deposit payment in as far as it counts; what does not is put aside and returned."""
    listing = locked(event.case_id)
    registration = Registration.objects.select_related("organisation").get(
        sub_account_id=event.sub_account_id
    )
    entry = BankEntry.objects.get(pk=event.entry_id)
    pause = listing.suspensions.filter(ended_at=None).first()
    verdict = rules.judged(
        payer=entry.payer_name,
        bidder=registration.organisation.name,
        is_own=was_found_own(entry),
        arrived_at=entry.arrived_at,
        cutoff_at=rules.cutoff_standing(
            listing.deposit_cutoff_at, paused_at=pause.began_at if pause else None, now=event.now
        ),
        listing=listing.stood_at,
        registration=registration.state,
        amount=entry.amount,
        held=balance(registration.sub_account_id, Bucket.HELD),
        required=listing.deposit_amount or ZERO,
        tolerance=round_fen(listing.rules.parameters.overpayment_tolerance),
    )
    refusal = verdict.refusal
    if refusal is not None:
        aside = (
            money.set_payer_aside(entry, refusal, organisation=registration.organisation, now=event.now)
            if refusal.code is Code.PAYER_MISMATCH
            else money.set_aside(
                entry, code=refusal.code, sentence=refusal.sentence, amount=entry.amount, now=event.now
            )
        )
        emit(
            DepositRejected(
                listing_id=listing.pk,
                registration_id=registration.pk,
                organisation_id=registration.organisation_id,
                entry_id=entry.pk,
                amount=str(entry.amount),
                code=refusal.code,
                sentence=aside.sentence,
                now=event.now,
            )
        )
        return
    if verdict.counted:
        money.take_in(entry, verdict.counted, into=Bucket.HELD, now=event.now)
    if verdict.excess:
        money.set_excess_aside(entry, verdict, now=event.now)
    grant(listing, registration, now=event.now)


def grant_for(*, listing_id: int, registration_id: int, now: datetime) -> None:
    """Look whether a bidder that was just qualified can have its paddle."""
    registration = Registration.objects.select_related("organisation").get(pk=registration_id)
    grant(locked(listing_id), registration, now=now)


def grant(listing: Listing, registration: Registration, *, now: datetime) -> Certificate | None:
    """Issue the certificate with a random paddle, once qualified and paid in full; None before that.

    The paddle is drawn from those not taken on this lot, independently of every other lot.
    """
    full = rules.is_full(
        held=balance(registration.sub_account_id, Bucket.HELD), required=listing.deposit_amount or ZERO
    )
    qualified = registration.state is RegistrationStatus.QUALIFIED
    if not (full and qualified) or Certificate.objects.filter(registration=registration).exists():
        return None
    taken = set(paddles(listing.pk))
    free = [number for number in range(_LOWEST_PADDLE, _LOWEST_PADDLE + _PADDLES) if number not in taken]
    chosen = free[entropy.below(len(free), purpose=f"paddle:{listing.pk}:{registration.pk}")]
    made = Certificate.objects.create(
        listing=listing, registration=registration, paddle=chosen, granted_at=now
    )
    audit.record(verb="certificate.issue", by=SYSTEM, now=now, case_id=listing.pk, subject=made)
    emit(
        PaddleGranted(
            listing_id=listing.pk,
            registration_id=registration.pk,
            organisation_id=registration.organisation_id,
            now=now,
        )
    )
    return made


def give_back(
    *, listing_id: int, reason: str, at: datetime, now: datetime, except_for: int | None = None
) -> None:
    """Everybody's deposit on a lot is to be returned within `deposit_refund_wd` of `at`, but one organisation's.

    Nothing happens where nothing is held or it is on its way already. As many statements for two hundred bidders as
    for one: the lot is held meanwhile.
    """
    everybody = Registration.objects.filter(listing_id=listing_id).exclude(organisation_id=except_for or 0)
    _give_back(listing_id, list(everybody.order_by("id")), reason=reason, at=at, now=now)


def give_back_one(registration: Registration, *, reason: str, at: datetime, now: datetime) -> None:
    """One bidder's deposit is to be returned."""
    _give_back(registration.listing_id, [registration], reason=reason, at=at, now=now)


def _give_back(
    listing_id: int, registrations: list[Registration], *, reason: str, at: datetime, now: datetime
) -> None:
    positions = deposit_positions([each.sub_account_id for each in registrations])
    held = [each for each in registrations if positions[each.sub_account_id].held]
    if not held:
        return
    money.owe_all([each.sub_account_id for each in held], source=Bucket.HELD, reason=reason, now=now)
    _expect(listing_id, held, at=at)


def _expect(listing_id: int, held: list[Registration], *, at: datetime) -> None:
    book = Listing.objects.get(pk=listing_id).rules.parameters
    deadlines.start_all(
        kind=DEPOSIT_REFUND_DEADLINE,
        case_id=listing_id,
        subjects={each.pk: each.organisation_id for each in held},
        triggered_at=at,
        period=deadlines.working_days(book.deposit_refund_wd, daily_end=book.daily_end),
    )


def expect_again(*, sub_account_id: int, at: datetime) -> None:
    """The bank sent a deposit back: it is due anew, counted from then. Nothing for money of another purpose."""
    registration = Registration.objects.filter(sub_account_id=sub_account_id).first()
    if registration is not None and balance(sub_account_id, Bucket.HELD) > ZERO:
        _expect(registration.listing_id, [registration], at=at)


def note_refund(event: RefundReleased) -> None:
    """A deposit has gone back in full: its deadline is met."""
    registration = Registration.objects.filter(sub_account_id=event.sub_account_id).first()
    if registration is not None and balance(event.sub_account_id, Bucket.HELD) == ZERO:
        deadlines.meet(
            kind=DEPOSIT_REFUND_DEADLINE, case_id=event.case_id, subject_id=registration.pk, at=event.at
        )


def apply_to_price(*, listing_id: int, organisation_id: int, now: datetime) -> None:
    """The winner's deposit becomes part of the price (抵作价款); nothing where nobody registers."""
    registration = Registration.objects.filter(listing_id=listing_id, organisation_id=organisation_id).first()
    if registration is None:
        return
    money.resolve_hold(registration.sub_account_id, into=Bucket.APPLIED, now=now)


def forfeit(*, listing_id: int, organisation_id: int, at: datetime, now: datetime) -> None:
    """The defaulting winner's deposit goes to the treasury (没收缴入国库), as of the instant `at` of default.

    Where nobody registers there is none, and nothing is forfeited.
    """
    registration = Registration.objects.filter(listing_id=listing_id, organisation_id=organisation_id).first()
    if registration is None:
        return
    amount = money.resolve_hold(registration.sub_account_id, into=Bucket.FORFEITED, now=now)
    audit.record(
        verb="deposit.forfeit",
        by=SYSTEM,
        now=at,
        case_id=listing_id,
        subject=registration,
        after={"amount": str(amount)},
    )
