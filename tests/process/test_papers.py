"""The legal documents of a listing: issued when something happens, from what is stored, for those who may see them."""

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pytest_django import Settings

from apps.disclosure.documents import readable
from apps.documents.models import Document
from apps.documents.queries import all_of, latest, public_of, verify
from apps.documents.states import DocumentKind
from apps.notices.models import Notice
from apps.process.issuing import particulars
from apps.process.issuing.deal import contract_preview
from apps.process.issuing.numbers import PROVINCES
from apps.process.issuing.particulars import phone_in, phrase, said
from apps.stages.announcement import commands as announcement
from apps.stages.contract import commands as contract
from apps.stages.contract.queries import contract_of
from apps.stages.deposit.models import Certificate
from kernel.actors import PUBLIC
from kernel.errors import Code, Refused
from kernel.money import Yuan
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def the(deal: Deal, kind: DocumentKind) -> Document:
    """The last document of a kind."""
    found = latest(case_id=deal.listing_id, kind=kind)
    assert found is not None
    return found


def kinds(documents: Any) -> list[str]:
    """The kinds of some documents, in order."""
    return [each.kind for each in documents]


def contracted(deal: Deal) -> None:
    """Bidder b wins at 65,000 and all have signed by 3 April."""
    deal.announce()
    deal.register(A)
    deal.register(B)
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.bid(B, 65000, now=at("03-30 09:59"))
    deal.confirm()
    deal.sign(SELLER, now=at("04-01 09:00"))
    deal.sign(B, now=at("04-02 09:00"))
    deal.sign(CENTRE, now=at("04-03 10:00"))


def completed_transfer() -> Deal:
    """The price is paid, the quota transferred, the result published."""
    deal = Deal.begun()
    contracted(deal)
    found = contract_of(deal.listing_id)
    assert found is not None
    deal.pay(B, found.terms["payment_account"], "1100000.00", now=at("04-20 10:00"))
    deal.transfer()
    deal.publicise()
    return deal


def test_a_whole_deal_leaves_its_documents_in_order() -> None:
    deal = completed_transfer()
    assert kinds(all_of(deal.listing_id)) == [
        "announcement",
        "qualification_certificate",
        "qualification_certificate",
        "award_confirmation",
        "tripartite_contract",
        "transfer_certificate",
        "result_publication",
    ]
    numbers = {each.kind: each.number for each in all_of(deal.listing_id)}
    assert numbers["announcement"] == "豫补耕公告〔2026〕0001号"
    assert numbers["tripartite_contract"] == "豫补耕合同〔2026〕0001号"
    assert numbers["transfer_certificate"] == "豫补耕划转〔2026〕0001号"
    issuers = {each.kind: each.issued_by_name for each in all_of(deal.listing_id)}
    assert issuers.pop("transfer_certificate") == "河南省自然资源厅"
    assert set(issuers.values()) == {"河南省自然资源交易中心"}
    result = the(deal, DocumentKind.RESULT_PUBLICATION).facts
    assert result["contract_number"] == numbers["tripartite_contract"]
    assert result["transfer_number"] == numbers["transfer_certificate"]
    assert result["winner"] == "中牟水厂项目建设单位"
    assert result["total"] == "1300000.00"


def test_the_announcement_states_the_frozen_facts() -> None:
    deal = Deal.begun()
    deal.announce()
    stated = the(deal, DocumentKind.ANNOUNCEMENT).facts
    assert stated["lot"]["region"] == "河南省开封市通许县（410222）"
    assert stated["lot"]["quantities"] == {
        "farmland_area": "20.0000",
        "paddy_area": "0.0000",
        "grain_capacity": "18000",
    }
    assert stated["prices"]["starting_total"] == "1000000.00"
    assert stated["prices"]["deposit"] == "200000.00"
    assert stated["bidder_kinds"] == ["县（市、区）人民政府", "单独选址项目单位"]
    assert stated["legal_basis"] == ["豫自然资投告〔2023〕83号"]
    rules = deal.listing.rules
    assert stated["rulebook_version"] == f"{rules.name} 第{rules.version}版"
    assert stated["draw_commitment"] is None
    assert stated["contacts"][1]["name"] == "鄢女士"
    assert stated["contacts"][1]["phone"] == "0371-60000000"


def test_an_announcement_with_a_ceiling_commits_to_the_draw() -> None:
    deal = Deal.begun(ceiling=Yuan(75000))
    deal.announce()
    stated = the(deal, DocumentKind.ANNOUNCEMENT).facts
    assert stated["prices"]["ceiling_unit_price"] == "75000.00"
    assert stated["draw_commitment"] == deal.listing.announcement.draw_commitment


