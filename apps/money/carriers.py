"""The relay's hand to the bank."""

from apps.money.gateway import gateway
from apps.money.models import Refund
from kernel import clock
from kernel.outbox.models import Message


def send_refund(message: Message) -> None:
    """Send one released refund; a message that comes again finds it sent and does nothing."""
    refund = (
        Refund.objects.select_for_update(of=("self",))
        .select_related("entry")
        .get(pk=message.payload["refund_id"])
    )
    if refund.sent_at is None:
        gateway().send(refund)
        refund.sent_at = clock.now()
        refund.save(update_fields=["sent_at"])
