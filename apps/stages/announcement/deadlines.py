"""The provincial authority's portal shows an announcement as well, or the lot stands still."""

from apps.stages.announcement import commands
from apps.stages.announcement.names import PORTAL_CHECK_DEADLINE, PORTAL_NOTE_DEADLINE
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind(PORTAL_NOTE_DEADLINE, "登记主管部门门户发布情况", told=Told.PARTIES),
    Kind(
        PORTAL_CHECK_DEADLINE,
        "核对主管部门门户发布情况",
        effect=commands.check_portal,
        obligation=False,
        told=Told.PARTIES,
    ),
)