def test_a_certificate_is_seen_by_its_bidder_alone_before_close() -> None:
    deal = Deal.begun()
    deal.announce()
    deal.register(A)
    deal.register(B)
    mine = readable(deal.listing, by=deal.operator(A))
    assert kinds(mine) == ["announcement", "qualification_certificate"]
    assert mine[1].facts["bidder"] == "新郑市人民政府"
    for by in (*(deal.operator(key) for key in (SELLER, CENTRE, PROVINCE, FINANCE)), PUBLIC):
        assert kinds(readable(deal.listing, by=by)) == ["announcement"]
    deal.suspend(now=at("03-27 15:00"))
    assert "qualification_certificate" not in kinds(readable(deal.listing, by=deal.operator(CENTRE)))


def test_a_certificates_number_is_its_lot_and_paddle_and_answers_to_nobody() -> None:
    deal = Deal.begun()
    deal.announce()
    made = deal.register(A)
    paddle = Certificate.objects.get(registration=made).paddle
    document = the(deal, DocumentKind.QUALIFICATION_CERTIFICATE)
    assert document.number == f"{deal.listing.number}竞资{paddle}"
    assert document.registration_id == made.pk
    assert verify(document.number) is None
    found = verify(document.verification_code)
    assert found is not None
    assert not found.is_public


def test_nothing_public_names_a_bidder_or_its_paddle_before_close() -> None:
    deal = Deal.begun()
    deal.announce()
    paddles = []
    for key in (A, B):
        paddles.append(Certificate.objects.get(registration=deal.register(key)).paddle)
    deal.bid(A, 60000, now=at("03-26 10:00"))
    deal.suspend(now=at("03-27 15:00"))
    deal.resume(now=at("03-28 09:00"))
    deal.terminate(now=at("03-28 10:00"))
    said_publicly = [str(each.facts) + each.number for each in public_of(deal.listing_id)]
    assert len(said_publicly) == 4
    for text in said_publicly:
        assert "新郑市" not in text
        assert "中牟水厂" not in text
        assert not any(re.search(rf"(?<!\d){paddle}(?!\d)", text) for paddle in paddles)


def test_a_supplement_states_another_contact_beside_its_text() -> None:
    deal = Deal.begun()
    deal.announce()
    deal.do(
        CENTRE,
        "announcement.amend",
        announcement.amend,
        now=at("03-12 09:00"),
        listing_id=deal.listing_id,
        text="联系人变更。",
        contact="演示联系人 0371-60000001",
    )
    stated = the(deal, DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT).facts
    assert stated["changes"][1] == {
        "item": "联系人及电话",
        "before": "鄢女士 0371-60000000",
        "after": "演示联系人 0371-60000001",
    }
    assert deal.listing.contact == "演示联系人 0371-60000001"


def test_a_supplement_states_its_text_and_the_dates_that_moved() -> None:
    deal = Deal.begun()
    deal.announce()
    deal.do(
        CENTRE,
        "announcement.amend",
        announcement.amend,
        now=at("03-12 09:00"),
        listing_id=deal.listing_id,
        text="项目名称更正为通许县补充耕地项目（一期）。\r\n其余不变。",
    )
    stated = the(deal, DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT).facts
    assert stated["announcement_number"] == "豫补耕公告〔2026〕0001号"
    assert stated["changes"][0]["after"] == "项目名称更正为通许县补充耕地项目（一期）。\n其余不变。"
    assert [each["item"] for each in stated["dates"]] == [
        "报名截止",
        "保证金到账截止",
        "竞价开始",
        "竞价截止",
    ]
    assert [each["is_limit"] for each in stated["dates"]] == [True, True, False, True]
    moved = [datetime.fromisoformat(each["after_at"]) for each in stated["dates"]]
    now = deal.listing
    assert moved == [now.registration_closes_at, now.deposit_cutoff_at, now.opens_at, now.closes_at]


def test_suspension_and_resumption_say_why_and_which_dates_moved() -> None:
    deal = Deal.begun()
    deal.announce()
    deal.suspend(now=at("03-16 09:00"), reason="收到举报信", public_reason="标的权属需要核实。")
    stopped = the(deal, DocumentKind.SUSPENSION_NOTICE)
    assert stopped.facts["reason"] == "标的权属需要核实"
    assert "收到举报信" not in str(stopped.facts)
    assert stopped.facts["by_system"] is False
    deal.resume(now=at("03-18 09:00"))
    stated = the(deal, DocumentKind.RESUMPTION_NOTICE).facts
    assert stated["suspension_number"] == stopped.number
    moved = {
        each["item"]: [datetime.fromisoformat(each[name]) for name in ("before_at", "after_at")]
        for each in stated["dates"]
    }
    assert moved["保证金到账截止"] == [at("03-25 09:00"), at("03-27 09:00")]
    assert sorted(before for before, _ in moved.values()) == [
        at("03-20 00:00"),
        at("03-25 09:00"),
        at("03-25 09:00"),
        at("03-30 10:00"),
    ]
    assert moved[next(item for item in moved if "报名" in item)][1] == deal.listing.registration_closes_at


