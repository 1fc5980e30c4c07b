"""Handing over by agreement (协议转让) in its exact figures, and who could be cheated by one (spec: trade forms, 4)."""

from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pypdf import PdfReader

from apps.desks.available_acts import available_on
from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind, DocumentKind
from apps.insight.market_statistics import deals, premium_of
from apps.listings.queries import identities_hidden
from apps.listings.states import ListingStatus
from apps.money.models import Purpose, SubAccount
from apps.pairing.models import Pairing
from apps.parties.models import Bar
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from apps.stages.award.models import Award
from apps.stages.consent.models import Consent
from apps.stages.review.queries import _fairness, findings
from kernel import clock
from kernel.deadlines.models import Deadline
from kernel.errors import Code
from kernel.money import Yuan
from tests.factories.agreed import DAY, PAPERS, Agreed
from tests.factories.deal import CENTRE, PROVINCE, SELLER, A, B, at
from tests.factories.journey import confirmed
from tests.factories.visitors import read
from tests.process.test_trade_forms import no

pytestmark = pytest.mark.django_db

ENDS = at("05-07 00:00")


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def due(deal: Agreed, kind: str) -> Any:
    return Deadline.objects.filter(case_id=deal.listing_id, kind=kind).latest("id").due_at


def test_it_goes_from_the_pairing_to_the_transfer_in_the_figures_of_the_specification() -> None:
    deal = Agreed.on_notice()
    assert deal.listing.status == ListingStatus.ANNOUNCED
    assert (due(deal, "notice_end"), f"{deal.listing.deposit_amount}") == (ENDS, "0.00")
    notice = Document.objects.get(case_id=deal.listing_id, kind=DocumentKind.AGREEMENT_NOTICE)
    assert notice.public
    assert (notice.facts["taker"], notice.facts["total"]) == ("成都高新区管理委员会", "1327500000.00")
    deal.run(ENDS)
    award = Award.objects.get(listing_id=deal.listing_id)
    assert (award.winner_id, f"{award.total_price}", award.registration_id) == (
        deal.organisation(A).pk,
        "1327500000.00",
        None,
    )
    assert (deal.listing.state, deal.listing.closed_at) == (ListingStatus.CLOSED, ENDS)
    assert due(deal, "confirmation") == at("05-09 00:00")
    deal.both(CENTRE, "confirmation.issue", "05-08 09:00")
    for key, when in ((SELLER, "05-09 09:00"), (A, "05-09 10:00"), (CENTRE, "05-09 11:00")):
        deal.sign(key, now=at(when))
    account = SubAccount.objects.get(case_id=deal.listing_id, purpose=Purpose.PRICE)
    deal.pay(A, account.number, "1327500000.00", now=at("05-20 10:00"))
    assert deal.listing.status == ListingStatus.PAID
    deal.transfer()
    assert deal.listing.status == ListingStatus.TRANSFERRED


def test_a_held_notice_takes_effect_when_the_last_hold_ends() -> None:
    deal = Agreed.on_notice()
    deal.object_to("05-06 10:00")
    deal.run(ENDS)
    assert deal.listing.status == ListingStatus.ANNOUNCED
    deal.settle("05-12 15:00")
    assert (deal.listing.state, deal.listing.closed_at) == (ListingStatus.CLOSED, at("05-12 15:00"))
    assert due(deal, "confirmation") == at("05-15 00:00")


def test_an_objection_that_nobody_has_answered_holds_it_as_well() -> None:
    deal = Agreed.on_notice()
    said: dict[str, Any] = {"text": "价格偏低", "name": "演示异议人", "contact": "13800000000"}
    deal.alone(B, "objection.raise", "05-06 10:00", **said)
    assert due(deal, "objection_accept") == ENDS
    deal.run(ENDS)
    assert deal.listing.status == ListingStatus.ANNOUNCED


def test_nobody_registers_and_no_bid_is_taken() -> None:
    deal = Agreed.on_notice()
    for kind in ("quota_need", "fund_proof", "own_area_proof"):
        deal.paper(B, kind, "04-29 09:00", case_id=deal.listing_id)
    assert no(lambda: deal.both(B, "registration.submit", "04-29 10:00")).code is Code.WRONG_STATUS
    bid = no(lambda: deal.alone(B, "bid.place", "04-29 10:00", unit_price="300000.00"))
    assert (bid.code, "不以竞价方式交易" in bid.sentence) == (Code.BIDDING_NOT_OPEN, True)


