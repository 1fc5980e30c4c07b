"""The publication starts in time and ends by itself."""

from apps.stages.publication import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind("publication_start", "发布结果公示", told=Told.EVERYBODY),
    Kind("publication_end", "结果公示期满", effect=commands.end, obligation=False, told=Told.EVERYBODY),
)
