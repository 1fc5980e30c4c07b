"""The contract of a listing and who has signed it."""

from apps.stages.contract.models import Contract, Signature
from apps.stages.contract.states import Party


def contract_of(listing_id: int) -> Contract | None:
    """The contract, once the award is confirmed."""
    return (
        Contract.objects.filter(listing_id=listing_id)
        .select_related("winner", "centre", "listing__seller")
        .first()
    )


def valid_signatures(contract: Contract) -> dict[Party, Signature]:
    """The signatures on the present text, by party."""
    found = Signature.objects.filter(contract=contract, voided_at=None).order_by("id")
    return {Party(each.party): each for each in found}