def test_consenting_is_offered_to_the_counterparty_alone() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    offered = {
        key: {
            each.act.name for each in available_on(deal.listing, by=deal.operator(key), now=at("04-03 10:00"))
        }
        for key in (SELLER, A)
    }
    assert "agreement.consent" in offered[A]
    assert not {"agreement.consent", "agreement.withdraw_consent"} & offered[SELLER]


def test_what_nobody_bids_on_has_no_hall() -> None:
    deal = Agreed.on_notice()
    page, now = f"/listings/{deal.listing_id}/", at("04-29 10:00")
    assert "/hall/" not in read(page, now=now)
    read(f"{page}hall/", now=now, status=404)


@pytest.mark.parametrize(
    "pairing",
    [
        {"giving_region": "511900"},
        {"giving_region": "510000", "taking_region": "510000"},
        {"giving_region": "51"},
    ],
)
def test_a_pairing_of_whole_divisions_covers_those_below_however_the_code_is_written(
    pairing: dict[str, Any],
) -> None:
    deal = Agreed.stocked()
    deal.pair(**pairing)
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    deal.consent()
    assert Consent.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "pairing",
    [
        {"taking_region": "5107"},
        {"giving_region": "5113"},
        {"classes": ["surplus"]},
        {"valid_to": "2026-04-02"},
        {"valid_from": "2026-05-01"},
    ],
)
def test_without_a_pairing_that_covers_parties_class_and_day_nobody_consents(pairing: dict[str, Any]) -> None:
    deal = Agreed.stocked()
    deal.pair(**pairing)
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    assert no(deal.consent).code is Code.NOT_PAIRED


def test_a_pairing_that_ends_before_the_submission_keeps_it_and_after_it_nothing() -> None:
    deal = Agreed.stocked()
    pairing = deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    deal.consent()
    deal.end_pairing("04-03 12:00", pairing)
    assert no(deal.submit).code is Code.NOT_PAIRED
    again = deal.pair("04-04 09:00", document_no="川府函〔2026〕50号")
    deal.alone(SELLER, "listing.amend", "04-04 10:00", **deal.facts(pairing=again))
    deal.consent("04-04 11:00")
    deal.submit()
    deal.end_pairing("04-07 12:00", again, number="川府函〔2026〕60号")
    deal.review("04-08 10:00")
    deal.announce_it()
    deal.run(ENDS)
    assert deal.listing.status == ListingStatus.CLOSED


@pytest.mark.parametrize(
    "change", [{"starting_price": "294999.00"}, {"contact": "另一人"}, {"title": "另一标的"}]
)
def test_any_change_voids_the_consent_and_nothing_is_handed_in_without_one(change: dict[str, Any]) -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    assert no(deal.submit).code is Code.MISSING_DOCUMENT
    deal.consent()
    deal.alone(SELLER, "listing.amend", "04-03 11:00", **deal.facts(**change))
    assert not Consent.objects.filter(ended_at=None).exists()
    assert no(deal.submit).detail["missing"] == "agreement_consent"
    deal.consent("04-03 12:00")
    deal.submit()
    assert deal.listing.status == ListingStatus.UNDER_REVIEW


def test_another_paper_of_either_party_voids_it_too() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    deal.consent()
    deal.paper(SELLER, "agreement_text", "04-03 11:00", case_id=deal.listing_id, said="改后的协议")
    assert no(deal.submit).detail["missing"] == "agreement_consent"


def test_it_is_taken_back_before_the_submission_and_not_after() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    assert no(lambda: deal.both(A, "agreement.withdraw_consent", "04-03 09:40")).code is Code.WRONG_STATUS
    deal.consent()
    assert no(lambda: deal.consent("04-03 10:30")).code is Code.DUPLICATE_REQUEST
    deal.both(A, "agreement.withdraw_consent", "04-03 11:00")
    assert no(deal.submit).detail["missing"] == "agreement_consent"
    deal.consent("04-03 12:00")
    deal.submit()
    assert no(lambda: deal.both(A, "agreement.withdraw_consent", "04-07 11:00")).code is Code.WRONG_STATUS


