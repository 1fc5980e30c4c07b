"""The signed head of the audit record (审计链头): a small file that leaves the database.

Triggers do not stop a table's owner. Whoever keeps a head elsewhere can show later that an entry was there and what it
said: rewriting the chain, cutting its end off or leaving a chain out no longer fits the kept head.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import Count, Max

from kernel.audit.models import AuditEntry
from kernel.canonical import canonical
from kernel.clock import iso
from kernel.errors import Code, Refused

FORMAT = "audit-head/1"
_SAID = ("format", "made_at", "count", "chains", "withheld", "sha256", "public_key")
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Check:
    """What a kept head comes to beside the present record: a list of sentences, empty when everything fits."""

    made_at: str
    count: int
    chains: int
    problems: list[str]

    @property
    def holds(self) -> bool:
        """Whether the present record continues the kept head."""
        return not self.problems


def _key() -> Ed25519PrivateKey:
    """The platform's signing key, derived from its sealing key: the same one for as long as that stays."""
    seed = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"audit head ed25519").derive(
        settings.SEALING_KEY.encode()
    )
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> str:
    """The key with which anybody checks a head: 32 bytes in hexadecimal digits."""
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return _key().public_key().public_bytes(*raw).hex()


def head(*, now: datetime, without: Collection[str] = ()) -> dict[str, Any]:
    """The head of the record: each chain's last sequence and hash, a digest over them, and the signature.

    `without` are chains whose length is nobody's business yet; they are named as left out.
    """
    entries = AuditEntry.objects.order_by().exclude(chain__in=list(without))
    ends = entries.values("chain").annotate(last=Max("id"), count=Count("id"))
    ids = [row["last"] for row in ends]
    count = sum(row["count"] for row in ends)
    chains = {
        chain: [sequence, digest]
        for chain, sequence, digest in AuditEntry.objects.filter(pk__in=ids)
        .order_by("chain")
        .values_list("chain", "sequence", "hash")
    }
    said: dict[str, Any] = {
        "format": FORMAT,
        "made_at": iso(now),
        "count": count,
        "chains": chains,
        "withheld": sorted(without),
        "sha256": hashlib.sha256(canonical(chains)).hexdigest(),
        "public_key": public_key(),
    }
    return {**said, "signature": _key().sign(canonical(said)).hex()}


def exported(*, now: datetime, without: Collection[str] = ()) -> bytes:
    """The head as a file."""
    return (json.dumps(head(now=now, without=without), ensure_ascii=False, indent=1) + "\n").encode()


def check(content: bytes) -> Check:
    """A kept head beside the present record. Refuses invalid: no head, or one that this platform never signed."""
    kept = _read(content)
    chains: dict[str, list[Any]] = kept["chains"]
    problems: list[str] = []
    if hashlib.sha256(canonical(chains)).hexdigest() != kept["sha256"]:
        problems.append("文件中的摘要与各链头不符。")
    present = {
        (row.chain, row.sequence): row.hash
        for row in AuditEntry.objects.filter(
            pk__in=_ids([(chain, int(end[0])) for chain, end in chains.items()])
        ).only("chain", "sequence", "hash")
    }
    for chain, (sequence, digest) in sorted(chains.items()):
        now_there = present.get((chain, int(sequence)))
        if now_there is None:
            problems.append(f"链{chain}第{sequence}条在现有记录中不存在：链尾被截断或整链被删除。")
        elif now_there != digest:
            problems.append(f"链{chain}第{sequence}条与留存的链头不符：记录被重写。")
    if AuditEntry.objects.count() < int(kept["count"]):
        problems.append(f"现有记录少于留存时的{kept['count']}条。")
    return Check(str(kept["made_at"]), int(kept["count"]), len(chains), problems)


def _ids(ends: list[tuple[str, int]]) -> list[int]:
    wanted = dict(ends)
    rows = AuditEntry.objects.filter(chain__in=list(wanted), sequence__in=set(wanted.values()))
    return [
        pk for pk, chain, sequence in rows.values_list("pk", "chain", "sequence") if wanted[chain] == sequence
    ]


def _read(content: bytes) -> dict[str, Any]:
    try:
        kept = json.loads(content[: MOST_BYTES + 1])
        said = {name: kept[name] for name in _SAID}
        fits = kept["format"] == FORMAT and isinstance(kept["chains"], dict)
        ends = [(str(chain), int(end[0]), str(end[1])) for chain, end in kept["chains"].items()]
        signature, key = bytes.fromhex(kept["signature"]), bytes.fromhex(kept["public_key"])
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise Refused.because(Code.INVALID, "文件不是审计链头，请选择此前导出的文件。") from error
    if not fits or any(sequence < 1 or len(digest) != 64 for _, sequence, digest in ends):
        raise Refused.because(Code.INVALID, "文件不是审计链头，请选择此前导出的文件。")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, canonical(said))
    except (InvalidSignature, ValueError) as error:
        raise Refused.because(Code.INVALID, "链头的签名无效：文件在导出后被改动。") from error
    if kept["public_key"] != public_key():
        raise Refused.because(Code.INVALID, "链头不是由本平台的现用密钥签署的，请核对密钥。")
    return dict(kept)