def test_a_listing_that_was_never_announced_ends_without_a_notice() -> None:
    deal = Deal.begun()
    deal.terminate(now=at("03-05 09:00"))
    assert kinds(all_of(deal.listing_id)) == []


def test_a_termination_names_the_day_of_refunds_whether_or_not_anyone_paid() -> None:
    deal = Deal.begun()
    deal.announce()
    deal.terminate(now=at("03-06 09:00"))
    stated = the(deal, DocumentKind.TERMINATION_NOTICE).facts
    assert datetime.fromisoformat(stated["deposit_refund_due_at"]) == at("03-14 00:00")
    assert stated["reason"] == "标的被依法查封"


def test_a_draw_at_the_ceiling_is_written_into_the_confirmation() -> None:
    deal = Deal.begun(ceiling=Yuan(60000), rules={"timed_bidding": {"enabled": False}})
    deal.announce()
    deal.register(A)
    deal.register(B)
    deal.bid(A, 60000, now=at("03-26 10:00"))
    deal.bid(B, 60000, now=at("03-27 10:00"))
    deal.confirm()
    stated = the(deal, DocumentKind.AWARD_CONFIRMATION).facts
    award = deal.listing.award
    assert stated["decided_by"] == "最高限价报价经可验证抽签确定"
    assert stated["draw"]["secret"] == award.auction.draw_secret
    assert stated["draw"]["commitment"] == deal.listing.announcement.draw_commitment
    assert stated["draw"]["winning_paddle"] == stated["paddle"]
    assert stated["bid_count"] == 2


def test_the_contract_is_read_by_both_parties_and_by_no_loser() -> None:
    deal = Deal.begun()
    contracted(deal)
    document = the(deal, DocumentKind.TRIPARTITE_CONTRACT)
    assert not document.public
    for key in (SELLER, B, CENTRE):
        assert document in readable(deal.listing, by=deal.operator(key))
    assert document not in readable(deal.listing, by=deal.operator(A))
    assert document not in readable(deal.listing, by=PUBLIC)
    signed = [document.facts[f"{party}_signature"]["signed_at"] for party in ("seller", "winner", "centre")]
    assert [datetime.fromisoformat(each) for each in signed] == [
        at("04-01 09:00"),
        at("04-02 09:00"),
        at("04-03 10:00"),
    ]


def test_the_contract_can_be_read_before_signing_with_its_special_terms() -> None:
    deal = Deal.begun()
    deal.announce()
    deal.register(B)
    deal.bid(B, 65000, now=at("03-27 10:00"))
    deal.confirm()
    contract.revise(
        listing_id=deal.listing_id,
        special="发票由出让方开具。",
        by=deal.operator(CENTRE),
        now=at("03-31 11:00"),
    )
    found = contract_of(deal.listing_id)
    assert found is not None
    first = contract_preview(found)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages)
    assert "待签署文本（第2版）" in text
    assert "发票由出让方开具。" in text
    assert contract_preview(found) == first
    assert latest(case_id=deal.listing_id, kind=DocumentKind.TRIPARTITE_CONTRACT) is None


def test_every_province_has_its_short_name() -> None:
    assert len(PROVINCES) == len(set(PROVINCES.values())) == 31


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("一\r\n二\t三", "一\n二 三"),
        ("名\u200b称\u202e", "名称"),
        ("   ", "—"),
    ],
)
def test_signs_that_show_as_nothing_are_left_out(typed: str, shown: str) -> None:
    assert said(typed) == shown


def test_a_text_that_no_document_takes_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        said("字" * 4001)
    assert refused.value.refusal.code is Code.INVALID


def test_a_reason_stands_inside_a_sentence() -> None:
    assert phrase("需要核实。 ") == "需要核实"


@pytest.mark.parametrize(
    ("contact", "phone"),
    [
        ("鄢女士 0371-60000000", "0371-60000000"),
        ("郏先生，13800000000", "13800000000"),
        ("请到现场咨询", None),
    ],
)
def test_a_telephone_number_is_found_in_a_contact(contact: str, phone: str | None) -> None:
    assert phone_in(contact) == phone


@pytest.mark.parametrize("hidden", [True, False])
def test_of_a_certificate_that_cannot_be_printed_only_the_bidder_hears_before_the_close(
    monkeypatch: pytest.MonkeyPatch, hidden: bool
) -> None:
    """Who has paid in full is nobody else's business then, not the issuing office's either."""
    deal = Deal.begun()
    deal.announce()
    monkeypatch.setattr("apps.documents.commands._why_not_print", lambda *_: "no sign for U+2A6A5")
    monkeypatch.setattr(particulars, "identities_hidden", lambda _: hidden)
    deal.register(A)
    told = Notice.objects.filter(kind="paper_unprintable").values_list("organisation_id", flat=True)
    assert list(told) == [deal.organisation(A if hidden else CENTRE).pk]