def test_nobody_else_consents_and_both_hand_in_their_papers() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30", SELLER)
    assert no(lambda: deal.both(B, "agreement.consent", "04-03 10:00")).code is Code.NOT_FOUND
    assert set(no(deal.consent).detail["missing"].split(",")) == set(PAPERS)


def test_the_counterparty_finds_it_on_its_desk_and_hands_its_papers_in_there() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30", SELLER)
    address, at_ten = f"/desk/listings/{deal.listing_id}/", at("04-03 10:00")
    mine = signed_in(deal, A)
    desk = read("/desk/", now=at_ten, client=mine)
    assert f'href="{address}"' in desk
    assert "同意协议转让" in desk
    page = read(address, now=at_ten, client=mine)
    for said in ("受让方意见", "尚未同意", "协议总价", "1,327,500,000.00 元", "政府决定文件", "协议文本"):
        assert said in page, said
    assert page.count('type="file"') >= len(PAPERS)
    assert "撤回协议转让的同意" not in page
    assert f'href="{address}"' not in read("/desk/", now=at_ten, client=signed_in(deal, B))
    deal.papers("04-03 10:30", A)
    deal.consent("04-03 11:00")
    noon = at("04-03 12:00")
    page = read(address, now=noon, client=mine)
    assert "撤回协议转让的同意" in page
    assert f"/desk/acts/agreement.consent/{deal.listing_id}/" not in page
    assert f'href="{address}"' not in read("/desk/", now=noon, client=mine)


