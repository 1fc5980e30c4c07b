"""The approval page (审核、签署): what is released is what is shown here, and nothing else."""

from base64 import b64encode
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.crossprovince.models import Scheme
from apps.crossprovince.names import SCHEME_PUBLISH
from apps.desks.access import desk
from apps.desks.acting import told
from apps.desks.onward import act_address, leading_back, onward
from apps.desks.targets import subject_of, title_of
from apps.parties.roles import Can
from apps.process.issuing.proofs import newest_of, pages_of
from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.access.queries import ending_of
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import Approval, approval_of, release
from kernel.errors import Code, Refusal, Refused, not_found
from kernel.web.api import status_of


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.SIGN_IN)
def preparation(request: HttpRequest, *, by: Actor, now: datetime, preparation_id: int) -> HttpResponse:
    """What a colleague prepared: read it whole, release it, send it back; its operator takes it back."""
    prepared = Preparation.objects.filter(pk=preparation_id, organisation_id=by.organisation_id).first()
    if prepared is None:
        raise not_found("待审核事项")
    if prepared.decided_at is not None:
        return _decided(request, prepared, by=by)
    if request.method != "POST":
        return _page(request, prepared, by=by, now=now)
    try:
        return _decide(request, prepared, by=by, now=now)
    except Refused as no:
        prepared = Preparation.objects.get(pk=preparation_id)
        if prepared.decided_at is not None:
            return _decided(request, prepared, by=by, refusal=no.refusal)
        return _page(request, prepared, by=by, now=now, refusal=no.refusal)


def _decide(request: HttpRequest, prepared: Preparation, *, by: Actor, now: datetime) -> HttpResponse:
    act, decision = act_called(prepared.act), request.POST.get("decision")
    if decision == "send_back":
        remark = request.POST.get("remark", "")[:500]
        access.send_back(preparation_id=prepared.pk, remark=remark, by=by, now=now)
        messages.success(request, _("已退回经办：%(label)s。") % {"label": _(act.label)})
        return redirect(onward(request) or "/desk/")
    if decision == "take_back":
        access.take_back(preparation_id=prepared.pk, by=by, now=now)
        messages.success(request, _("已撤回审核：%(label)s。修改后请重新提交。") % {"label": _(act.label)})
        return redirect(leading_back(act_address(act, prepared.subject_id), onward(request)))
    if decision != "release":
        raise Refused.because(Code.INVALID, "请选择审核通过、退回经办或者撤回审核。", field="decision")
    back = onward(request) or subject_of(act, prepared.subject_id, by=by).url
    done = release(preparation_id=prepared.pk, seen=request.POST.get("seen", "")[:64], by=by, now=now)
    return told(request, act, done, back=back)


def _page(
    request: HttpRequest, prepared: Preparation, *, by: Actor, now: datetime, refusal: Refusal | None = None
) -> HttpResponse:
    pages: list[bytes] = []
    ends: list[datetime | None] = []
    case_id = prepared.case_id
    before = newest_of(case_id) if case_id is not None else 0

    def look() -> None:
        if case_id is not None:
            pages.extend(pages_of(prepared.act, case_id, after=before))
        if prepared.act == SCHEME_PUBLISH:
            ends.append(Scheme.objects.values_list("ends_at", flat=True).get(pk=prepared.subject_id))

    approval = approval_of(prepared, by=by, now=now, look=look)
    context = {
        "prepared": prepared,
        "approval": approval,
        "act": approval.act,
        "subject": subject_of(approval.act, prepared.subject_id, by=by),
        "pages": [b64encode(page).decode() for page in pages],
        "ends_at": ends[-1] if ends else None,
        "may_release": by.duty is Duty.APPROVER and _clean(approval),
        "may_decide": by.duty is Duty.APPROVER,
        "may_take_back": by.duty is Duty.OPERATOR,
        "back": onward(request),
        "refusal": refusal or approval.refusal,
        "tried": refusal is not None,
        "typed": request.POST,
    }
    return render(request, "desks/preparation.html", context, status=status_of(refusal) if refusal else 200)


def _clean(approval: Approval) -> bool:
    return approval.refusal is None and not approval.changed


def _decided(
    request: HttpRequest, prepared: Preparation, *, by: Actor, refusal: Refusal | None = None
) -> HttpResponse:
    """Of a decided one only what may still be known."""
    act = act_called(prepared.act)
    context = {
        "prepared": prepared,
        "act": act,
        "subject": None,
        "title": title_of(act, prepared.subject_id, by=by),
        "ending": ending_of(prepared),
        "back": onward(request),
        "refusal": refusal,
        "tried": True,
        "typed": request.POST,
    }
    return render(request, "desks/preparation.html", context, status=status_of(refusal) if refusal else 200)
