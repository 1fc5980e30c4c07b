"""One's own account (账户安全): the password, and the tokens of one's programs."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.parties import entrance, tokens
from apps.parties.models import Person
from apps.parties.queries import actor_for
from kernel import clock
from kernel.errors import Refusal, Refused
from kernel.web.api import status_of
from kernel.web.filters import whole_number
from kernel.web.origin import address_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Change the password; make and stop tokens. A new token is shown once, on the answer to its making."""
    person, now = request.user, clock.now()
    assert isinstance(person, Person)
    shown: dict[str, Any] = {"form": PasswordChangeForm(person)}
    if request.method == "POST":
        try:
            done = _done(request, person, shown, now=now)
        except Refused as no:
            return _page(request, person, shown, now=now, refusal=no.refusal)
        if done:
            return redirect("/account/")
    return _page(request, person, shown, now=now)


def _done(request: HttpRequest, person: Person, shown: dict[str, Any], *, now: datetime) -> bool:
    """Whether all is said by the page that comes next."""
    step = request.POST.get("step")
    by = actor_for(person, address=address_of(request))
    if step == "password":
        return _changed(request, person, shown)
    if step == "token":
        name, days = request.POST.get("name", "")[:60], whole_number(request.POST.get("days")) or 0
        shown["made"] = tokens.issue(person=person, name=name, days=days, by=by, now=now)
        return False
    if step == "revoke":
        tokens.revoke(token_id=whole_number(request.POST.get("token")) or 0, person=person, by=by, now=now)
        messages.success(request, _("令牌已停用，立即失效。"))
    return True


def _changed(request: HttpRequest, person: Person, shown: dict[str, Any]) -> bool:
    form = PasswordChangeForm(person, request.POST)
    shown["form"] = form
    if not form.is_valid():
        return False
    entrance.change_password(request, person, word=form.cleaned_data["new_password1"])
    # This browser stays signed in; every other login ends with the old password.
    update_session_auth_hash(request, person)
    messages.success(request, _("密码已修改，其他设备上的登录和全部接口令牌已失效。"))
    return True


def _page(
    request: HttpRequest,
    person: Person,
    shown: dict[str, Any],
    *,
    now: datetime,
    refusal: Refusal | None = None,
) -> HttpResponse:
    form = shown["form"]
    wrong = {name: errors[0] for name, errors in form.errors.items()} if form.is_bound else {}
    context = {
        "wrong": wrong,
        "made": shown.get("made"),
        "tokens": list(tokens.valid(person, now=now)),
        "most_days": tokens.MOST_DAYS,
        "days": tokens.LASTS_DAYS,
        "refusal": refusal,
    }
    status = status_of(refusal) if refusal else 400 if wrong else 200
    return render(request, "portal/account.html", context, status=status)
