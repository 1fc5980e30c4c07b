"""A program made from the schema by a generator, against servers as production starts them: it signs in, lists, bids.

The generator is openapi-python-client; what it makes lies in the test's own folder.
"""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password

from apps.parties.models import Person
from apps.stages.bidding.models import Bid
from config.env import ROOT
from kernel.availability.commands import set_shared_clock
from tests.browser.live_site import LiveSite
from tests.factories.deal import A, B, Deal, at

_WORD = "Tong-Xu-2026!"
_PACKAGE = "exchange_client"
# Files come as they are; a generator that knows no PDF is told that it is one.
_CONFIG = {
    "post_hooks": [],
    "content_type_overrides": {
        "application/pdf": "application/octet-stream",
        "application/zip": "application/octet-stream",
    },
}


@pytest.fixture(scope="module")
def site(database: str, market: Deal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """Pages and the live process on a lot in bidding, and passwords for its bidders."""
    set_shared_clock(stands_at=at("03-26 12:00"))
    for key in (A, B):
        hashed = make_password(_WORD, hasher=PBKDF2PasswordHasher())
        Person.objects.filter(pk=market.operator(key).person_id).update(password=hashed)
    made = LiveSite(database, tmp_path_factory.mktemp("site"), Path(settings.MEDIA_ROOT))
    with made.serving():
        yield made


@pytest.fixture(scope="module")
def client_package(site: LiveSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated package, from the schema that the running site serves."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "config.json").write_text(json.dumps(_CONFIG))
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")), "generate",
            "--url", f"{site.origin}/api/v1/schema/?format=json", "--config", str(folder / "config.json"),
            "--meta", "none", "--output-path", str(folder / _PACKAGE), "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: importlib.import_module(f"{_PACKAGE}.{name}")
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == _PACKAGE]:
            del sys.modules[name]


def _signed_in(site: LiveSite, package: Any, username: str) -> Any:
    form = package("models").LoginFormRequest(username=username, password=_WORD)
    with package("client").Client(base_url=site.origin) as stranger:
        answer = package("api.sign_in.login_create").sync_detailed(client=stranger, body=form)
    assert answer.status_code == 200, answer.content
    return package("client").AuthenticatedClient(
        base_url=site.origin, token=answer.parsed.token, prefix="Token"
    )


def test_a_generated_client_signs_in_lists_and_bids(
    site: LiveSite, market: Deal, client_package: Any
) -> None:
    names = {key: Person.objects.get(pk=market.operator(key).person_id).username for key in (A, B)}
    package = client_package
    with _signed_in(site, package, names[A]) as mine, _signed_in(site, package, names[B]) as other:
        _lists_and_bids(site, market, package, mine, other, username=names[A])
    with package("client").Client(base_url=site.origin) as stranger:
        no = package("api.registrations.registrations_list").sync_detailed(client=stranger)
    assert (int(no.status_code), no.headers["www-authenticate"]) == (401, "Token")


def _lists_and_bids(
    site: LiveSite, market: Deal, package: Any, mine: Any, other: Any, *, username: str
) -> None:
    assert package("api.sign_in.me_retrieve").sync(client=mine).username == username
    found = package("api.listings.listings_list").sync(client=mine).results
    assert market.listing_id in [each.id for each in found]
    lot = package("api.listings.listing").sync(listing_id=market.listing_id, client=mine)
    assert lot.id == market.listing_id
    # The API's own address.
    bid = package("models").BidFormRequest(unit_price="50000.00")
    placed = package("api.acts.act_bid_place").sync(
        subject_id=market.listing_id, client=mine, body=bid, idempotency_key="one"
    )
    assert (placed.outcome.value, placed.detail.sequence, placed.detail.unit_price) == ("done", 1, "50000.00")
    again = package("api.acts.act_bid_place").sync(
        subject_id=market.listing_id, client=mine, body=bid, idempotency_key="one"
    )
    assert (again.outcome.value, again.detail.hash_) == ("repeated", placed.detail.hash_)
    # The live process, by ticket.
    ticket = package("api.live.listings_bid_ticket_create").sync(listing_id=market.listing_id, client=other)
    over = package("models").LiveBidRequest(unit_price="55000.00", request_id="two")
    with package("client").AuthenticatedClient(
        base_url=f"http://127.0.0.1:{site.live_port}", token=ticket.ticket, prefix="Ticket"
    ) as live:
        receipt = package("api.live.live_bid").sync(listing_id=market.listing_id, client=live, body=over)
        assert package("api.live.live_time").sync(client=live).now is not None
    assert receipt.to_dict().get("outcome") == "done", receipt.to_dict()
    assert receipt.detail.sequence == 2
    assert [str(each.unit_price) for each in Bid.objects.filter(listing_id=market.listing_id).order_by("sequence")] == [
        "50000.00", "55000.00",
    ]  # fmt: skip
    # What is refused is typed as well.
    low = package("api.acts.act_bid_place").sync(
        subject_id=market.listing_id, client=mine, body=bid, idempotency_key="three"
    )
    assert low.code == "below_increment"
