"""What a verification takes from the ministry's document, when a slip in that is mended (来文更正)."""

from apps.documents.events import IncomingCorrected
from apps.documents.incoming import is_newest
from apps.surplus import rules
from apps.surplus.models import Verification
from apps.surplus.names import VERIFICATION_RECORD
from apps.surplus.states import Level
from apps.surplus.ties import require_apart
from kernel.clock import beijing
from kernel.errors import Code, Refused, refuse
from kernel.text import folded


def follow(event: IncomingCorrected) -> None:
    """The record number (部备案号) and its day follow the newest document; the lanes of case and office are held.

    Refuses: self_dealing, duplicate_request (another verification has the number), invalid (recorded before the
    province had passed it).
    """
    found = Verification.objects.select_for_update().filter(pk=event.case_id).first()
    if found is None:
        return
    require_apart(found, by=event.by)
    newest = event.act == VERIFICATION_RECORD and is_newest(
        event.incoming_id, act=event.act, case_id=found.pk
    )
    if not newest or found.record_no is None:
        return
    others = Verification.objects.exclude(pk=found.pk)
    if others.filter(record_key=folded(event.register_no)).exists():
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"部备案号“{event.register_no}”已登记在另一核定项目，请核对。",
            record_no=event.register_no,
        )
    passed = found.opinions.filter(level=Level.PROVINCE).order_by("id").last()
    if passed is not None:
        refuse(rules.why_not_recorded(on=event.document_date, passed_on=beijing(passed.decided_at).date()))
    found.record_no, found.recorded_on = event.register_no, event.document_date
    found.save(update_fields=["record_no", "record_key", "recorded_on"])
