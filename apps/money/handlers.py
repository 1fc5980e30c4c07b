"""The relay's hand to the bank."""

from apps.money.gateway import gateway
from apps.money.models import Payment, Refund, Remittance
from kernel import clock
from kernel.outbox.models import Message


def send_payment(message: Message) -> None:
    """Send one released payment; a message that comes again finds it sent and does nothing."""
    payment = _held(message)
    if payment.sent_at is None:
        gateway().send(payment)
        payment.sent_at = clock.now()
        payment.save(update_fields=["sent_at"])


def _held(message: Message) -> Payment:
    pk = message.payload.get("refund_id")
    if pk is not None:
        return Refund.objects.select_for_update(of=("self",)).select_related("entry").get(pk=pk)
    remittances = Remittance.objects.select_for_update(of=("self",)).select_related("account")
    return remittances.get(pk=message.payload["remittance_id"])
