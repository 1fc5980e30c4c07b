"""Forms of trade (交易方式) as one table: what each leaves out, adds and does otherwise. No stage, no page names one.

Stages, methods of sale, papers and evidence are named by their codes, as classes of quota name theirs
(`apps.kinds.classes`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class TradeForm(StrEnum):
    """How a lot is traded."""

    LISTING = "listing"
    AUCTION = "auction"
    AGREEMENT = "agreement"

    @property
    def terms(self) -> "FormTerms":
        """What is declared of it."""
        return _FORMS[self]


@dataclass(frozen=True)
class FormTerms:
    """How a lot of one form is traded, where not as a listing is (spec: trade forms).

    `printed` is what papers call the trade and `taker` who takes the lot by its award, `notice` the kind of document
    that announces it. `method` is the method of
    sale by which its award comes about; the stages `left_out` do not exist for it. With `rounds_from_opening` bidding
    is one session of timed rounds that begins at the opening. With a `counterparty` the draft names who takes the lot,
    at a price that both agree on, and `papers` are handed in by both. Where identities are `open` nobody is hidden
    before the close. `points` are further ones of the review's checklist. Prices of the `market` are those that bidders
    came to. With a `commitment` the county may promise better quality within a term (质量提升承诺), where the class
    allows it too.
    """

    label: str
    printed: str
    method: str
    taker: str = "竞得人"
    notice: str = "announcement"
    left_out: frozenset[str] = frozenset()
    rounds_from_opening: bool = False
    counterparty: bool = False
    open: bool = False
    market: bool = True
    commitment: bool = False
    papers: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def has(self, stage: str) -> bool:
        """Whether a lot of it goes through a stage, by the name of its room."""
        return stage not in self.left_out

    @property
    def auctioned(self) -> bool:
        """Whether open bids find who takes a lot of it: such a one has a hall, a place on the wall, next prices."""
        return self.method == "listing_auction"


_FORMS: dict[TradeForm, FormTerms] = {
    TradeForm.LISTING: FormTerms(label="挂牌", printed="网上挂牌", method="listing_auction", commitment=True),
    TradeForm.AUCTION: FormTerms(
        label="拍卖", printed="网上拍卖", method="listing_auction", rounds_from_opening=True
    ),
    TradeForm.AGREEMENT: FormTerms(
        label="协议",
        printed="协议转让",
        method="agreement",
        taker="受让方",
        notice="agreement_notice",
        left_out=frozenset({"qualification", "deposit", "bidding"}),
        counterparty=True,
        open=True,
        market=False,
        commitment=True,
        points={"legality": {"fairness": "协议价格公允"}},
        papers={"government_decision": "政府决定文件", "agreement_text": "协议文本"},
    ),
}

FORM_LABELS: Mapping[str, str] = {str(each): each.terms.label for each in TradeForm}
"""What the forms are called, by their codes."""
FORM_CHOICES = list(FORM_LABELS.items())
WITH_BIDDING = [str(each) for each in TradeForm if each.terms.has("bidding")]
AUCTIONED = [str(each) for each in TradeForm if each.terms.auctioned]
WITH_COUNTERPARTY = [str(each) for each in TradeForm if each.terms.counterparty]
OPEN = [str(each) for each in TradeForm if each.terms.open]
OF_THE_MARKET = [str(each) for each in TradeForm if each.terms.market]
"""Codes of forms by what is declared of them, for queries and constraints."""


def sql_of_left_out() -> str:
    """For the database: a function from a form's code and a stage's to whether the form leaves it out."""
    pairs = ", ".join(f"'{form}:{stage}'" for form in TradeForm for stage in sorted(form.terms.left_out))
    return (
        "CREATE OR REPLACE FUNCTION forms_leave_out(form text, stage text) RETURNS boolean LANGUAGE sql IMMUTABLE"
        f" RETURN form || ':' || stage = ANY (ARRAY[{pairs}]);"
    )


def sql_of_commitments() -> str:
    """For the database: a function from a form's code to whether a commitment may come with a lot of it."""
    listed = ", ".join(f"'{form}'" for form in TradeForm if form.terms.commitment)
    return (
        "CREATE OR REPLACE FUNCTION forms_take_commitments(form text) RETURNS boolean LANGUAGE sql IMMUTABLE"
        f" RETURN form = ANY (ARRAY[{listed}]);"
    )
