"""Every role × every address, from the URL configuration, against a reviewed file (failure 34).

`matrix.csv` says what each role is answered on an own lot in bidding: the status of a GET, or of a POST with an empty
body (which never does anything). A new address without a row fails.
"""

import csv
import re
from pathlib import Path

from tests.api.market import FAR, FIELD, STAFF, Market
from tests.api.test_secrecy import patterns

ROLES = ("public", "seller", "a", "b", "outsider", *STAFF, *FAR, *FIELD, "platform")
"""A seller, bidders of two kinds, somebody without a part, staff, who makes quota, the same of another province."""

MATRIX = Path(__file__).parent / "matrix.csv"


def _rows() -> dict[tuple[str, str], dict[str, str]]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["address"]): row for row in csv.DictReader(file)}


def _asked() -> list[tuple[str, str]]:
    found = []
    for pattern in patterns():
        if pattern.name == "nowhere":
            continue
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        found += [
            (method, str(pattern.pattern)) for method in ("GET", "POST") if hasattr(view, method.lower())
        ]
    return found


def _address(route: str, market: Market) -> str:
    """On the lot itself where a lot is the subject; on an id that there is not for everything else."""
    on_lot = route.startswith("listings/")
    route = re.sub("<[a-z_]+:(listing|subject)_id>", str(market.listing_id if on_lot else 999_999), route)
    for placeholder in (
        "document",
        "attachment",
        "registration",
        "objection",
        "notice",
        "preparation",
        "token",
        "verification",
        "adjustment",
        "demand",
        "fund",
        "certificate",
        "rulebook",
    ):
        route = re.sub(f"<[a-z_]+:{placeholder}_id>", "999999", route)
    return f"/api/v1/{route.replace('<str:province>', '410000')}"


def answers(market: Market) -> list[dict[str, str]]:
    """What each role is answered, for the file."""
    rows = []
    clients = {role: market.asked_by(role) for role in ROLES}
    for method, route in _asked():
        row = {"method": method, "address": route}
        for role, client in list(clients.items()):
            address = _address(route, market)
            form = "multipart" if "attachments/" in route or route == "verify/" else "json"
            answer = client.get(address) if method == "GET" else client.post(address, {}, format=form)
            row[role] = str(answer.status_code)
            if route == "logout/":  # their token has ended
                clients[role] = market.asked_by(role)
        rows.append(row)
    return rows


def test_every_role_is_answered_at_every_address_as_the_reviewed_file_says(bidding: Market) -> None:
    expected = _rows()
    found = answers(bidding)
    assert {(row["method"], row["address"]) for row in found} == set(expected), "an address without a row"
    differing = [
        f"{row['method']} {row['address']} for {role}: {row[role]}, not {expected[row['method'], row['address']][role]}"
        for row in found
        for role in ROLES
        if row[role] != expected[row["method"], row["address"]][role]
    ]
    assert differing == []
