"""Evidence that comes in (收材料): from whom, for which case, when, and how much of it. One way for pages and API.

Nothing is taken from somebody who has no part in a case, and nothing once it is no longer wanted: a seller's evidence
until the announcement, a bidder's until applications close or while its own is to be corrected, a county's until its
verification is submitted or while that is to be corrected.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Sum

from apps.documents.commands import attach
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind as K
from apps.listings.models import Listing
from apps.listings.states import ENDED, ListingStatus
from apps.parties.queries import superiors
from apps.parties.roles import Can
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import registration_of
from apps.stages.qualification.states import RegistrationStatus
from apps.surplus.evidence import wanted_from, why_not_taken
from apps.surplus.models import Verification
from apps.surplus.queries import sides_of, verification_for
from kernel import lanes
from kernel.actors import Actor
from kernel.acts.perform import keep_what_waits
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal, refuse

S = ListingStatus
_MB = 1024 * 1024
MOST_OF_A_PARTY = (60, 300 * _MB)
MOST_OF_A_NEWCOMER = (12, 60 * _MB)
"""How many files and bytes an organisation may lay down for one lot; less before it has applied."""
MOST_OF_A_PERSON_AN_HOUR = 60
_BEFORE_ANNOUNCEMENT = frozenset({S.DRAFT, S.UNDER_REVIEW, S.RETURNED, S.APPROVED})
_OF_A_DEAL = frozenset({K.PAYMENT_VOUCHER, K.RETEST_REPORT, K.OBJECTION_EVIDENCE, K.OTHER})


@transaction.atomic
def take(listing: Listing, *, kind: K, name: str, content: bytes, by: Actor, now: datetime) -> Attachment:
    """Take one file as evidence of the actor's organisation.

    Refuses: not_permitted, wrong_status, invalid, facts_frozen (what waits for an approver binds the evidence).
    """
    mine = None
    if by.can(Can.BUY) and by.organisation_id != listing.seller_id:
        mine = registration_of(listing_id=listing.pk, organisation_id=by.organisation_id)
    refuse(why_not_wanted(listing, kind=kind, mine=mine, by=by, now=now))
    most = MOST_OF_A_NEWCOMER if _is_newcomer(listing, mine, by) else MOST_OF_A_PARTY
    refuse(_why_too_much(listing.pk, size=len(content), most=most, by=by, now=now))
    return _kept(listing.pk, kind=kind, name=name, content=content, by=by, now=now)


@transaction.atomic
def take_for_verification(
    verification: Verification, *, kind: K, name: str, content: bytes, by: Actor, now: datetime
) -> Attachment:
    """Take one file as evidence of the actor's organisation in a verification, under the case's lane.

    Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen (what waits for an approver binds it).
    """
    lanes.hold(lanes.CASE, verification.pk)
    found = verification_for(verification.pk, by=by)
    refuse(why_not_taken(sides_of(found, by=by), kind=kind, status=found.state))
    refuse(_why_too_much(found.pk, size=len(content), most=MOST_OF_A_PARTY, by=by, now=now))
    return _kept(found.pk, kind=kind, name=name, content=content, by=by, now=now)


def _kept(case_id: int, *, kind: K, name: str, content: bytes, by: Actor, now: datetime) -> Attachment:
    made = attach(
        kind=kind,
        name=name,
        content=content,
        organisation_id=by.organisation_id,
        uploaded_by_id=by.person_id,
        case_id=case_id,
        now=now,
    )
    after = {"kind": kind, "sha256": made.sha256}
    audit.record(verb="attachment.add", by=by, now=now, case_id=case_id, subject=made, after=after)
    keep_what_waits(case_id=case_id, alone=True, by=by, now=now)
    return made


def wanted_for_verification(verification: Verification, *, by: Actor) -> dict[K, bool]:
    """The kinds of evidence that the actor may hand in now, required ones first, each with whether it is required."""
    return wanted_from(sides_of(verification, by=by), status=verification.state)


def _is_newcomer(listing: Listing, mine: Registration | None, by: Actor) -> bool:
    return by.can(Can.BUY) and by.organisation_id != listing.seller_id and mine is None


def why_not_wanted(
    listing: Listing, *, kind: K, mine: Registration | None, by: Actor, now: datetime
) -> Refusal | None:
    """Why this kind of evidence is not wanted of the actor now; None where it is. `mine` is its application to bid."""
    if listing.state in ENDED - {S.COMPLETED}:
        return _no(listing, "项目已结束，不再接收材料。")
    if not by.can(Can.BUY):
        return None
    if by.organisation_id == listing.seller_id:
        return _of_seller(listing, kind)
    return _of_bidder(listing, kind, mine, now=now, by=by)


def _of_seller(listing: Listing, kind: K) -> Refusal | None:
    if listing.state in _BEFORE_ANNOUNCEMENT:
        return None
    if kind in _OF_A_DEAL:
        return None
    return _no(listing, "项目已公告，出让材料不再接收；需要更正的，请联系交易机构发布更正公告。")


def _of_bidder(
    listing: Listing, kind: K, mine: Registration | None, *, now: datetime, by: Actor
) -> Refusal | None:
    correcting = mine is not None and mine.state is RegistrationStatus.CORRECT
    applying = (
        listing.state is S.ANNOUNCED
        and listing.registration_closes_at is not None
        and now < listing.registration_closes_at
        and (mine is None or mine.state in (RegistrationStatus.SUBMITTED, RegistrationStatus.CORRECT))
    )
    if correcting or applying:
        return _why_not_apply(listing, by=by) if mine is None else None
    if mine is not None and kind in _OF_A_DEAL and mine.state is not RegistrationStatus.REJECTED:
        return None
    if mine is None:
        return Refusal(
            Code.NOT_PERMITTED,
            "贵单位未参加本项目，或报名已截止，不能上传材料。",
            {"status": str(listing.state)},
        )
    return _no(listing, "竞买申请已受理，申请材料不再接收；需要补正的，请等待交易机构通知。")


def _why_not_apply(listing: Listing, *, by: Actor) -> Refusal | None:
    """Somebody who could not apply lays nothing down either."""
    if str(by.role) in listing.rules.parameters.bidder_kinds and listing.seller_id not in superiors(
        by.organisation_id
    ):
        return None
    return Refusal(
        Code.NOT_PERMITTED, "贵单位不属于本项目的竞买人范围，不能上传材料。", {"role": str(by.role)}
    )


def _no(listing: Listing, sentence: str) -> Refusal:
    return Refusal(Code.WRONG_STATUS, sentence, {"status": str(listing.state)})


def _why_too_much(
    case_id: int, *, size: int, most: tuple[int, int], by: Actor, now: datetime
) -> Refusal | None:
    laid = Attachment.objects.filter(case_id=case_id, organisation_id=by.organisation_id)
    held = laid.aggregate(files=Count("pk"), bytes=Sum("size"))
    files, total = held["files"], (held["bytes"] or 0) + size
    if files >= most[0] or total > most[1]:
        return Refusal(
            Code.INVALID,
            f"每个单位对一个项目最多上传{most[0]}份、合计{most[1] // _MB} MB 材料，请合并或精简后上传。",
            {"files": str(files), "most_files": str(most[0]), "most_bytes": str(most[1])},
        )
    hour = Attachment.objects.filter(uploaded_by_id=by.person_id, uploaded_at__gt=now - timedelta(hours=1))
    if hour.count() >= MOST_OF_A_PERSON_AN_HOUR:
        return Refusal(
            Code.INVALID,
            f"一小时内最多上传{MOST_OF_A_PERSON_AN_HOUR}份材料，请稍后再传。",
            {"most": str(MOST_OF_A_PERSON_AN_HOUR)},
        )
    return None


@transaction.atomic
def note_reading(attachment: Attachment, *, by: Actor, now: datetime) -> None:
    """Somebody opens evidence that is not its own organisation's: the record says so, and supervisors see it."""
    if attachment.organisation_id == by.organisation_id:
        return
    audit.record(
        verb="attachment.read",
        by=by,
        now=now,
        case_id=attachment.case_id,
        subject=attachment,
        after={"kind": attachment.kind},
    )