def signed_in(deal: Agreed, key: str) -> Client:
    browser = Client()
    browser.force_login(deal.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def bar(deal: Agreed, when: str) -> None:
    Bar.objects.create(
        organisation=deal.organisation(A),
        case_id=deal.listing.case_id,
        reason="违约",
        since=at(when),
        until=at("12-31 00:00"),
    )


def test_nobody_consents_to_a_price_that_the_tables_do_not_allow() -> None:
    deal = Agreed.stocked()
    row = {
        "quota_class": "supplementary", "kind": "farmland_area", "region": "510000", "what": "highest",
        "amount": "294999.99", "valid_from": "2026-01-01", "effect": "bind",
    }  # fmt: skip
    install(
        province="510000", name="价格表", legal_basis=["演示"], now=at("04-01 10:00"),
        parameters=price_tables.parameters("baseline", {"rows": [row]}), subject=price_tables.PRICES,
    )  # fmt: skip
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    assert no(deal.consent).code is Code.PRICE_OUT_OF_GUIDANCE
    assert not Consent.objects.exists()


def test_the_counterparty_is_judged_like_a_lone_bidder_when_it_consents() -> None:
    deal = Agreed.stocked({"bidder_kinds": ["county_government"]})
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    assert no(deal.consent).code is Code.NOT_PERMITTED


def test_and_when_it_is_handed_in() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    deal.consent()
    bar(deal, "04-06 09:00")
    assert no(deal.submit).code is Code.BARRED


def test_and_when_it_is_confirmed() -> None:
    deal = Agreed.on_notice()
    deal.run(ENDS)
    bar(deal, "05-07 09:00")
    assert no(lambda: deal.both(CENTRE, "confirmation.issue", "05-08 09:00")).code is Code.BARRED


def test_a_taker_that_does_not_sign_is_barred_and_forfeits_nothing() -> None:
    deal = Agreed.on_notice()
    deal.run(ENDS)
    deal.both(CENTRE, "confirmation.issue", "05-08 09:00")
    deal.sign(SELLER, now=at("05-09 09:00"))
    deal.sign(CENTRE, now=at("05-09 11:00"))
    deal.run(at("05-20 00:00"))
    assert deal.listing.status == ListingStatus.DEFAULTED
    assert Bar.objects.filter(organisation=deal.organisation(A)).exists()
    assert not SubAccount.objects.filter(case_id=deal.listing_id, purpose=Purpose.DEPOSIT).exists()


def test_a_draft_names_its_counterparty_and_no_price_of_bidding() -> None:
    deal = Agreed.stocked()
    deal.pair()
    for wrong, field in (
        ({"counterparty": None}, "counterparty"),
        ({"pairing": None}, "pairing"),
        ({"counterparty": deal.organisation(CENTRE).pk}, "counterparty"),
        ({"increment": "5000.00"}, "increment"),
        ({"reserve_price": "300000.00"}, "reserve_price"),
        ({"form": "listing"}, "counterparty"),
    ):
        refusal = no(partial(deal.draft, "04-03 09:00", **wrong))
        assert (refusal.code, field) == (Code.INVALID, refusal.detail["field"])


def test_a_notice_has_no_moments_and_is_not_supplemented() -> None:
    deal = Agreed.stocked()
    deal.agreed()
    moments: dict[str, Any] = {"registration_closes": "2026-05-20T00:00:00+08:00"}
    assert no(lambda: deal.both(CENTRE, "announcement.publish", DAY, **moments)).code is Code.INVALID
    deal.announce_it()
    refusal = no(lambda: deal.both(CENTRE, "announcement.amend", "04-29 09:00", text="改价"))
    assert refusal.code is Code.WRONG_STATUS


def test_identities_are_open_from_the_notice_on() -> None:
    deal = Agreed.on_notice()
    assert Document.objects.get(case_id=deal.listing_id).public
    assert not identities_hidden(deal.listing)


def test_the_reviewers_are_told_that_nothing_compares_and_answer_it() -> None:
    deal = Agreed.stocked()
    deal.pair()
    deal.draft("04-03 09:00")
    deal.papers("04-03 09:30")
    deal.consent()
    deal.submit()
    [found] = [each for each in findings(deal.listing) if each.item == "fairness"]
    assert (found.holds, "无可比成交" in found.sentence) == (False, True)


def test_the_database_knows_who_takes_it_and_when() -> None:
    deal = Agreed.on_notice()
    other = deal.organisation(B).pk
    with (
        pytest.raises(DatabaseError, match="did not register"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO award_award (listing_id, winner_id, unit_price, total_price, method, proof, at)"
            " VALUES (%s, %s, 295000, 1327500000, 'listing_auction', '{}', now())",
            [deal.listing_id, other],
        )
    with pytest.raises(DatabaseError, match="not over"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO award_award (listing_id, winner_id, unit_price, total_price, method, proof, at)"
            " VALUES (%s, %s, 295000, 1327500000, 'agreement', '{}', now())",
            [deal.listing_id, deal.organisation(A).pk],
        )
    with (
        pytest.raises(DatabaseError, match="no move of the form"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE listings_listing SET status = 'bidding' WHERE id = %s", [deal.listing_id])


def test_a_pairing_is_of_the_own_province_and_of_one_document() -> None:
    deal = Agreed.stocked()
    deal.pair()
    assert no(lambda: deal.pair("04-02 10:00")).code is Code.DUPLICATE_REQUEST
    for wrong in ({"taking_region": "4101"}, {"taking_region": ""}, {"major_project_no": "重大〔2026〕1号"}):
        facts: dict[str, Any] = {"document_no": "川府函〔2026〕13号", **wrong}
        assert no(partial(deal.pair, "04-02 11:00", **facts)).code is Code.INVALID
    facts = {"document_no": "川府函〔2026〕14号", "document_date": "2026-04-30"}
    assert no(lambda: deal.pair("04-02 12:00", **facts)).code is Code.INVALID
    assert no(lambda: deal.both(SELLER, "pairing.record", "04-02 13:00", subject=0)).code in (
        Code.NOT_PERMITTED,
        Code.INVALID,
    )


def test_it_stays_out_of_the_prices_of_the_market() -> None:
    deal = Agreed.on_notice()
    deal.run(ENDS)
    deal.both(CENTRE, "confirmation.issue", "05-08 09:00")
    assert deals(province="510000") == []
    assert premium_of(deal.listing, Award.objects.get(listing_id=deal.listing_id)) is None


@pytest.mark.parametrize(
    ("asked", "holds"), [("78000.00", True), ("78000.01", False), ("52000.00", True), ("51999.99", False)]
)
def test_over_twenty_hundredths_off_what_the_market_paid_is_a_finding(asked: str, holds: bool) -> None:
    deal = confirmed()
    lot = deal.listing
    lot.starting_price, lot.drafted_at, lot.submitted_at = Yuan(asked), at("04-10 09:00"), at("04-10 09:00")
    found = _fairness(lot)
    assert found.holds is holds
    assert "中位数65,000.00" in found.sentence
    lot.grade = 9
    assert "无可比成交" in _fairness(lot).sentence
    lot.grade, lot.submitted_at = 7, at("04-10 09:00") + timedelta(days=400)
    assert "无可比成交" in _fairness(lot).sentence


def test_everybody_reads_it_on_the_portal_while_the_notice_runs() -> None:
    deal = Agreed.on_notice()
    page = read(f"/listings/{deal.listing_id}/", now=at("04-30 10:00"))
    assert "成都高新区管理委员会" in page
    for address in ("/", "/listings/"):
        assert read(address, now=at("04-30 10:00"))


def browser_of(deal: Agreed, key: str, *, duty: int = 0) -> Client:
    browser = Client()
    browser.force_login(deal.people[key][duty].person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_province_records_and_ends_a_pairing_from_its_desk() -> None:
    deal = Agreed.stocked()
    paper = SimpleUploadedFile("来文.pdf", small_pdf("来文", ["川府函〔2026〕12号"]), "application/pdf")
    with clock.simulated(at("04-02 09:00")):
        browser = browser_of(deal, PROVINCE)
        assert "尚未登记对口关系" in browser.get("/desk/pairings/").content.decode()
        kind = str(AttachmentKind.INCOMING_DOCUMENT)
        answer = browser.post("/desk/pairings/papers/", {"kind-0": kind, "file-0": paper}, follow=True)
        assert "已上传" in answer.content.decode()
        assert "/desk/acts/pairing.record/0/" in answer.content.decode()
    deal.both(
        PROVINCE, "pairing.record", "04-02 10:00", subject=0, giving_region="5119", taking_region="5101",
        classes=["supplementary"], valid_from="2026-01-01", valid_to="2026-12-31", body="四川省人民政府",
        document_no="川府函〔2026〕12号", document_date="2026-03-30",
    )  # fmt: skip
    with clock.simulated(at("04-03 09:00")):
        said = browser_of(deal, PROVINCE).get("/desk/pairings/").content.decode()
        assert "川府函〔2026〕12号" in said
        assert f"/desk/acts/pairing.end/{Pairing.objects.get().pk}/" in said
        assert "/desk/acts/" not in browser_of(deal, PROVINCE, duty=1).get("/desk/pairings/").content.decode()
        assert "四川省巴中市（5119）" in said
        assert "四川省成都市（5101）" in said
        for key in (SELLER, A, CENTRE):
            assert browser_of(deal, key).get("/desk/pairings/").status_code in (403, 404)


def test_a_draft_offers_only_pairings_of_its_county_and_only_whom_they_cover() -> None:
    deal = Agreed.stocked()

    def offered(when: str) -> tuple[bool, bool]:
        with clock.simulated(at(when)):
            page = browser_of(deal, SELLER).get("/desk/acts/listing.draft/0/").content.decode()
        return "四川省巴中市（5119）→四川省成都市（5101）" in page, deal.people[A][
            0
        ].organisation.name in page

    assert offered("04-02 09:00") == (False, False)
    deal.pair("04-02 10:00")
    assert offered("04-03 09:00") == (True, True)


def test_the_public_lists_lots_by_their_form_of_trade() -> None:
    deal = Agreed.on_notice()
    number = deal.listing.number or ""
    for form, there in (("agreement", True), ("auction", False), ("unheard-of", True)):
        assert (number in read(f"/listings/?form={form}", now=at("04-29 09:00"))) is there


def test_papers_of_an_agreement_name_no_deposit_and_no_winning_bidder() -> None:
    deal = Agreed.on_notice()
    deal.run(ENDS)
    deal.both(CENTRE, "confirmation.issue", "05-08 09:00")
    for key, when in ((SELLER, "05-09 09:00"), (A, "05-09 10:00"), (CENTRE, "05-09 11:00")):
        deal.sign(key, now=at(when))
    for kind in (DocumentKind.AWARD_CONFIRMATION, DocumentKind.TRIPARTITE_CONTRACT):
        document = Document.objects.get(case_id=deal.listing_id, kind=kind)
        pages = PdfReader(
            BytesIO(open_document(document_id=document.pk, now=at("05-10 09:00")).content)
        ).pages
        said = "".join(page.extract_text() for page in pages)
        assert "受让方" in said
        for word in ("竞得人", "保证金", "号牌"):
            assert word not in said, (kind, word)
