"""Where a request came from, also behind the proxy in front."""

import ipaddress

_MOST_SIGNS = 64


def client_address(*, remote: str, forwarded: str, proxies: int) -> str:
    """The client's address: what the outermost of our own `proxies` saw, or `remote` where there is none.

    `forwarded` is X-Forwarded-For, to which each proxy adds on the right whom it answered; what stands further left
    was written by the client and is not believed.
    """
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    if proxies and len(seen) >= proxies:
        try:
            return str(ipaddress.ip_address(seen[-proxies]))
        except ValueError:
            pass  # not an address: the connection itself is what is left to believe
    return remote[:_MOST_SIGNS]
