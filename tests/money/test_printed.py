"""A contract prints who its parties are and where money goes; no paper of a deal has a placeholder."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.parties import rules
from apps.parties.models import Organisation
from apps.stages.contract import commands as contract
from apps.stages.publication import commands as publication
from apps.stages.transfer import commands as transfer
from kernel.errors import Code, Refused
from tests.factories.deal import CENTRE, PROVINCE, SELLER, B, Deal, at
from tests.factories.journey import contract_on
from tests.money.test_remittance import now_of, paid

CODE = "91350100M000100Y43"
"""A code whose check sign is right (GB 32100-2015, an example of its annex)."""


def test_a_credit_code_is_checked_by_its_last_sign() -> None:
    assert rules.credit_code(f" {CODE.lower()} ") == CODE
    for place, sign in enumerate(CODE):
        other = "1" if sign != "1" else "2"
        with pytest.raises(ValueError):
            rules.credit_code(CODE[:place] + other + CODE[place + 1 :])
    for wrong in ("", CODE[:17], CODE + "1", "O" + CODE[1:]):
        with pytest.raises(ValueError):
            rules.credit_code(wrong)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("0371-60000000", True),
        ("13800000000", True),
        ("＋86 371 6000 0000", True),
        ("无", False),
        ("12", False),
    ],
)
def test_a_phone_number_can_be_dialled(text: str, good: bool) -> None:
    if good:
        assert rules.phone(text)
    else:
        with pytest.raises(ValueError):
            rules.phone(text)


@pytest.mark.django_db
def test_a_deal_is_not_contracted_without_what_the_contract_prints(own_media: None) -> None:
    deal = Deal.begun()
    Organisation.objects.filter(pk=deal.organisation(B).pk).update(representative="")
    deal.announce()
    deal.register(B)
    deal.bid(B, 50000, now=at("03-26 10:00"))
    deal.confirm()
    with pytest.raises(Refused) as no:
        deal.sign(SELLER, now=at("04-01 09:00"))
    assert no.value.refusal.code is Code.MISSING_DOCUMENT
    assert "负责人" in no.value.refusal.sentence
    Organisation.objects.filter(pk=deal.organisation(B).pk).update(representative="王某")
    before = contract_on(deal).text_sha256
    contract.follow_details(organisation_id=deal.organisation(B).pk, now=at("04-01 10:00"))
    assert contract_on(deal).text_sha256 != before
    for key in (SELLER, B, CENTRE):
        deal.sign(key, now=at("04-02 09:00"))
    assert deal.listing.status == "contracted"


def printed(document: Document, *, now: Any) -> str:
    """The text of a document's pages."""
    content = open_document(document_id=document.pk, now=now).content
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.django_db
def test_no_paper_of_a_deal_has_a_placeholder(own_media: None) -> None:
    deal = paid()
    now = now_of(deal)
    deal.suspend(now=now, public_reason="核实有关情况")
    deal.resume(now=now)
    deal.remit(now=now)
    deal.do(PROVINCE, "transfer.execute", transfer.execute, now=now, listing_id=deal.listing_id)
    deal.do(CENTRE, "publication.start", publication.start, now=now, listing_id=deal.listing_id)
    texts = {each.kind: printed(each, now=now) for each in Document.objects.order_by("id")}
    assert len(texts) >= 8
    for kind, text in texts.items():
        words = text.split()
        assert not [each for each in words if set(each) <= set("—－-")], (kind, text)
    signed, account = texts["tripartite_contract"], deal.account(SELLER)
    terms = contract_on(deal).terms
    for each in (
        account.name, account.bank, account.number, terms["payment_account"], terms["payment_account_name"],
        deal.organisation(B).credit_code, deal.organisation(SELLER).credit_code, "演示负责人",
    ):  # fmt: skip
        assert each in signed.replace("\n", ""), each
