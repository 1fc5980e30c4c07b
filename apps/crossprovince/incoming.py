"""What cases across provinces take from documents of bodies outside, when a slip in these is mended (来文更正)."""

from apps.crossprovince import queries, rules
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import ADJUSTMENT_ACKNOWLEDGE, ADJUSTMENT_CONSENT, DEMAND_ACKNOWLEDGE
from apps.documents.events import IncomingCorrected
from kernel.clock import beijing
from kernel.errors import refuse

_ACKNOWLEDGED: dict[str, type[Adjustment] | type[Demand]] = {
    ADJUSTMENT_ACKNOWLEDGE: Adjustment,
    DEMAND_ACKNOWLEDGE: Demand,
}


def follow(event: IncomingCorrected) -> None:
    """Consent and receipt number follow their document. Refuses: invalid (a consent before the pass), duplicate_request
    (another case has the receipt number). The case's lane and that of the office are held.
    """
    if event.case_id is None:
        return
    if event.act == ADJUSTMENT_CONSENT:
        _consent(event)
    elif event.act in _ACKNOWLEDGED:
        _acknowledge(event)


def _consent(event: IncomingCorrected) -> None:
    """Also with the rests that were split off: they were consented to by the same document."""
    found = Adjustment.objects.get(pk=event.case_id)
    passed = found.opinions.filter(review_round=found.review_round).first()
    if passed is not None:
        refuse(rules.why_not_consent(on=event.document_date, passed_on=beijing(passed.decided_at).date()))
    for each in (found, *queries.rests_of(found)):
        if each.consent_no == event.before_no:
            each.consent_no, each.consented_on = event.document_no, event.document_date
            each.save(update_fields=["consent_no", "consented_on"])


def _acknowledge(event: IncomingCorrected) -> None:
    found = _ACKNOWLEDGED[event.act].objects.get(pk=event.case_id)
    if found.receipt_no != event.before_register_no:  # it was sent to the ministry anew since
        return
    if event.register_no != event.before_register_no:
        used = queries.is_receipt_used(event.register_no, but=found)
        refuse(rules.why_not_acknowledge(event.register_no, before=None, used=used))
    found.receipt_no = event.register_no
    found.save(update_fields=["receipt_no", "receipt_key"])
