"""What auditors found on proceeds, and who may see it: the county's finance and the auditors of its region."""

import hashlib
from collections.abc import Collection

from django.db.models import QuerySet

from apps.funds.ledger import Source
from apps.funds.models import Conclusion, Finding, Movement, Spending
from apps.funds.queries import BOOKINGS, booking_of, size_of, within_reach
from apps.funds.states import REASON_LABELS
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.errors import not_found

_ABOUT = ("about", *(f"about__{each}" for each in BOOKINGS))


def finding_for(finding_id: int, *, by: Actor) -> Finding:
    """One finding with its answer and conclusion. Refuses: not_found, also out of the actor's reach."""
    found = findings_seen(by).filter(pk=finding_id).first()
    if found is None:
        raise not_found("审计意见")
    return found


def findings_seen(by: Actor) -> QuerySet[Finding]:
    """The findings on what the actor books or audits, the newest first, with answers and conclusions."""
    found = Finding.objects.filter(within_reach(by)).order_by("-id")
    beside = ("holder", "source", "organisation", "answer__attachment", "conclusion", *_ABOUT)
    return found.select_related(*beside)


def findings_to_answer(by: Actor) -> QuerySet[Finding]:
    """The findings that the actor's county has not answered, the oldest first."""
    found = Finding.objects.filter(within_reach(by), answer__isnull=True, conclusion__isnull=True)
    return found.select_related(*_ABOUT).order_by("id")


def findings_to_conclude(by: Actor) -> QuerySet[Finding]:
    """The findings of the actor's office that were answered and not concluded, the oldest first."""
    found = Finding.objects.filter(organisation_id=by.organisation_id, conclusion__isnull=True)
    return found.filter(answer__isnull=False).select_related(*_ABOUT).order_by("id")


def findings_about(movement_ids: Collection[int]) -> list[Finding]:
    """The findings about these bookings, by their keys, the oldest first."""
    found = Finding.objects.filter(about__in=movement_ids).order_by("id")
    return list(found.select_related("answer", "conclusion"))


def last_conclusion(of: Source) -> Conclusion | None:
    """What was concluded last on a source."""
    found = Conclusion.objects.filter(finding__holder_id=of.holder_id, finding__source_id=of.case_id)
    return found.order_by("-id").first()


def called(movement: Movement | None) -> str:
    """What a booking is called: what, when, how much, under which voucher; never to whom."""
    if movement is None:
        return "未指明"
    booking = booking_of(movement)
    voucher = f"，凭证号“{booking.voucher_no}”" if isinstance(booking, Spending) else ""
    amount = booking.amount if booking is not None else size_of(movement)
    return f"{beijing(movement.at):%Y-%m-%d}{REASON_LABELS[movement.reason]}{amount:,}元{voucher}"


_MOST_SIGNS = 40


def summary_of(finding: Finding) -> str:
    """What tells a finding from its neighbours in a row: the booking, how much it is about, how it begins."""
    text = " ".join(finding.text.split())
    begins = text if len(text) <= _MOST_SIGNS else f"{text[:_MOST_SIGNS]}…"
    about = f"{called(finding.about)}；" if finding.about is not None else ""
    return f"{about}涉及{finding.amount:,}元：{begins}"


def digest_of(text: str) -> str:
    """SHA-256 of a text, for the record of what was written."""
    return hashlib.sha256(text.encode()).hexdigest()
