"""The province's rules on the desk: versions, two of them side by side, and a case tried on a draft."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps import rehearsal
from apps.desks.access import desk
from apps.parties.roles import Can
from apps.rehearsal import trials
from apps.rehearsal.models import Trial
from apps.rehearsal.names import RULEBOOK_TRY
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import differences, in_force, side_by_side, versions
from apps.rulebook.subjects import SUPPLEMENTARY, Subject, all_subjects
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.errors import Code, Refused, not_found
from kernel.web.strict_json import storable_json

_MOST_TRIALS = 20
SAMPLES = Path(rehearsal.__file__).parent / "samples"


def _books(by: Actor, subject: Subject = SUPPLEMENTARY) -> list[Rulebook]:
    return list(versions(province=f"{by.region[:2]}0000", subject=subject))


def _subject(request: HttpRequest) -> Subject:
    """The subject that the address names; how supplementary quota is traded when it names none."""
    asked = request.GET.get("subject", "")
    return next((each for each in all_subjects() if each.code == asked), SUPPLEMENTARY)


@require_safe
@desk(Can.OVERSEE)
def rulebooks(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The versions of the province's rulebook, each with what it changed; which is in force; the trials."""
    subject = _subject(request)
    books = _books(by, subject)
    rows = [(book, differences(books[index - 1], book) if index else []) for index, book in enumerate(books)]
    tried = Trial.objects.filter(rulebook__province=f"{by.region[:2]}0000").select_related("rulebook")
    context = {
        "rows": list(reversed(rows)),
        "books": list(reversed(books)),
        "in_force": in_force(province=f"{by.region[:2]}0000", subject=subject, now=now),
        "subject": subject,
        "subjects": all_subjects(),
        "trials": list(tried.defer("case", "result", "beside_result").order_by("-id")[:_MOST_TRIALS]),
        "may_draft": by.can(Can.DECIDE_FOR_PROVINCE) and by.duty is Duty.OPERATOR,
        "may_approve": by.can(Can.DECIDE_FOR_PROVINCE),
        "may_try": by.can(Can.DECIDE_FOR_PROVINCE) and subject is SUPPLEMENTARY,
        "by": by,
    }
    return render(request, "desks/rulebooks.html", context)


def _book(books: list[Rulebook], text: str) -> Rulebook | None:
    return next((each for each in books if str(each.pk) == text), None)


@require_safe
@desk(Can.OVERSEE)
def compare(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Two versions side by side, every parameter, the changed ones marked."""
    subject = _subject(request)
    books = _books(by, subject)
    if not books:
        raise not_found("规则版本")
    new = _book(books, request.GET.get("new", "")) or books[-1]
    older = [each for each in books if each.version < new.version]
    old = _book(books, request.GET.get("old", "")) or (older[-1] if older else new)
    rows = side_by_side(old, new)
    only = request.GET.get("only") == "changed"
    context = {
        "subject": subject,
        "books": list(reversed(books)),
        "old": old,
        "new": new,
        "only": only,
        "count": sum(1 for each in rows if each.changed),
        "rows": [each for each in rows if each.changed or not only],
    }
    return render(request, "desks/rulebook_compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.DECIDE_FOR_PROVINCE)
def try_case(request: HttpRequest, *, by: Actor, now: datetime, rulebook_id: int) -> HttpResponse:
    """Choose or upload a case file and have it tried on a version; the worker plays it."""
    book = _book(_books(by), str(rulebook_id))
    if book is None:
        raise not_found("规则版本")
    context: dict[str, Any] = {"book": book, "samples": samples(), "chosen": request.POST.get("sample", "")}
    if request.method != "POST":
        return render(request, "desks/rulebook_try.html", context)
    try:
        case = _case(request)
        done = perform(act_called(RULEBOOK_TRY), subject_id=book.pk, data={"case": case}, by=by, now=now)
    except Refused as no:
        return render(request, "desks/rulebook_try.html", context | {"refusal": no.refusal}, status=400)
    messages.success(request, _("已提交试算，由后台进程运行，通常在一分钟内完成。"))
    return redirect(f"/desk/rulebooks/trials/{done.answer['trial']}/")


def samples() -> list[tuple[str, str]]:
    """(file name, title) of the case files that come with the exchange."""
    found = []
    for path in sorted(SAMPLES.glob("*.json")):
        found.append((path.stem, str(json.loads(path.read_text(encoding="utf-8")).get("title") or path.stem)))
    return found


def _case(request: HttpRequest) -> dict[str, Any]:
    upload, chosen = request.FILES.get("file"), request.POST.get("sample", "")
    if upload is not None:
        content = upload.read(trials.MOST_BYTES + 1)
        if len(content) > trials.MOST_BYTES:
            raise Refused.because(Code.INVALID, "案例文件超过512 KB。")
    elif chosen in [name for name, _title in samples()]:
        content = (SAMPLES / f"{chosen}.json").read_bytes()
    else:
        raise Refused.because(Code.INVALID, "请选择一个案例，或上传案例文件。")
    try:
        found = storable_json(content)
    except ValueError as error:
        raise Refused.because(Code.INVALID, "案例文件不是UTF-8编码的JSON。") from error
    if not isinstance(found, dict):
        raise Refused.because(Code.INVALID, "案例文件的最外层须为对象。")
    return found


@require_safe
@desk(Can.OVERSEE)
def trial(request: HttpRequest, *, by: Actor, now: datetime, trial_id: int) -> HttpResponse:
    """How a trial stands; when it is done, its figures beside those under the rules in force."""
    found = (
        Trial.objects.filter(pk=trial_id, rulebook__province=f"{by.region[:2]}0000")
        .select_related("rulebook", "beside")
        .first()
    )
    if found is None:
        raise not_found("试算")
    rows = trials.compared(found.beside_result, found.result) if found.result else []
    context = {
        "trial": found,
        "status_label": trials.STATUS_LABELS[trials.TrialStatus(found.status)],
        "open": found.status in trials.OPEN,
        "rows": rows,
        "changed": [each for each in rows if each.changed],
    }
    template = (
        "desks/rulebook_trial_state.html"
        if request.headers.get("HX-Request")
        else "desks/rulebook_trial.html"
    )
    answer = render(request, template, context)
    answer.headers["Cache-Control"] = "no-store"
    return answer
