"""The papers and points of the review that lots of supplementary quota have, which most tests sell."""

from apps.kinds.classes import class_terms
from apps.kinds.table import QuotaClass

_TERMS = class_terms(QuotaClass.SUPPLEMENTARY)
TO_LIST = _TERMS.to_list
TO_BID = _TERMS.to_bid
NUMBERS = _TERMS.numbers
CHECKLIST = _TERMS.checklist
"""By the opinion, every point in words."""
