"""Filing needs nothing but the acts."""

from apps.stages.filing import bound, commands, rules
from kernel.actors import CENTRE, PROVINCE
from kernel.acts.act import Act

_FILEABLE = frozenset(rules.FILEABLE)

ACTS = (
    Act(
        "filing.submit",
        "报送备案",
        commands.submit,
        CENTRE,
        two_persons=True,
        binds=bound.submit_bound,
        statuses=_FILEABLE,
        subject="listing_id",
    ),
    Act(
        "filing.accept",
        "受理备案",
        commands.accept,
        PROVINCE,
        two_persons=True,
        binds=bound.accept_bound,
        statuses=_FILEABLE,
        subject="listing_id",
    ),
)
