"""How often one may ask the API, by person and, for strangers, by the one address that the site believes."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from kernel.web.origin import address_of


class StrangersThrottle(AnonRateThrottle):
    """Requests without a login, by address."""

    def get_ident(self, request: Request) -> Any:
        """The address behind our own proxies."""
        return address_of(request._request)


class PersonsThrottle(UserRateThrottle):
    """Requests of somebody who is signed in."""

    def get_ident(self, request: Request) -> Any:
        """The address behind our own proxies."""
        return address_of(request._request)
