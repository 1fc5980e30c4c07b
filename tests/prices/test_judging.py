"""Price rows before a lot: refused, capped, or a finding; kept with its rules (spec: price and risk, 2 and 8.7)."""

from datetime import datetime
from typing import Any

import pytest

from apps.land.models import Part
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.prices.rules import Judging
from apps.rulebook.commands import approve, install
from apps.rulebook.models import Rulebook
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters, PriceRow
from apps.stages.announcement import commands as announcement
from apps.stages.application import commands as application
from apps.stages.award.models import Award
from apps.stages.bidding.models import AuctionResult
from apps.stages.review import queries as review
from apps.stages.review.states import Heading
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from tests.factories.deal import CENTRE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.journey import bid

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
ROW: dict[str, Any] = {
    "class": "supplementary", "kind": "farmland_area", "region": "410000", "what": "lowest", "amount": "50000.01",
    "valid_from": "2025-01-01", "document_no": "演示价〔2025〕1号", "effect": "bind",
}  # fmt: skip


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def tables(*rows: dict[str, Any], now: datetime = NOW) -> Rulebook:
    """Another version of Henan's prices, in force at once."""
    return install(
        province="410000", name="河南省价格规则", legal_basis=["演示价〔2025〕1号"], now=now, subject=PRICES,
        parameters=PriceParameters.model_validate({"rows": rows}),
    )  # fmt: skip


