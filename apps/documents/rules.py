"""What a document's verification code looks like (验证码), and the digests of its content and facts."""

import base64
import hashlib
import re
import unicodedata

from kernel.canonical import canonical

CODE_BYTES = 10
"""80 bits: guessing a verification code is hopeless."""


_CODE = re.compile(r"[A-Z2-7]{16}")


def verification_code(token: bytes) -> str:
    """Ten random bytes as base32 in four groups of four (验证码): MZXW-6YTB-OI7D-QNJ2. ValueError for fewer bytes."""
    if len(token) < CODE_BYTES:
        raise ValueError(f"a verification code needs {CODE_BYTES} random bytes")
    signs = base64.b32encode(token[:CODE_BYTES]).decode()
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def typed_code(text: str) -> str | None:
    """The code somebody typed, with or without dashes, in any case and width; None when it is not a code."""
    signs = re.sub(r"[\s\-–—_]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _CODE.fullmatch(signs):
        return None
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def sha256(content: bytes) -> str:
    """The content's SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def facts_sha256(facts: dict[str, object]) -> str:
    """The SHA-256 of facts in canonical JSON."""
    return sha256(canonical(facts))


# --- PDF --------------------------------------------------------------------------------------------------------


# --- pictures ---------------------------------------------------------------------------------------------------


# --- XLSX -------------------------------------------------------------------------------------------------------


# --- GeoJSON ----------------------------------------------------------------------------------------------------


# --- what is taken ----------------------------------------------------------------------------------------------
