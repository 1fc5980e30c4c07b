"""Outgoing payments as a file for the bank: ISO 20022 pain.001.001.09, the same bytes for the same payments."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings

from apps.money.models import Payment
from kernel.clock import beijing
from kernel.money import ZERO

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_PAYMENTS = 500
_NAME, _REMARK, _NUMBER = 140, 140, 34


def written(payments: Sequence[Payment], *, message_id: str) -> bytes:
    """The file over released payments, in their order. `message_id` names it, at most 35 signs.

    Each is known to the bank by its request id (EndToEndId, 32 hexadecimal digits), which a statement repeats.
    """
    total = sum((each.amount for each in payments), ZERO)
    root = Element("Document", {"xmlns": NAMESPACE})
    body = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(body, "GrpHdr")
    _put(header, "MsgId", message_id[:35])
    _put(header, "CreDtTm", f"{beijing(_latest(payments)):%Y-%m-%dT%H:%M:%S+08:00}")
    _put(header, "NbOfTxs", str(len(payments)))
    _put(header, "CtrlSum", str(total))
    _put(SubElement(header, "InitgPty"), "Nm", settings.COLLECTION_ACCOUNT["name"][:_NAME])
    block = SubElement(body, "PmtInf")
    _put(block, "PmtInfId", message_id[:35])
    _put(block, "PmtMtd", "TRF")
    _put(block, "NbOfTxs", str(len(payments)))
    _put(block, "CtrlSum", str(total))
    _put(SubElement(block, "ReqdExctnDt"), "Dt", f"{beijing(_latest(payments)):%Y-%m-%d}")
    _put(SubElement(block, "Dbtr"), "Nm", settings.COLLECTION_ACCOUNT["name"][:_NAME])
    _account(block, "DbtrAcct", settings.COLLECTION_ACCOUNT["number"])
    _put(
        SubElement(SubElement(block, "DbtrAgt"), "FinInstnId"),
        "Nm",
        settings.COLLECTION_ACCOUNT["bank"][:_NAME],
    )
    for each in payments:
        _transfer(block, each)
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _transfer(block: Element, payment: Payment) -> None:
    name, bank, number = payment.payee
    place = SubElement(block, "CdtTrfTxInf")
    _put(SubElement(place, "PmtId"), "EndToEndId", payment.request_id.hex)
    amount = SubElement(SubElement(place, "Amt"), "InstdAmt", {"Ccy": "CNY"})
    amount.text = str(payment.amount)
    if bank:
        _put(SubElement(SubElement(place, "CdtrAgt"), "FinInstnId"), "Nm", bank[:_NAME])
    _put(SubElement(place, "Cdtr"), "Nm", name[:_NAME])
    _account(place, "CdtrAcct", number)
    _put(SubElement(place, "RmtInf"), "Ustrd", payment.reason[:_REMARK])


def _account(at: Element, tag: str, number: str) -> None:
    _put(SubElement(SubElement(SubElement(at, tag), "Id"), "Othr"), "Id", number[:_NUMBER])


def _put(at: Element, tag: str, text: str) -> None:
    SubElement(at, tag).text = text


def _latest(payments: Sequence[Payment]) -> datetime:
    found = [each.released_at for each in payments if each.released_at is not None]
    if len(found) != len(payments) or not found:
        raise ValueError("only released payments are written")
    return max(found)
