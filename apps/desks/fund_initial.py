"""What the forms of proceeds (收益资金) begin with."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.funds.queries import pool_for, shares_of
from apps.funds.rules import least_of, most_of, suggested
from apps.rulebook.proceeds import Share
from kernel.actors import Actor
from kernel.money import Yuan


def distribution(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Every share of the lot's rules at an amount that keeps its limits, with the limits beside the form."""
    pool = pool_for(subject.pk, by=by)
    shares = shares_of(pool.source_id)
    amounts = suggested(pool.balance, shares)
    return Prefill(
        {"shares": [{"category": each.category, "amount": f"{amounts[each.category]}"} for each in shares]},
        {"shares.category": [(each.category, _(each.label)) for each in shares]},
        figures=[(each.label, _limits(each, pool.balance)) for each in shares],
    )


def _limits(share: Share, whole: Yuan) -> str:
    """`least` to `most` in yuan, as a part of the whole beside."""
    least, most = f"{least_of(share, whole):,}", f"{most_of(share, whole):,}"
    said = {"least": least, "most": most, "low": f"{share.least:%}", "high": f"{share.most:%}"}
    if share.most == 1:
        return _("不低于%(least)s元（%(low)s）") % said
    if share.least == 0:
        return _("不高于%(most)s元（%(high)s）") % said
    return _("%(least)s元至%(most)s元（%(low)s至%(high)s）") % said
