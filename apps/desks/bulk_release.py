"""Bulk release (批量审核): alike preparations read on one page, released row by row as they were read.

What may be released together is what nothing stands out of. An exception is shown with its reason and opened singly;
it is looked for again at the confirmation, because a finding is no part of the digest. The confirmation is what the
summary has signed for this person: the preparations with the digests that were on the screen, and none other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.desks.access import desk
from apps.desks.bulk import sealed, unsealed
from apps.desks.queue import marks_of
from apps.desks.targets import title_of
from apps.desks.tasks import Marks
from apps.money.names import REFUND_RELEASE
from apps.parties.roles import Can
from apps.stages.review.names import REVIEW_DECIDE
from apps.stages.review.states import OUTCOME_LABELS, Outcome
from kernel.access.models import Preparation
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import Act, act_called
from kernel.acts.bound import Bound, Sort
from kernel.acts.perform import Approval, approval_of, release
from kernel.errors import Code, Refusal, Refused
from kernel.money import ZERO, Yuan
from kernel.web.api import status_of
from kernel.web.filters import whole_number
from kernel.web.opaque import meant

BULK_ACTS = frozenset({REFUND_RELEASE, REVIEW_DECIDE})
"""Acts of which several may be released together."""
MOST = 50
"""So many at once: more nobody reads."""
_WHAT = "bulk_release"


@dataclass(frozen=True)
class Row:
    """One preparation on the summary: what it binds, and why it is none of those released together, if it is not."""

    prepared: Preparation
    title: str
    bound: Bound
    marks: Marks
    exceptions: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came of one row: released, or the sentence why not."""

    prepared: Preparation
    title: str
    amount: Yuan | None
    said: str
    done: bool


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.SIGN_IN)
def bulk(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Read what was selected on one page (GET), release what was read (POST), and hear of each what came of it."""
    try:
        _require_approver(by)
        if request.method == "POST":
            return _released(request, by=by, now=now)
        return _summary(request, by=by, now=now)
    except Refused as no:
        context = {"refusal": no.refusal, "most": MOST}
        return render(request, "desks/bulk_release.html", context, status=status_of(no.refusal))


def _require_approver(by: Actor) -> None:
    if by.duty is not Duty.APPROVER:
        raise Refused.because(Code.NOT_PERMITTED, "批量审核由本单位审核人员办理。")


# --- what is read ---


def _summary(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    selected = _selected(request, by=by)
    act = _one_act(selected)
    read = _of_different_lots([_row(each, act, by=by, now=now) for each in selected], act)
    rows = [each for each in read if not each.exceptions]
    total = sum((each.marks.amount for each in rows if each.marks.amount is not None), ZERO)
    context = {
        "act": act,
        "rows": rows,
        "exceptions": [each for each in read if each.exceptions],
        "total": total if act.name == REFUND_RELEASE else None,
        "sealed": _seal(rows, by=by),
        "gone": len(request.GET.getlist("prepared")) - len(selected),
    }
    return render(request, "desks/bulk_release.html", context)


def _of_different_lots(read: list[Row], act: Act) -> list[Row]:
    """Of several opinions on one lot only the first may go with others: no approver gives two of them."""
    seen: set[int] = set()
    found = []
    for each in read:
        lot = each.prepared.subject_id
        again = act.name == REVIEW_DECIDE and lot in seen
        if again and not each.exceptions:
            found.append(replace(each, exceptions=("同一项目的几项意见须由不同的审核人员审核。",)))
            continue
        if not each.exceptions:
            seen.add(lot)
        found.append(each)
    return found


def _seal(rows: Sequence[Row], *, by: Actor) -> str:
    said = [[each.prepared.pk, each.prepared.digest] for each in rows]
    return sealed(_WHAT, {"organisation": by.organisation_id, "rows": said}, by=by)


def _selected(request: HttpRequest, *, by: Actor) -> list[Preparation]:
    given = [whole_number(each) for each in request.GET.getlist("prepared")[: MOST + 1]]
    if len(given) > MOST:
        raise Refused.because(Code.INVALID, f"一次至多批量审核{MOST}项，请分批办理。")
    ids = {meant(each, "preparation") for each in given if each is not None}
    found = list(waiting(by).filter(pk__in=ids))
    if not found:
        raise Refused.because(Code.INVALID, "请先在待我审核中选择需要批量审核的事项。")
    return found


def _one_act(selected: Sequence[Preparation]) -> Act:
    names = {each.act for each in selected}
    if len(names) > 1:
        raise Refused.because(Code.INVALID, "一次只能批量审核同一种事项，请分别选择。")
    [name] = names
    if name not in BULK_ACTS:
        raise Refused.because(Code.INVALID, f"“{act_called(name).label}”不能批量审核，请逐项打开审核。")
    return act_called(name)


def _row(prepared: Preparation, act: Act, *, by: Actor, now: datetime) -> Row:
    approval = approval_of(prepared, by=by, now=now)
    return Row(
        prepared=prepared,
        title=title_of(act, prepared.subject_id, by=by),
        bound=approval.bound,
        marks=marks_of(msgspec.to_builtins(approval.bound)),
        exceptions=tuple(_exceptions(approval, by=by)),
    )


def _exceptions(approval: Approval, *, by: Actor) -> list[str]:
    """Everything that makes a preparation one to be opened by itself; empty for what may go with others."""
    prepared = approval.prepared
    found = []
    if prepared.prepared_by_id == by.person_id:
        found.append("由您本人经办，须由本单位其他审核人员审核。")
    if approval.refusal is not None:
        found.append(approval.refusal.sentence)
    if approval.changed:
        found.append("提交审核后内容已发生变化。")
    found += approval.bound.findings
    if prepared.act == REVIEW_DECIDE:
        found += _of_opinion(prepared.payload, approval.bound)
    elif not _accounts(approval.bound):
        found.append("收款账户未显示，须逐项核对。")
    return found


def _of_opinion(payload: Mapping[str, Any], bound: Bound) -> list[str]:
    """An opinion goes with others if it passes, every point holds, and nothing had to be explained."""
    found = []
    outcome = str(payload.get("outcome", ""))
    if outcome != Outcome.PASS:
        label = OUTCOME_LABELS[Outcome(outcome)] if outcome in list(Outcome) else outcome
        found.append(f"审查结论为“{label}”。")
    if str(payload.get("reason", "")).strip():
        found.append("意见附有理由，须逐项阅读。")
    found += [f"{each.label}：未确认" for each in bound.facts if each.value == "未确认"]
    found += [f"{each.label}须逐项阅读。" for each in bound.facts if each.label.endswith("的书面说明")]
    return found


def _accounts(bound: Bound) -> list[str]:
    return [each.value for each in bound.facts if each.sort is Sort.ACCOUNT]


# --- what is released ---


def _released(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    shown = _shown(request, by=by)
    results = [_one(pk, seen, by=by, now=now) for pk, seen in shown]
    done = [each for each in results if each.done]
    amounts = [each.amount for each in done if each.amount is not None]
    context = {
        "results": results,
        "done": len(done),
        "refused": len(results) - len(done),
        "total": sum(amounts, ZERO) if amounts else None,
    }
    return render(request, "desks/bulk_released.html", context)


def _shown(request: HttpRequest, *, by: Actor) -> list[tuple[int, str]]:
    """The preparations that the summary showed to this very person, each with its digest."""
    stale = Refusal(Code.TEXT_CHANGED, "确认内容与所见内容不一致或已过时，请重新选择并核对后再审核。")
    try:
        said = unsealed(_WHAT, request.POST.get("sealed", ""), by=by)
    except Refused as no:
        raise Refused(stale) from no
    if said["organisation"] != by.organisation_id:  # the same person in another duty
        raise Refused(stale)
    return [(int(pk), str(seen)) for pk, seen in said["rows"]][:MOST]


def _one(pk: int, seen: str, *, by: Actor, now: datetime) -> Result:
    """Release one row as it was shown; each in a transaction of its own, through the act's command."""
    prepared = Preparation.objects.get(pk=pk, organisation_id=by.organisation_id)
    act = act_called(prepared.act)
    title = title_of(act, prepared.subject_id, by=by)
    amount = marks_of(prepared.bound).amount if prepared.act == REFUND_RELEASE else None
    try:
        _require_alike(prepared, act, by=by, now=now)
        release(preparation_id=pk, seen=seen, by=by, now=now)
    except Refused as no:
        return Result(prepared, title, amount, _sentence(prepared, no.refusal), done=False)
    return Result(prepared, title, amount, _("已办理"), done=True)


def _require_alike(prepared: Preparation, act: Act, *, by: Actor, now: datetime) -> None:
    """Refuse what has come to stand out since it was shown. What changed is left to the release, which voids it."""
    if prepared.decided_at is not None:
        return
    if prepared.act not in BULK_ACTS:
        raise Refused.because(Code.INVALID, f"“{act.label}”不能批量审核，请逐项打开审核。")
    approval = approval_of(prepared, by=by, now=now)
    if approval.changed or approval.refusal is not None:
        return
    exceptions = _exceptions(approval, by=by)
    if exceptions:
        raise Refused.because(Code.TEXT_CHANGED, f"不能批量审核，请单独打开核对：{''.join(exceptions)}")


def _sentence(prepared: Preparation, refusal: Refusal) -> str:
    """Why not; of what a colleague has decided meanwhile, who did."""
    now_stands = Preparation.objects.get(pk=prepared.pk)
    if refusal.code is Code.NOT_FOUND and now_stands.decided_at is not None:
        if now_stands.released:
            return _("此前已由%(name)s审核通过，未重复办理。") % {"name": now_stands.decided_by_name}
        return _("此前已退回、撤回或作废，未办理。")
    return refusal.sentence
