"""Forms of trade (交易方式) as one table: what each leaves out, adds and does otherwise. No stage, no page names one.

Rooms of stages, papers and statuses are named by their codes, as classes of quota name theirs (`apps.kinds.classes`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TradeForm(StrEnum):
    """How a lot is traded."""

    LISTING = "listing"
    AUCTION = "auction"

    @property
    def terms(self) -> "FormTerms":
        """What is declared of it."""
        return _FORMS[self]


@dataclass(frozen=True)
class FormTerms:
    """How a lot of one form is traded, where not as a listing is (spec: trade forms).

    `printed` is what papers call the trade. `method` is the method of sale by which its award comes about. With
    `rounds_from_opening` bidding is one session of timed rounds that begins at the opening.
    """

    label: str
    printed: str
    method: str
    rounds_from_opening: bool = False


_FORMS: dict[TradeForm, FormTerms] = {
    TradeForm.LISTING: FormTerms(label="挂牌", printed="网上挂牌", method="listing_auction"),
    TradeForm.AUCTION: FormTerms(
        label="拍卖", printed="网上拍卖", method="listing_auction", rounds_from_opening=True
    ),
}

FORM_LABELS: Mapping[str, str] = {str(each): each.terms.label for each in TradeForm}
"""What the forms are called, by their codes."""
FORM_CHOICES = list(FORM_LABELS.items())
