"""Consenting needs nothing but the act."""

from typing import TypedDict

from apps.listings.models import Listing
from apps.parties.roles import Can
from apps.stages.consent import bound, commands
from apps.stages.consent.models import Consent
from apps.stages.consent.names import AGREEMENT_CONSENT, AGREEMENT_WITHDRAW_CONSENT
from apps.stages.consent.rules import OPEN_TO_CONSENT
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.transparency import Told


class ConsentAnswer(TypedDict):
    """The lot that was consented to."""

    listing: int


def _answer(found: Consent) -> ConsentAnswer:
    return {"listing": found.listing_id}


def _is_counterparty(listing_id: int, by: Actor) -> bool:
    return Listing.objects.filter(pk=listing_id, counterparty_id=by.organisation_id).exists()


_STATUSES = frozenset(str(each) for each in OPEN_TO_CONSENT)

ACTS = (
    Act(
        AGREEMENT_CONSENT,
        "同意协议转让",
        commands.consent,
        Can.BUY,
        subject="listing_id",
        two_persons=True,
        binds=bound.consent_bound,
        answer=_answer,
        statuses=_STATUSES,
        offered=_is_counterparty,
        told=Told.OFFICES,
        help="同意以草稿所列的全部事实和材料为准；有任何变更的，同意失效。",
    ),
    Act(
        AGREEMENT_WITHDRAW_CONSENT,
        "撤回协议转让的同意",
        commands.withdraw,
        Can.BUY,
        subject="listing_id",
        two_persons=True,
        binds=bound.withdraw_bound,
        answer=_answer,
        statuses=_STATUSES,
        offered=_is_counterparty,
        told=Told.OFFICES,
    ),
)
