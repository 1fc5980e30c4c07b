"""What the page of a lot says of an agreement (协议转让), to its parties and to officials."""

from django.utils.translation import gettext as _

from apps.listings.models import Listing
from apps.pairing.queries import called
from apps.stages.consent.queries import stands


def agreement_of(listing: Listing) -> list[tuple[str, str]]:
    """Between whom an agreement is, under which pairing, at what price in all; nothing of other forms."""
    if listing.counterparty is None:
        return []
    pairing = called([listing.pairing])[listing.pairing.pk] if listing.pairing is not None else None
    return [
        (_("受让方"), listing.counterparty.name),
        (_("对口关系"), f"{pairing.giving} → {pairing.taking}" if pairing else "—"),
        (_("协议总价"), f"{listing.total(listing.starting_price):,} 元"),
        (_("受让方意见"), _("已同意") if stands(listing) else _("尚未同意")),
    ]
