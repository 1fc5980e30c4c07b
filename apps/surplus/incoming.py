"""What a verification takes from the ministry's document, when a slip in that is mended (来文更正)."""

from apps.documents.events import IncomingCorrected
from apps.surplus.models import Verification
from apps.surplus.names import VERIFICATION_RECORD
from kernel.errors import Code, Refused
from kernel.text import folded


def follow(event: IncomingCorrected) -> None:
    """The record number (部备案号) and its day follow the document; the lanes of case and office are held.

    Refuses: duplicate_request (another verification has the number).
    """
    if event.act != VERIFICATION_RECORD or event.case_id is None:
        return
    found = Verification.objects.select_for_update().get(pk=event.case_id)
    if found.record_no != event.before_register_no:  # it was sent back and recorded anew
        return
    others = Verification.objects.exclude(pk=found.pk)
    if others.filter(record_key=folded(event.register_no)).exists():
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"部备案号“{event.register_no}”已登记在另一核定项目，请核对。",
            record_no=event.register_no,
        )
    found.record_no, found.recorded_on = event.register_no, event.document_date
    found.save(update_fields=["record_no", "record_key", "recorded_on"])
