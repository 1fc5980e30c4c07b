"""What cases across provinces take from documents of bodies outside, when a slip in these is mended (来文更正)."""

from apps.crossprovince import queries, rules
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import ADJUSTMENT_ACKNOWLEDGE, ADJUSTMENT_CONSENT, DEMAND_ACKNOWLEDGE
from apps.documents.events import IncomingCorrected
from apps.documents.incoming import is_newest
from kernel.clock import beijing
from kernel.errors import refuse


def follow(event: IncomingCorrected) -> None:
    """Consent and receipt number follow the newest document of their act. The case's lane is held, and the office's
    where a number registers the case.

    Refuses: self_dealing, invalid (a consent before the pass), duplicate_request (another case has the receipt number).
    """
    found = _case(event.case_id)
    if found is None:
        return
    queries.require_apart(found, by=event.by)
    if not is_newest(event.incoming_id, act=event.act, case_id=found.pk):
        return
    if event.act == ADJUSTMENT_CONSENT and isinstance(found, Adjustment):
        _consent(found, event)
    elif event.act in (ADJUSTMENT_ACKNOWLEDGE, DEMAND_ACKNOWLEDGE) and found.receipt_no:
        _acknowledge(found, event)


def _case(case_id: int | None) -> Adjustment | Demand | None:
    given = Adjustment.objects.select_for_update().filter(pk=case_id).first()
    return given or Demand.objects.select_for_update().filter(pk=case_id).first()


def _consent(found: Adjustment, event: IncomingCorrected) -> None:
    """Also with the rests that were split off: they were consented to by the same document."""
    if found.consent_no != event.before_no:  # it was given back since, and not consented to again
        return
    passed = found.opinions.filter(review_round=found.review_round).first()
    if passed is not None:
        refuse(rules.why_not_consent(on=event.document_date, passed_on=beijing(passed.decided_at).date()))
    for each in (found, *queries.rests_of(found)):
        if each.consent_no == event.before_no:
            each.consent_no, each.consented_on = event.document_no, event.document_date
            each.save(update_fields=["consent_no", "consented_on"])


def _acknowledge(found: Adjustment | Demand, event: IncomingCorrected) -> None:
    used = queries.is_receipt_used(event.register_no, but=found)
    refuse(rules.why_not_acknowledge(event.register_no, before=None, used=used))
    found.receipt_no = event.register_no
    found.save(update_fields=["receipt_no", "receipt_key"])