def no(call: Any) -> Refusal:
    """The refusal of what must be refused."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def submit(deal: Deal) -> None:
    """A second lot of 10 亩 at 50,000 元/亩 is handed in."""
    deal.listing_id = deal.draft_again(now=NOW)
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=deal.listing_id)


def findings(deal: Deal) -> list[str]:
    return [each.sentence for each in review.findings(deal.listing) if each.subject is Heading.PRICE]


def test_a_start_one_fen_below_the_lowest_that_binds_is_not_handed_in(deal: Deal) -> None:
    tables(ROW)
    first = deal.listing_id
    refusal = no(lambda: submit(deal))
    assert refusal.code is Code.PRICE_OUT_OF_GUIDANCE
    assert refusal.detail == {"price": "50000.00", "bound": "50000.01", "what": "lowest"}
    assert deal.listing_id != first
    assert deal.listing.state is ListingStatus.DRAFT


def test_a_start_one_fen_above_the_highest_that_binds_is_not_handed_in(deal: Deal) -> None:
    tables(ROW | {"what": "highest", "amount": "49999.99"})
    assert no(lambda: submit(deal)).detail["what"] == "highest"


def test_the_same_row_that_warns_is_a_finding_and_one_that_shows_is_none(deal: Deal) -> None:
    tables(ROW | {"effect": "warn"})
    submit(deal)
    assert findings(deal) == ["起始价50,000.00低于最低价50,000.01元/亩（演示价〔2025〕1号）"]


def test_a_row_that_only_shows_says_nothing(deal: Deal) -> None:
    tables(ROW | {"effect": "show"})
    submit(deal)
    assert findings(deal) == []
    assert deal.listing.rules_copy["prices"]["rows"]["lowest"]["effect"] == "show"


def test_a_row_of_a_land_class_judges_where_every_part_behind_the_batches_is_of_it(deal: Deal) -> None:
    assert set(Part.objects.values_list("land_class", flat=True)) == {"irrigated"}
    tables(ROW | {"land_class": "dry"})
    submit(deal)
    tables(ROW | {"land_class": "irrigated"})
    assert no(lambda: submit(deal)).code is Code.PRICE_OUT_OF_GUIDANCE


def test_without_price_rules_a_lots_copy_is_as_it_was(deal: Deal) -> None:
    submit(deal)
    assert "prices" not in deal.listing.rules_copy


def test_the_rows_are_taken_anew_at_the_announcement_and_refuse_there(deal: Deal) -> None:
    tables(ROW)
    refusal = no(deal.announce)
    assert refusal.code is Code.PRICE_OUT_OF_GUIDANCE
    assert deal.listing.state is ListingStatus.APPROVED
    tables(ROW | {"amount": "50000"}, now=NOW)
    deal.announce()
    assert deal.listing.rules_copy["prices"]["version"] == 2


def test_a_later_version_changes_no_announced_lot(deal: Deal) -> None:
    tables(ROW | {"what": "highest", "amount": "60000"})
    deal.announce()
    before = deal.listing
    tables(ROW | {"what": "highest", "amount": "50000"})
    deal.register(A)
    assert deal.listing.rules_copy == before.rules_copy
    assert deal.listing.ceiling == before.ceiling == Yuan(60000)


def test_a_reserve_price_out_of_the_bids_reach_is_not_handed_in(deal: Deal) -> None:
    tables(ROW | {"what": "highest", "amount": "60000"})
    deal.listing_id = deal.draft_again(now=NOW)
    lot = application.facts_of(deal.listing)
    for reserve, refused in ((60001, True), (60000, False)):
        facts = {**lot.__dict__, "reserve_price": Yuan(reserve)}
        application.amend(
            listing_id=deal.listing_id, lot=application.LotFacts(**facts), by=deal.operator(SELLER), now=NOW
        )

        def handed() -> None:
            deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=deal.listing_id)

        if refused:
            assert no(handed).detail == {"field": "reserve_price"}
        else:
            handed()


def test_a_reserve_price_above_a_cap_that_came_later_is_not_announced_nor_told(deal: Deal) -> None:
    deal.listing_id = deal.draft_again(now=NOW)
    facts = {**application.facts_of(deal.listing).__dict__, "reserve_price": Yuan("60000.01")}
    application.amend(
        listing_id=deal.listing_id, lot=application.LotFacts(**facts), by=deal.operator(SELLER), now=NOW
    )
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=deal.listing_id)
    Listing.objects.filter(pk=deal.listing_id).update(status=ListingStatus.APPROVED)
    tables(ROW | {"what": "highest", "amount": "60000"})
    refusal = no(deal.announce)
    assert (refusal.code, refusal.detail) == (Code.INVALID, {"field": "reserve_price"})
    assert "60000.01" not in refusal.sentence.replace(",", "")
    assert deal.listing.state is ListingStatus.APPROVED


def test_two_at_the_highest_are_drawn_and_nobody_goes_above_it(deal: Deal) -> None:
    tables(ROW | {"what": "highest", "amount": "60000"})
    deal.announce()
    for key in (A, B):
        deal.register(key)
    assert deal.listing.ceiling == Yuan(60000)
    deal.run(at("03-25 09:00"))
    bid(deal, A, 60000, now=at("03-25 09:30"))
    refusal = no(lambda: bid(deal, B, "60000.01", now=at("03-25 09:40")))
    assert refusal.code is Code.ABOVE_CEILING
    bid(deal, B, 60000, now=at("03-25 09:50"))
    deal.run(at("03-30 10:00"))
    assert deal.listing.state is ListingStatus.CLOSED
    assert Award.objects.get().unit_price == Yuan(60000)
    result = AuctionResult.objects.get()
    assert (result.drawn, len(result.draw_paddles)) == (True, 2)


def supplement(deal: Deal) -> None:
    deal.do(
        CENTRE,
        "announcement.amend",
        announcement.amend,
        now=at("03-06 09:00"),
        listing_id=deal.listing_id,
        text="变更联系方式",
        contact="李某 0371-1",
    )


def test_a_lot_that_price_tables_cap_may_still_be_supplemented(deal: Deal) -> None:
    tables(ROW | {"what": "highest", "amount": "60000"})
    deal.announce()
    supplement(deal)
    assert (deal.listing.contact, deal.listing.ceiling) == ("李某 0371-1", Yuan(60000))


def test_a_lot_with_a_ceiling_by_its_start_may_still_be_supplemented() -> None:
    deal = Deal.begun(rules={"ceiling": {"kind": "percent_of_start", "value": "1.5"}})
    deal.announce()
    supplement(deal)
    assert (deal.listing.contact, deal.listing.ceiling) == ("李某 0371-1", Yuan(75000))


@pytest.mark.parametrize("named", [None, Yuan(75000)])
def test_the_cap_of_a_price_table_is_not_what_the_seller_set(named: Yuan | None) -> None:
    deal = Deal.begun(ceiling=named)
    tables(ROW | {"what": "highest", "amount": "60000"})
    deal.announce()
    assert (deal.listing.named_ceiling, deal.listing.ceiling) == (named, Yuan(60000))
    assert application.facts_of(deal.listing).ceiling == named


# --- the rules themselves ---


def test_two_rows_valid_for_one_thing_are_refused_at_approval_and_named(deal: Deal) -> None:
    twice = [ROW, ROW | {"region": "41", "amount": "60000"}]
    facts: dict[str, Any] = {
        "province": "410000", "name": "河南省价格规则", "legal_basis": ["演示价〔2025〕1号"],
        "valid_from": "2026-01-01", "subject": "prices",
    }  # fmt: skip
    made = perform(
        act_called("rulebook.draft"),
        data=facts | {"parameters": {"rows": twice}},
        by=deal.operator(PROVINCE),
        now=NOW,
    ).answer["rulebook"]
    approval = act_called("rulebook.approve")
    refusal = no(lambda: perform(approval, subject_id=made, by=deal.operator(PROVINCE), now=NOW))
    assert refusal.code is Code.INVALID
    assert "50,000.01" in refusal.detail["first"]
    assert "60,000" in refusal.detail["second"]
    assert Rulebook.objects.get(pk=made).approved_at is None
    sound = perform(
        act_called("rulebook.draft"),
        data=facts | {"parameters": {"rows": [ROW]}},
        by=deal.operator(PROVINCE),
        now=NOW,
    ).answer["rulebook"]
    deal.do(PROVINCE, approval.name, approve, now=NOW, subject_id=sound, rulebook_id=sound)
    assert no(lambda: submit(deal)).code is Code.PRICE_OUT_OF_GUIDANCE


def test_a_draft_of_a_subject_that_nobody_has_or_of_a_broken_row_is_refused(deal: Deal) -> None:
    facts: dict[str, Any] = {
        "province": "410000", "name": "价格", "legal_basis": ["演示"], "valid_from": "2026-01-01",
    }  # fmt: skip
    for more in ({"subject": "gold", "parameters": {}}, {"subject": "prices", "parameters": {"rows": [{}]}}):
        refusal = no(
            lambda more=more: perform(
                act_called("rulebook.draft"), data=facts | more, by=deal.operator(PROVINCE), now=NOW
            )
        )
        assert refusal.code is Code.INVALID
    assert not Rulebook.objects.filter(subject="prices").exists()


@pytest.mark.parametrize(
    ("addition", "bound"),
    [("show", "400000.00"), ("warn", "400000.00"), ("bind", "900000.00")],
)
def test_what_is_only_shown_moves_no_bound(addition: str, bound: str) -> None:
    of_surplus = {"class": "surplus", "kind": "construction_area", "region": "130000"}
    highest = PriceRow.model_validate(ROW | of_surplus | {"what": "highest", "amount": "400000"})
    more = PriceRow.model_validate(
        ROW | of_surplus | {"what": "addition_planning_scale", "amount": "500000", "effect": addition}
    )
    assert str(Judging(highest=highest, addition=more).amount(highest)) == bound
