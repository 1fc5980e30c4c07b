"""The provincial authority's portal shows an announcement as well, or the lot stands still."""

from apps.stages.announcement import commands
from kernel.deadlines.registry import Kind
from kernel.transparency import Told

KINDS = (
    Kind("portal_note", "登记主管部门门户发布情况", told=Told.PARTIES),
    Kind(
        "portal_check",
        "核对主管部门门户发布情况",
        effect=commands.check_portal,
        obligation=False,
        told=Told.PARTIES,
    ),
)
