"""Where one goes on when an act is done (办完后返回): to the list that it was opened from, if the address says so."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.acts.act import Act
from kernel.web.opaque import shown

_OWN = ("/desk/acts/", "/desk/preparations/")
"""Pages that lead back."""
_LONGEST = 600


def onward(request: HttpRequest) -> str:
    """The page of the desk that the address names under `next`; empty for none, and for anything else than that.

    Only a path of this very site is taken, never another host's, so that no link from elsewhere leads away from here.
    """
    given = request.GET.get("next", "")
    path = given.partition("?")[0]
    plain = (
        given.isprintable() and len(given) <= _LONGEST and not any(sign in path for sign in ("..", "%", "\\"))
    )
    safe = url_has_allowed_host_and_scheme(given, allowed_hosts=None) and given.startswith("/desk/")
    return given if plain and safe else ""


def leading_back(address: str, back: str) -> str:
    """The address of an act or a preparation that leads back to `back`; any other is left as it is."""
    if not back or not address.startswith(_OWN):
        return address
    path, _, query = address.partition("?")
    said = urlencode({"next": back}, safe="/")
    return f"{path}?{query}&{said}" if query else f"{path}?{said}"


def act_address(act: Act, subject_id: int) -> str:
    """The page of an act on one subject. Documents are addressed by what is shown of them: their ids count those that
    are hidden before a close.
    """
    number = shown(subject_id, "document") if act.subject == "document_id" else subject_id
    return f"/desk/acts/{act.name}/{number}/"
