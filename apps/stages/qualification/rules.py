"""Who may apply to bid, and how an application is decided."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from apps.documents.states import OF_A_DEAL, AttachmentKind
from apps.listings.rules import why_not_take
from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.states import ListingStatus
from apps.stages.qualification.states import DECISIONS, LABELS, RegistrationStatus
from apps.stages.qualification.terms import Terms
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in


def why_not_register(
    *,
    status: ListingStatus,
    registers: bool = True,
    now: datetime,
    closes_at: datetime | None,
    is_seller: bool,
    shares_people: bool,
    is_subordinate: bool,
    kind: str,
    allowed_kinds: Collection[str],
    barred_until: datetime | None,
    earlier: RegistrationStatus | None,
) -> Refusal | None:
    """Whether an organisation may apply to bid on a lot at `now`; registration closes at `closes_at`, exclusive.

    Nobody does where the form of trade `registers` nobody.
    """
    if not registers:
        return Refusal(
            Code.WRONG_STATUS, "本项目为协议转让，受让方已经确定，不接受报名。", {"status": str(status)}
        )
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可报名。", {"status": str(status)})
    if (
        status in (ListingStatus.BIDDING, ListingStatus.ANNOUNCED)
        and closes_at is not None
        and now >= closes_at
    ):
        return Refusal(Code.TOO_LATE, f"报名已于{written(closes_at)}截止。", {"closed": iso(closes_at)})
    refusal = why_not_in(status, [ListingStatus.ANNOUNCED], labels=LISTING_LABELS)
    if refusal is not None:
        return refusal
    return why_not_take(
        is_seller=is_seller,
        shares_people=shares_people,
        is_subordinate=is_subordinate,
        kind=kind,
        allowed_kinds=allowed_kinds,
        barred_until=barred_until,
    ) or why_not_again(earlier)


def why_not_confirmed(*, terms: Sequence[Terms], confirmed: Mapping[str, str]) -> Refusal | None:
    """Whether the applicant has confirmed every text as it stands now; `confirmed` are digests by the fact's name."""
    unread = [each for each in terms if not confirmed.get(str(each.document), "").strip()]
    if unread:
        names = "、".join(f"《{each.title}》" for each in unread)
        return Refusal(
            Code.INVALID,
            f"请先打开并阅读{names}全文，勾选确认后再提交竞买申请。",
            {str(each.document): f"请打开并阅读《{each.title}》全文后勾选确认。" for each in unread},
        )
    changed = [each for each in terms if confirmed[str(each.document)].strip() != each.sha256]
    if changed:
        names = "、".join(f"《{each.title}》" for each in changed)
        return Refusal(
            Code.TEXT_CHANGED,
            f"您确认的{names}不是现行文本，公告内容可能已经补充或更正，请重新阅读并确认。",
            {str(each.document): each.sha256 for each in changed},
        )
    return None


def why_not_again(earlier: RegistrationStatus | None) -> Refusal | None:
    """One application per lot; only one that is to be corrected comes again."""
    if earlier is None or earlier is RegistrationStatus.CORRECT:
        return None
    return Refusal(
        Code.DUPLICATE_REQUEST,
        f"贵单位已提交本项目竞买申请，当前为“{LABELS[earlier]}”。",
        {"status": str(earlier)},
    )


def why_not_decide(
    *, status: RegistrationStatus, outcome: RegistrationStatus, reason: str, listing: ListingStatus
) -> Refusal | None:
    """An application is decided once, with reasons unless it qualifies."""
    if listing is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可审核竞买申请。", {"status": str(listing)})
    refusal = why_not_in(listing, [ListingStatus.ANNOUNCED, ListingStatus.BIDDING], labels=LISTING_LABELS)
    if refusal is not None:
        return refusal
    refusal = why_not_in(status, [RegistrationStatus.SUBMITTED], labels=LABELS)
    if refusal is not None:
        return refusal
    if outcome not in DECISIONS:
        return Refusal(Code.INVALID, "审核结论须为通过、补正或不予通过。", {"outcome": str(outcome)})
    if outcome is not RegistrationStatus.QUALIFIED and not reason.strip():
        return Refusal(Code.INVALID, "补正或不予通过须写明理由。", {"field": "reason"})
    return None


def why_not_from_bidder(
    *,
    status: ListingStatus,
    kind: AttachmentKind,
    is_open: bool,
    mine: RegistrationStatus | None,
    may_apply: bool,
) -> Refusal | None:
    """Whether evidence is taken from a buyer: while it applies or is to correct, and later what its deal brings about.

    `is_open`: applications are taken now; `mine` is how its own stands, None before it has applied; `may_apply`: it
    belongs to those who may. `not_permitted` to who takes no part, `wrong_status` once its application was decided.
    """
    if mine is None:
        return _why_not_from_newcomer(status=status, is_open=is_open, may_apply=may_apply)
    correcting = mine is RegistrationStatus.CORRECT
    applying = is_open and mine in (RegistrationStatus.SUBMITTED, RegistrationStatus.CORRECT)
    if correcting or applying or (kind in OF_A_DEAL and mine is not RegistrationStatus.REJECTED):
        return None
    return Refusal(
        Code.WRONG_STATUS,
        "竞买申请已受理，申请材料不再接收；需要补正的，请等待交易机构通知。",
        {"status": str(status)},
    )


def _why_not_from_newcomer(*, status: ListingStatus, is_open: bool, may_apply: bool) -> Refusal | None:
    """Somebody who could not apply lays nothing down either."""
    if not is_open:
        sentence = "贵单位未参加本项目，或报名已截止，不能上传材料。"
    elif not may_apply:
        sentence = "贵单位不属于本项目的竞买人范围，不能上传材料。"
    else:
        return None
    return Refusal(Code.NOT_PERMITTED, sentence, {"status": str(status)})
