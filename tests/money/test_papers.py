"""Orders leave as pain.001 and answers come back by camt; the filed vouchers add up; nothing is lost on the way."""

import hashlib
import io
import json
import zipfile
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from apps.documents.commands import attach
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.money import bankfiles, painfiles
from apps.money.models import Account, Remittance
from apps.money.queries import released_payments
from apps.stages.filing import commands as filing
from apps.stages.filing.models import Filing
from apps.stages.filing.queries import total_of
from apps.stages.transfer import commands as transfer
from kernel.money import Yuan
from tests.money.test_remittance import now_of, paid
from tests.process.deal import CENTRE, FINANCE, PROVINCE, B, Deal

NS = f"{{{painfiles.NAMESPACE}}}"
ORDER: dict[str, tuple[str, ...]] = {
    "Document": ("CstmrCdtTrfInitn",),
    "CstmrCdtTrfInitn": ("GrpHdr", "PmtInf"),
    "GrpHdr": ("MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"),
    "PmtInf": (
        "PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt", "CdtTrfTxInf",
    ),
    "CdtTrfTxInf": ("PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"),
}  # fmt: skip
"""The published sequence of the elements that are used (pain.001.001.09)."""
LONGEST = {"MsgId": 35, "PmtInfId": 35, "EndToEndId": 35, "Id": 34, "Nm": 140, "Ustrd": 140}


def in_order(element: Element) -> None:
    """Every element's children stand in the published sequence, and no text is too long."""
    tag = element.tag.removeprefix(NS)
    assert element.tag.startswith(NS)
    if tag in ORDER:
        places = [ORDER[tag].index(child.tag.removeprefix(NS)) for child in element]
        assert places == sorted(places), tag
    if not len(element):
        text = element.text or ""
        assert 0 < len(text) <= LONGEST.get(tag, 140), (tag, text)
    for child in element:
        in_order(child)


def moved(deal: Deal) -> Remittance:
    """Remitted and transferred."""
    now = now_of(deal)
    sent = deal.remit(now=now)
    deal.do(PROVINCE, "transfer.execute", transfer.execute, now=now, listing_id=deal.listing_id)
    return sent


@pytest.mark.django_db
def test_what_was_released_leaves_as_pain_001_and_the_sum_is_its_own(own_media: None) -> None:
    deal = paid()
    sent = deal.remit(now=now_of(deal))
    payments = released_payments(deal.operator(FINANCE), most=10)
    root = fromstring(painfiles.written(payments, message_id="M-1"))
    in_order(root)
    found = {each.tag.removeprefix(NS): each.text for each in root.iter() if each.text}
    assert (found["CtrlSum"], found["NbOfTxs"], found["EndToEndId"]) == (
        "1001500.00",
        "1",
        sent.request_id.hex,
    )
    assert found["InstdAmt"] == "1001500.00"
    assert painfiles.written(payments, message_id="M-1") == painfiles.written(payments, message_id="M-1")


def _entry(sent: Remittance, *, side: str, back: str = "") -> str:
    return f"""<Ntry><Amt Ccy="CNY">{sent.amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>
      <BookgDt><DtTm>2026-05-06T08:00:00</DtTm></BookgDt><AcctSvcrRef>Z-{side}</AcctSvcrRef>
      <NtryDtls><TxDtls><Refs><EndToEndId>{sent.request_id.hex}</EndToEndId></Refs>{back}</TxDtls></NtryDtls></Ntry>"""


def _notice(*entries: str) -> bytes:
    ns = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
    return f"""<Document xmlns="{ns}"><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>1</Id><Acct><Id><Othr><Id>61</Id></Othr></Id>
      </Acct>{"".join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""".encode()


@pytest.mark.django_db
def test_the_banks_notification_says_what_was_paid_and_what_came_back(own_media: None) -> None:
    deal = paid()
    sent = deal.remit(now=now_of(deal))
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
    found = bankfiles.read(_notice(_entry(sent, side="DBIT"), _entry(sent, side="CRDT", back=back)))
    assert found.errors == []
    assert found.form_label == "camt.054"
    said = [
        (each.facts["outcome"], each.facts["request_id"], each.facts["amount"]) for each in found.outgoing
    ]
    key = (sent.request_id.hex, "1001500.00")
    assert said == [("paid", *key), ("rejected", *key)]
    assert found.lines == []


@pytest.mark.django_db
def test_the_dossier_holds_vouchers_that_add_up(own_media: None) -> None:
    deal = paid()
    moved(deal)
    by = deal.operator(B)
    content = small_pdf("付款凭证", ["1,001,500.00"])
    attach(
        kind=AttachmentKind.PAYMENT_VOUCHER, name="回单.pdf", content=content, organisation_id=by.organisation_id,
        uploaded_by_id=by.person_id, listing_id=deal.listing_id, now=now_of(deal),
    )  # fmt: skip
    now = now_of(deal)
    deal.do(CENTRE, "filing.submit", filing.submit, now=now, listing_id=deal.listing_id)
    manifest: dict[str, Any] = Filing.objects.get().manifest
    money = manifest["payments"]
    came = total_of(money["deposit_applied"]) + total_of(money["instalments"])
    owed = Yuan(money["total_price"]) + Yuan(money["late_fee"])
    assert came == owed == total_of(money["remitted"]) + Yuan(money["held_back"]) == Yuan("1001500.00")
    assert [each["name"] for each in manifest["vouchers"]] == ["回单.pdf"]
    with zipfile.ZipFile(io.BytesIO(filing.pack(deal.listing, manifest, now=now))) as archive:
        [voucher] = [name for name in archive.namelist() if name.startswith("vouchers/")]
        digest = hashlib.sha256(archive.read(voucher)).hexdigest()
        assert digest == manifest["vouchers"][0]["sha256"]
        assert json.loads(archive.read("manifest.json")) == manifest


@pytest.mark.django_db
def test_of_every_deal_what_came_in_is_what_stands_or_has_left(own_media: None) -> None:
    deal = paid(rules={"holdback": "0.05"})
    moved(deal)
    stands: dict[str, Yuan] = {}
    for row in Account.objects.filter(sub_account__organisation=deal.organisation(B)):
        stands[row.bucket] = stands.get(row.bucket, Yuan(0)) + row.balance
    assert stands["remitted"] + stands["held_back"] == Yuan("1001500.00")
    assert stands["applied"] == stands["received"] == Yuan(0)
