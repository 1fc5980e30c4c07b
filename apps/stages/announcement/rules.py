"""How long a lot must be announced, and what may still change afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.kinds.trade import FormTerms, TradeForm
from apps.listings.states import LABELS, ListingStatus
from apps.rulebook.parameters import Parameters
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in


@dataclass(frozen=True)
class Timetable:
    """The announced moments: registration and deposit cut-off, and bidding in [opens, closes)."""

    registration_closes_at: datetime
    deposit_cutoff_at: datetime
    opens_at: datetime
    closes_at: datetime


def why_not_announce(*, status: ListingStatus) -> Refusal | None:
    """`wrong_status` unless approved."""
    return why_not_in(status, [ListingStatus.APPROVED], labels=LABELS)


def why_not_timetable(
    *,
    timetable: Timetable,
    earliest_registration_close: datetime,
    earliest_opening: datetime,
    rules: Parameters,
    rounds: bool = False,
) -> Refusal | None:
    """Whether the announced moments leave everybody the time they are due.

    `announcement_too_short` before the least announcement, `too_early` for an opening before all applications can
    be decided or for too short a bidding period (a session of `rounds` has none); the earliest possible moment is
    named. All that is wrong is said at once, under the code and with the figures of what comes first.
    """
    faults = list(
        _timetable_faults(
            timetable=timetable,
            earliest_registration_close=earliest_registration_close,
            earliest_opening=earliest_opening,
            least_bidding=timedelta(0) if rounds else timedelta(days=rules.bidding_min_days),
        )
    )
    if not faults:
        return None
    first = faults[0]
    return Refusal(first.code, "".join(each.sentence for each in faults), first.detail)


def _timetable_faults(
    *,
    timetable: Timetable,
    earliest_registration_close: datetime,
    earliest_opening: datetime,
    least_bidding: timedelta,
) -> Iterator[Refusal]:
    if timetable.registration_closes_at < earliest_registration_close:
        yield Refusal(
            Code.ANNOUNCEMENT_TOO_SHORT,
            f"公告期不足，报名截止不得早于{written(earliest_registration_close)}。",
            {"earliest": iso(earliest_registration_close), "given": iso(timetable.registration_closes_at)},
        )
    if timetable.opens_at < earliest_opening:
        yield Refusal(
            Code.TOO_EARLY,
            f"竞价开始须在报名截止后留足资格审核时间，不得早于{written(earliest_opening)}。",
            {"earliest": iso(earliest_opening), "given": iso(timetable.opens_at)},
        )
    earliest_close = timetable.opens_at + least_bidding
    if timetable.closes_at < earliest_close:
        yield Refusal(
            Code.TOO_EARLY,
            f"报价期不得少于{least_bidding.days}日，竞价截止不得早于{written(earliest_close)}。",
            {"earliest": iso(earliest_close), "given": iso(timetable.closes_at)},
        )
    if not timetable.registration_closes_at <= timetable.deposit_cutoff_at <= timetable.opens_at:
        yield Refusal(
            Code.INVALID,
            "保证金到账截止须在报名截止与竞价开始之间。",
            {"deposit_cutoff": iso(timetable.deposit_cutoff_at)},
        )


def why_not_moments(
    registration_closes: datetime | None,
    deposit_cutoff: datetime | None,
    bidding_opens: datetime | None,
    bidding_closes: datetime | None,
    *,
    trade: FormTerms,
) -> Refusal | None:
    """`invalid` for a moment that the form of trade needs and nobody says, and for one that it has not."""
    given = {"registration_closes": registration_closes, "bidding_opens": bidding_opens}
    if trade.has("bidding"):
        missing = [name for name, at in given.items() if at is None]
        said = "请填写报名截止和竞价开始。"
        if missing:
            return Refusal(Code.INVALID, said, dict.fromkeys(missing, said))
        return why_not_closing(given=bidding_closes, rounds=trade.rounds_from_opening)
    given |= {"deposit_cutoff": deposit_cutoff, "bidding_closes": bidding_closes}
    said = f"{trade.label}方式无人报名、不竞价，请勿填写此项。"
    unfit = {name: said for name, at in given.items() if at is not None}
    return Refusal(Code.INVALID, said, unfit) if unfit else None


def why_not_closing(*, given: datetime | None, rounds: bool) -> Refusal | None:
    """`invalid` for a close that is not said, and for one that is said of a session of rounds, which close it."""
    if rounds and given is not None:
        said = "本项目自竞价开始起逐轮竞价，截止时间由各轮决定，请勿填写竞价截止。"
    elif not rounds and given is None:
        said = "请填写竞价截止。"
    else:
        return None
    return Refusal(Code.INVALID, said, {"bidding_closes": said})


def why_not_amend(
    *,
    status: ListingStatus,
    registration_closes_at: datetime,
    now: datetime,
    text: str,
    trade: FormTerms = TradeForm.LISTING.terms,
) -> Refusal | None:
    """A supplement comes while people can still act on it, and says what changes; what two agreed on has none."""
    if not trade.has("bidding"):
        return Refusal(
            Code.WRONG_STATUS,
            f"{trade.printed}公示的内容不得变更；确需变更的，请终止后重新申请。",
            {"status": str(status)},
        )
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目中止期间不能发布补充公告，请先恢复。", {"status": str(status)})
    refusal = why_not_in(status, [ListingStatus.ANNOUNCED], labels=LABELS)
    if refusal is not None:
        return refusal
    if now >= registration_closes_at:
        return Refusal(
            Code.TOO_LATE,
            "报名已截止，不能再发布补充公告；确需变更请中止交易。",
            {"closed": iso(registration_closes_at)},
        )
    if not text.strip():
        return Refusal(Code.INVALID, "请写明补充公告的内容。", {"field": "text"})
    return None


def why_not_note(
    *,
    status: ListingStatus,
    waits_for_portal: bool,
    noted: bool,
    published_at: datetime,
    now: datetime,
) -> Refusal | None:
    """The portal's publication is noted once, while the lot is announced or stands still for want of it."""
    if noted:
        return Refusal(Code.DUPLICATE_REQUEST, "本公告的门户发布情况已登记，不能重复登记。", {"noted": "1"})
    if not waits_for_portal:
        refusal = why_not_in(status, [ListingStatus.ANNOUNCED], labels=LABELS)
        if refusal is not None:
            return refusal
    if published_at > now:
        return Refusal(
            Code.INVALID,
            "门户发布时间不得晚于现在，请填写实际发布时间。",
            {"published_at": "不得晚于现在"},
        )
    return None


def moved_out(*, wanted: Timetable, earliest_registration_close: datetime) -> Timetable:
    """The timetable after a supplement: as wanted, moved out together where less than the least time would remain.

    The spans between the moments are kept.
    """
    late_by = earliest_registration_close - wanted.registration_closes_at
    if late_by <= timedelta(0):
        return wanted
    return Timetable(
        registration_closes_at=wanted.registration_closes_at + late_by,
        deposit_cutoff_at=wanted.deposit_cutoff_at + late_by,
        opens_at=wanted.opens_at + late_by,
        closes_at=wanted.closes_at + late_by,
    )


def opened_from(timetable: Timetable, *, earliest_opening: datetime) -> Timetable:
    """The timetable with its opening no earlier than the decisions on all applications; bidding keeps its length."""
    late_by = earliest_opening - timetable.opens_at
    if late_by <= timedelta(0):
        return timetable
    return Timetable(
        registration_closes_at=timetable.registration_closes_at,
        deposit_cutoff_at=timetable.deposit_cutoff_at + late_by,
        opens_at=timetable.opens_at + late_by,
        closes_at=timetable.closes_at + late_by,
    )
