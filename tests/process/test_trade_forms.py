"""The form of trade (交易方式): chosen at the draft, kept to the end, allowed by the rules (spec: trade forms)."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.kinds.trade import TradeForm
from apps.rulebook import presets
from apps.rulebook.commands import install
from apps.stages.award.methods import all_methods
from kernel.audit.models import AuditEntry
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import CENTRE, SELLER, at
from tests.factories.journey import TIMED
from tests.factories.papers import TO_LIST
from tests.factories.traded import Traded

pytestmark = pytest.mark.django_db

WITHOUT_AUCTION = {"forms": ["listing"], **TIMED}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def no(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def rules_from(when: str, rules: dict[str, Any]) -> None:
    """Other rules are in force from then on."""
    install(
        province="410000",
        name="河南省规则",
        legal_basis=["豫自然资投告〔2023〕83号"],
        parameters=presets.parameters("baseline", rules),
        now=at(when),
    )


def test_a_lot_of_which_no_form_is_said_is_a_listing() -> None:
    deal = Traded.stocked()
    deal.draft()
    assert (deal.listing.form, deal.listing.trade.label) == ("listing", "挂牌")


def test_the_form_is_kept_recorded_and_replaced_by_an_amendment() -> None:
    deal = Traded.stocked(TIMED)
    deal.draft(form="auction")
    assert deal.listing.form == TradeForm.AUCTION
    assert AuditEntry.objects.get(verb="listing.draft").after["form"] == "拍卖"
    deal.alone(SELLER, "listing.amend", "03-02 09:10", **deal.facts(form="listing"))
    assert deal.listing.form == TradeForm.LISTING


def test_a_form_that_nobody_declared_is_refused() -> None:
    deal = Traded.stocked(TIMED)
    assert no(lambda: deal.draft(form="raffle")).code is Code.INVALID


@pytest.mark.parametrize(("rules", "says"), [(WITHOUT_AUCTION, "可用：挂牌"), ({}, "限时竞价")])
def test_the_rules_of_the_day_decide_on_the_form_at_the_draft(rules: dict[str, Any], says: str) -> None:
    deal = Traded.stocked(rules)
    refusal = no(lambda: deal.draft(form="auction"))
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, "form")
    assert says in refusal.sentence


@pytest.mark.parametrize("rules", [WITHOUT_AUCTION, {}])
def test_they_decide_again_when_it_is_handed_in(rules: dict[str, Any]) -> None:
    deal = Traded.stocked(TIMED)
    deal.draft(form="auction")
    deal._attach(SELLER, TO_LIST, now=at("03-02 10:00"))
    rules_from("03-02 11:00", rules)
    refusal = no(lambda: deal.both(SELLER, "listing.submit", "03-02 12:00"))
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, "form")


@pytest.mark.parametrize("rules", [WITHOUT_AUCTION, {}])
def test_and_again_when_it_is_announced(rules: dict[str, Any]) -> None:
    deal = Traded.stocked(TIMED)
    deal.draft(form="auction")
    deal.submit()
    deal.review()
    rules_from("03-04 11:00", rules)
    moments: dict[str, Any] = {
        "registration_closes": "2026-03-20T00:00:00+08:00",
        "bidding_opens": "2026-03-25T09:00:00+08:00",
    }
    refusal = no(
        lambda: deal.both(
            CENTRE,
            "announcement.publish",
            "03-05 09:00",
            bidding_closes="2026-03-30T10:00:00+08:00",
            **moments,
        )
    )
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, "form")


def test_every_form_names_a_method_that_there_is() -> None:
    assert {each.terms.method for each in TradeForm} <= {each.code for each in all_methods()}
