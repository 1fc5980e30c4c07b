"""Proceeds of lots: shared out as each lot's own rules say."""

from apps.funds.sources import Terms
from apps.listings.models import Listing
from kernel.deadlines.commands import working_days


def terms_of_lot(case_id: int) -> Terms:
    """The shares of a lot's rules, and its periods."""
    book = Listing.objects.get(pk=case_id).rules.parameters
    return Terms(
        book.shares_of_proceeds,
        working_days(book.to_distribute_wd, daily_end=book.daily_end),
        working_days(book.to_answer_wd, daily_end=book.daily_end),
    )
