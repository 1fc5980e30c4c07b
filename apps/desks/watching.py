"""The watch list (我的关注), and the buttons that put a lot on it. Who watches is nobody else's business."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.watching import commands
from apps.watching.queries import watched_by
from kernel.actors import Actor
from kernel.errors import Code, Refused
from kernel.web.methods import post_from

_BACK = {"list": "/desk/watching/"}


@never_cache
@require_safe
@desk()
def watching(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What one's own organisation watches."""
    return render(request, "desks/watching.html", {"rows": list(watched_by(by)), "now": now})


@post_from("/desk/watching/")
@desk()
def watch(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """Watch, be reminded, or watch no longer; back to where the button stood."""
    wanted = request.POST.get("wanted", "")
    try:
        if wanted == "none":
            commands.unwatch(listing_id=listing_id, by=by)
        else:
            commands.watch(listing_id=listing_id, reminds=wanted == "remind", by=by, now=now)
    except Refused as no:
        if no.refusal.code is not Code.AMOUNT_EXCEEDS:
            raise
        messages.error(request, no.refusal.sentence)
    else:
        said = {
            "none": _("已取消关注。"),
            "remind": _("已关注，并将在报名截止、竞价开始、竞价截止前一天、一小时、十分钟提醒本单位。"),
        }
        messages.success(request, said.get(wanted, _("已关注该项目，仅本单位可见。")))
    return redirect(_BACK.get(request.POST.get("from", ""), f"/listings/{listing_id}/"))
