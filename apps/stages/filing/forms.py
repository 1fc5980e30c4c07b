"""Filing needs nothing but the acts."""

from apps.parties.roles import Can
from apps.stages.filing import bound, commands, rules
from apps.stages.filing.names import FILING_ACCEPT, FILING_SUBMIT
from kernel.acts.act import Act

_FILEABLE = frozenset(rules.FILEABLE)

ACTS = (
    Act(
        FILING_SUBMIT,
        "报送备案",
        commands.submit,
        Can.RUN_TRADES,
        two_persons=True,
        binds=bound.submit_bound,
        statuses=_FILEABLE,
        subject="listing_id",
    ),
    Act(
        FILING_ACCEPT,
        "受理备案",
        commands.accept,
        Can.DECIDE_FOR_PROVINCE,
        two_persons=True,
        binds=bound.accept_bound,
        statuses=_FILEABLE,
        subject="listing_id",
    ),
)
