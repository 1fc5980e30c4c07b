"""Who is asking: the signed-in person in the duty chosen for this session or request."""

from django.http import HttpRequest

from apps.parties.queries import actor_for
from kernel.actors import PUBLIC, Actor
from kernel.web.filters import whole_number
from kernel.web.origin import address_of

SESSION_KEY = "membership_id"
HEADER = "X-Membership"
_KNOWN = "_exchange_actor"


def actor_of_request(request: HttpRequest) -> Actor:
    """The actor behind a request, read anew for each one, so that a right taken away is gone at the next.

    The duty is the one named in the `X-Membership` header, or chosen in the session, or the person's first.
    """
    if not request.user.is_authenticated:
        return PUBLIC
    chosen = request.headers.get(HEADER) or (
        request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    )
    text = "" if chosen is None else str(chosen)
    # A header that cannot be an id is no choice; a foreign one gives no duty.
    membership_id = whole_number(text)
    key = (request.user.pk, membership_id)
    known: tuple[object, Actor] | None = getattr(request, _KNOWN, None)
    if known is None or known[0] != key:
        known = (key, actor_for(request.user, membership_id=membership_id, address=address_of(request)))
        setattr(request, _KNOWN, known)
    return known[1]
