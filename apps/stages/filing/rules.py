"""When a dossier may be filed and accepted (备案)."""

from apps.listings.states import LABELS, ListingStatus
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

FILEABLE = (ListingStatus.TRANSFERRED, ListingStatus.PUBLICISED)


def why_not_submit(*, status: ListingStatus, filed: bool) -> Refusal | None:
    """`wrong_status` before transfer; a dossier is filed once."""
    if filed:
        return Refusal(Code.DUPLICATE_REQUEST, "备案材料已报送，无需重复报送。")
    return why_not_in(status, FILEABLE, labels=LABELS)


def why_not_accept(*, status: ListingStatus, filed: bool, accepted: bool) -> Refusal | None:
    """A dossier is accepted once, after it was filed."""
    refusal = why_not_in(status, FILEABLE, labels=LABELS)
    if refusal is not None:
        return refusal
    if not filed:
        return Refusal(Code.WRONG_STATUS, "备案材料尚未报送，不能受理。", {"status": str(status)})
    if accepted:
        return Refusal(Code.DUPLICATE_REQUEST, "该项目备案已受理，无需重复受理。")
    return None
