"""The publication starts in time and ends by itself."""

from apps.stages.publication import commands
from apps.stages.publication.names import PUBLICATION_END_DEADLINE, PUBLICATION_START_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(PUBLICATION_START_DEADLINE, "发布结果公示", told=Told.EVERYBODY),
    Kind(
        PUBLICATION_END_DEADLINE, "结果公示期满", effect=commands.end, obligation=False, told=Told.EVERYBODY
    ),
)
