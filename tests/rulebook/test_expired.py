"""Rules that have lapsed are not rules that never were (spec: the rulebook)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from apps.kinds.table import QuotaClass
from apps.listings import queries as listings
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.rulebook import presets
from apps.rulebook.commands import install
from apps.rulebook.models import Rulebook
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters
from apps.rulebook.queries import in_force_or_never
from apps.rulebook.subjects import SUPPLEMENTARY, Subject
from apps.stages.application import commands as application
from kernel import clock
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import CENTRE, PROVINCE, SELLER, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
LAST = date(2026, 3, 4)


def lapsed(subject: Subject, parameters: Any, *, province: str = "410000") -> None:
    """Approved, and past its last day on 5 March 2026."""
    Rulebook.objects.create(
        province=province, subject=subject.code, version=9, name="河南省旧规则", legal_basis=["演示"],
        valid_from=date(2020, 1, 1), valid_to=LAST, parameters=parameters.as_json(), drafted_by_id=-1,
        drafted_at=NOW, approved_by_id=-2, approved_at=NOW,
    )  # fmt: skip


def no(call: Callable[[], Any]) -> Refusal:
    """The refusal of what must be refused."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def submit(deal: Deal, listing_id: int) -> None:
    first, deal.listing_id = deal.listing_id, listing_id
    try:
        deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=listing_id)
    finally:
        deal.listing_id = first


def test_price_tables_past_their_last_day_take_no_application_no_announcement_and_compute_nothing() -> None:
    deal = Deal.begun()
    draft = deal.draft_again(now=NOW)
    lapsed(PRICES, PriceParameters())
    guide = {"kind": "farmland_area", "land_class": "dry", "region": "410222", "grade": 7}
    for refusal in (
        no(lambda: submit(deal, draft)),
        no(deal.announce),
        no(lambda: perform(act_called("guide.compute"), data=guide, by=deal.operator(CENTRE), now=NOW)),
    ):
        assert (refusal.code, refusal.detail) == (Code.RULE_EXPIRED, {"valid_to": "2026-03-04"})
        assert "河南省旧规则" in refusal.sentence
    assert Listing.objects.get(pk=draft).state is ListingStatus.DRAFT
    assert deal.listing.state is ListingStatus.APPROVED


def test_rules_past_their_last_day_take_no_application_and_no_announcement() -> None:
    def find(now: Any, province: str = "360000") -> Rulebook | None:
        return in_force_or_never(province=province, subject=SUPPLEMENTARY, now=now)

    assert find(NOW) is None
    lapsed(SUPPLEMENTARY, presets.parameters("henan"), province="360000")
    assert find(at("03-04 23:59")) is not None
    refusal = no(lambda: find(at("03-05 00:00")))
    assert (refusal.code, refusal.detail) == (Code.RULE_EXPIRED, {"valid_to": "2026-03-04"})
    assert (
        no(lambda: listings.rules_now(province="360000", of=QuotaClass.SUPPLEMENTARY, now=NOW)).code
        is Code.RULE_EXPIRED
    )
    assert find(NOW, "640000") is None
    assert (
        no(lambda: listings.rules_now(province="640000", of=QuotaClass.SUPPLEMENTARY, now=NOW)).code
        is Code.INVALID
    )
    install(
        province="360000",
        name="江西省规则",
        legal_basis=["演示"],
        parameters=presets.parameters("henan"),
        now=NOW,
    )
    assert find(NOW) is not None


def test_staff_of_the_province_read_on_their_desk_which_rules_are_past_their_last_day(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    deal = Deal.begun()
    lapsed(PRICES, PriceParameters())

    def desk(key: str) -> str:
        browser = Client()
        browser.force_login(deal.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
        with clock.simulated(NOW):
            return browser.get("/desk/").content.decode()

    for key in (CENTRE, PROVINCE):
        page = desk(key)
        assert "价格规则已于 2026-03-04 到期" in page
        assert f"/rules/410000/9/?subject={PRICES.code}" in page
    assert "价格规则已于" not in desk(SELLER)
    install(
        province="410000",
        name="新价格表",
        legal_basis=["演示"],
        parameters=PriceParameters(),
        subject=PRICES,
        now=NOW,
    )
    assert "价格规则已于" not in desk(CENTRE)
