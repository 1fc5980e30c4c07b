"""Filing needs nothing but the acts."""

from apps.stages.filing import commands, rules
from kernel.actors import CENTRE, PROVINCE
from kernel.acts.act import Act

_FILEABLE = frozenset(rules.FILEABLE)

ACTS = (
    Act("filing.submit", "报送备案", commands.submit, CENTRE, statuses=_FILEABLE),
    Act("filing.accept", "受理备案", commands.accept, PROVINCE, statuses=_FILEABLE),
)
