"""How much a lot may be sold for. Plain values only."""

from decimal import Decimal

from kernel.money import LIMIT, Yuan

HIGHEST_TOTAL = Yuan(LIMIT / 10)
"""The most that a lot may be sold for, in yuan: late fees on it and a bid after it stay below the largest amount."""


def highest_of(priced: Decimal) -> Yuan:
    """The highest unit price, in whole 分, at which `priced` units (亩 or 公斤) cost at most `HIGHEST_TOTAL`.

    A lot may be of nearly 10^13 公斤 (`kernel.measures.LIMIT`): no one price would do for all lots.
    """
    cents = HIGHEST_TOTAL.amount * 100 // max(priced, Decimal(1))
    return Yuan(cents / 100)
