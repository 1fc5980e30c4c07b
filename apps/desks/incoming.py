"""What bodies outside decided (外部来文) on the page of a case: each document, its corrections, and who may mend it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from apps.documents.models import IncomingCorrection, IncomingDocument
from apps.documents.names import INCOMING_CORRECT
from apps.parties.roles import Can
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called


@dataclass(frozen=True)
class Entered:
    """One document that was entered, what was mended in it, and where its office mends it, or nothing."""

    label: str
    document: IncomingDocument
    corrections: list[IncomingCorrection]
    mend: str


def entered_on_page(documents: Iterable[IncomingDocument], *, by: Actor) -> list[Entered]:
    """The documents of a case as its page shows them."""
    rows = list(documents)
    mended = _corrections([each.pk for each in rows if each.corrected_at is not None])
    mends = by.can(Can.ENTER_FROM_OUTSIDE) and by.duty is Duty.OPERATOR
    return [
        Entered(
            act_called(each.act).label,
            each,
            mended[each.pk],
            f"/desk/acts/{INCOMING_CORRECT}/{each.pk}/"
            if mends and each.attachment.organisation_id == by.organisation_id
            else "",
        )
        for each in rows
    ]


def _corrections(incoming_ids: list[int]) -> dict[int, list[IncomingCorrection]]:
    found: dict[int, list[IncomingCorrection]] = defaultdict(list)
    if incoming_ids:
        mended = IncomingCorrection.objects.filter(incoming_id__in=incoming_ids)
        for each in mended.select_related("old_paper").order_by("id"):
            found[each.incoming_id].append(each)
    return found
