"""Coming in and going out: login, logout, and the duty somebody acts in."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views import View

from apps.parties.models import Membership, Person
from apps.parties.queries import memberships
from apps.parties.web import SESSION_KEY
from kernel.actors import Role


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
    """Ends the session; back to the home page."""

    http_method_names = ["post", "options"]


class ChooseDuty(LoginRequiredMixin, View):
    """In which of several duties somebody acts in this session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The duties to choose from."""
        return render(
            request, "portal/duty.html", {"memberships": self._mine(), "platform": str(Role.PLATFORM)}
        )

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
