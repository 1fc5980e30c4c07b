"""Orders leave as pain.001 and answers come back by camt; the filed vouchers add up; nothing is lost on the way."""

import csv
import hashlib
import io
import json
import re
import zipfile
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from apps.documents.commands import attach
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.money import bankfiles, painfiles
from apps.money.models import Account, Remittance
from apps.money.queries import released_payments
from apps.process import dossier as packing
from apps.stages.filing import commands as filing
from apps.stages.filing.models import Filing
from apps.stages.filing.queries import total_of
from apps.stages.transfer import commands as transfer
from kernel.money import Yuan
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, A, B, Deal
from tests.money.test_remittance import now_of, paid

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
        uploaded_by_id=by.person_id, case_id=deal.listing_id, now=now_of(deal),
    )  # fmt: skip
    now = now_of(deal)
    deal.do(CENTRE, "filing.submit", filing.submit, now=now, listing_id=deal.listing_id)
    manifest: dict[str, Any] = Filing.objects.get().manifest
    money = manifest["payments"]
    came = total_of(money["deposit_applied"]) + total_of(money["instalments"])
    owed = Yuan(money["total_price"]) + Yuan(money["late_fee"])
    assert came == owed == total_of(money["remitted"]) + Yuan(money["held_back"]) == Yuan("1001500.00")
    assert [each["name"] for each in manifest["vouchers"]] == ["回单.pdf"]
    packed = packing.pack(deal.listing, manifest, now=now)
    assert packed == packing.pack(deal.listing, manifest, now=now), "the same deal, the same bytes"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        [voucher] = [name for name in archive.namelist() if name.startswith("付款凭证/")]
        digest = hashlib.sha256(archive.read(voucher)).hexdigest()
        assert digest == manifest["vouchers"][0]["sha256"]
        assert json.loads(archive.read(packing.MANIFEST)) == manifest
        _reads_as_a_dossier(archive, deal, manifest)


def _reads_as_a_dossier(archive: zipfile.ZipFile, deal: Deal, manifest: dict[str, Any]) -> None:
    """Everything under a Chinese name and in the index; bids and result are tables; nothing of who did not win."""
    names = set(archive.namelist())
    assert all(re.search("[\u4e00-\u9fff]", name) for name in names - {"SHA256SUMS"})
    index = _rows_of(archive, packing.INDEX)
    assert {row[3] for row in index[1:]} == names - {packing.INDEX, "SHA256SUMS"}
    for row in index[1:]:
        assert row[4] == f"sha256:{hashlib.sha256(archive.read(row[3])).hexdigest()}"
    kinds = {each["kind"] for each in manifest["evidence"]}
    assert len([name for name in names if name.startswith("材料/")]) == len(manifest["evidence"])
    assert {"listing_application", "fund_proof"} <= kinds, "the seller's and the winner's"
    loser = set(
        Attachment.objects.filter(organisation_id=deal.organisation(A).pk).values_list("sha256", flat=True)
    )
    assert not loser & {hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    bids = _rows_of(archive, packing.BIDS)
    assert [row[2] for row in bids[1:]] == [each["unit_price"] for each in manifest["bids"]]
    assert all(row[1].endswith("号") and len(row[3]) >= 19 for row in bids[1:])
    result = dict(_rows_of(archive, packing.RESULT)[1:])
    assert result["竞得人"] == deal.organisation(B).name
    assert result["成交总价（元）"] == manifest["payments"]["total_price"]


def _rows_of(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


@pytest.mark.django_db
def test_of_every_deal_what_came_in_is_what_stands_or_has_left(own_media: None) -> None:
    deal = paid(rules={"holdback": "0.05"})
    moved(deal)
    stands: dict[str, Yuan] = {}
    for row in Account.objects.filter(sub_account__organisation=deal.organisation(B)):
        stands[row.bucket] = stands.get(row.bucket, Yuan(0)) + row.balance
    assert stands["remitted"] + stands["held_back"] == Yuan("1001500.00")
    assert stands["applied"] == stands["received"] == Yuan(0)
