"""The dossier as a file (备案卷宗): a ZIP whose names and index are Chinese, the same bytes for the same deal."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.documents.commands import open_document
from apps.documents.models import Attachment
from apps.documents.queries import all_of
from apps.documents.states import AttachmentKind, DocumentKind
from apps.listings.models import Listing
from apps.stages.filing.queries import evidence_of, filed, safe_name, total_of, vouchers_of
from kernel import sheets
from kernel.archives import json_of, packed

INDEX, BIDS, RESULT, MANIFEST = "卷宗目录.csv", "报价记录.csv", "成交结果.csv", "卷宗清单.json"
Entry = tuple[str, str, str, bytes]
"""What it is, what it is called, its path, its content."""


def pack(listing: Listing, manifest: dict[str, Any], *, now: datetime) -> bytes:
    """The ZIP: every document as PDF, evidence and vouchers, bids and result as tables, an index, the manifest, and
    SHA256SUMS over all of them. What the manifest does not name is not in it."""
    entries = [
        *_documents(listing, manifest, now=now),
        *_files("材料", filed(evidence_of(listing), manifest.get("evidence", []))),
        *_files("付款凭证", filed(vouchers_of(listing.pk), manifest.get("vouchers", []))),
        ("表格", "报价记录", BIDS, _bids(manifest)),
        ("表格", "成交结果", RESULT, _result(manifest)),
        ("清单", "机器可读清单", MANIFEST, json_of(manifest)),
    ]  # fmt: skip
    parts = {path: content for _, _, path, content in entries}
    parts[INDEX] = _index(entries)
    return packed(parts)


def _documents(listing: Listing, manifest: Mapping[str, Any], *, now: datetime) -> Iterable[Entry]:
    filed = {each["number"] for each in manifest["documents"]}
    kept = [each for each in all_of(listing.pk).order_by("id") if each.number in filed]
    for place, document in enumerate(kept, start=1):
        label = DocumentKind(document.kind).label
        path = f"文书/{place:02d}-{label}-{safe_name(document.number)}.pdf"
        yield (
            "文书",
            f"{label} {document.number}",
            path,
            open_document(document_id=document.pk, now=now).content,
        )


def _files(folder: str, found: Sequence[Attachment]) -> Iterable[Entry]:
    for place, each in enumerate(found, start=1):
        label = AttachmentKind(each.kind).label
        with each.file.open("rb") as file:
            yield (
                folder,
                f"{label} {each.name}",
                f"{folder}/{place:02d}-{label}-{safe_name(each.name)}",
                file.read(),
            )


def _table(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([sheets.inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _bids(manifest: Mapping[str, Any]) -> bytes:
    rows = [
        [
            each["sequence"], f"{each['paddle']}号", each["unit_price"], _time(each["at"]),
            sheets.digest_text(each["hash"]),
        ]
        for each in manifest["bids"]
    ]  # fmt: skip
    return _table([["序号", "号牌", "报价（元）", "受理时间（北京时间）", "本条摘要（SHA-256）"], *rows])


def _result(manifest: Mapping[str, Any]) -> bytes:
    found, paid = manifest.get("result", {}), manifest["payments"]
    unit = found.get("price_unit", "")
    rows = [
        ("项目编号", manifest["listing"]),
        ("项目名称", found.get("title", "")),
        ("出让方", found.get("seller", "")),
        ("竞得人", found.get("winner", "")),
        (f"成交单价（{unit}）" if unit else "成交单价", found.get("unit_price", "")),
        ("成交总价（元）", found.get("total_price", "")),
        ("成交时间（北京时间）", _time(found.get("closed_at"))),
        ("成交确认时间（北京时间）", _time(found.get("confirmed_at"))),
        ("违约金（元）", paid["late_fee"]),
        ("已划付出让方（元）", str(total_of(paid["remitted"]))),
        ("留存（元）", paid["held_back"]),
    ]
    return _table([("事项", "内容"), *rows])


def _index(entries: Iterable[Entry]) -> bytes:
    rows = [
        [place, kind, name, path, sheets.digest_text(_sha256(content))]
        for place, (kind, name, path, content) in enumerate(entries, start=1)
    ]
    return _table([["序号", "类别", "名称", "文件", "摘要（SHA-256）"], *rows])


def _time(text: str | None) -> str:
    return sheets.instant_text(datetime.fromisoformat(text)) if text else ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
