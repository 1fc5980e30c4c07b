"""Coming in and going out: login, logout, and the duty somebody acts in."""

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import View

from apps.parties.commands import accept_invitation
from apps.parties.models import Membership, Person
from apps.parties.queries import memberships, open_invitation
from apps.parties.web import SESSION_KEY
from kernel import clock
from kernel.errors import Refused
from kernel.web.origin import address_of


class Login(LoginView):
    """Name and password; somebody with several duties chooses one next."""

    template_name = "portal/login.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """The desk, or the choice of a duty when there are several."""
        person = self.request.user
        many = isinstance(person, Person) and len(memberships(person)) > 1
        return "/duty/" if many else "/desk/"


class Logout(LogoutView):
    """Ends the session; back to the home page. An address alone ends none: whoever opens it is led there too."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The home page, where the button is."""
        return HttpResponseRedirect("/")


class ChooseDuty(LoginRequiredMixin, View):
    """In which of several duties somebody acts in this session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The duties to choose from."""
        return render(request, "portal/duty.html", {"memberships": self._mine()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the chosen one; anything that is not one's own is ignored."""
        chosen = request.POST.get("membership", "")
        if chosen in [str(each.pk) for each in self._mine()]:
            request.session[SESSION_KEY] = int(chosen)
            return HttpResponseRedirect("/desk/")
        return self.get(request)

    def _mine(self) -> list[Membership]:
        person = self.request.user
        return list(memberships(person)) if isinstance(person, Person) else []


def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Setting one's own password by a link that works once. An unknown, used or late one is not found."""
    now = clock.now()
    found = open_invitation(secret, now=now)
    if found is None:
        raise Http404
    form = SetPasswordForm(found.person, request.POST or None)
    form.fields["new_password1"].label, form.fields["new_password2"].label = _("新密码"), _("再次输入新密码")
    if request.method == "POST" and form.is_valid():
        hashed = make_password(form.cleaned_data["new_password1"])
        try:
            accept_invitation(secret=secret, password_hash=hashed, address=address_of(request), now=now)
        except Refused as no:
            raise Http404 from no
        messages.success(request, _("密码已设置，请登录。"))
        return HttpResponseRedirect("/login/")
    response = render(request, "portal/invitation.html", {"form": form}, status=400 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"  # without an origin the form would be refused
    return response
